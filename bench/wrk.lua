-- For wrk: requests the targets after `--` in turn, and prints the results as a line of JSON.
function init(args)
    local requests = {}
    for place, target in ipairs(args) do
        requests[place] = wrk.format("GET", target)
    end
    local last = 0
    request = function()
        last = last % #requests + 1
        return requests[last]
    end
end

function done(summary, latency)
    local errors = summary.errors
    print(string.format(
        '{"requests_per_second": %f, "p50_ms": %f, "p99_ms": %f, "max_ms": %f, "errors": %d}',
        summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3,
        latency.max / 1e3,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout
    ))
end
