"""Measures Footfall beside an empty component, and what reading takes: `make bench`.

The cost of a request depends on the machine, which the servers share with the load generator and with other processes.
So every figure is the median of several short rounds, and is compared with an empty request in the same seconds.

    facts     the machine, the sizes, the start, the fsyncs
    servers   starts servers, and asks them for their numbers
    runtime   measures Footfall on one runtime
    reads     measures what reading takes
    report    the results as a table
"""

import json
import os
import shutil
import signal
import statistics
import sys
from pathlib import Path

import facts
import reads
import report
from runtime import Runtime
from servers import Local, Remote

HERE = Path(__file__).parent
ROOT = HERE.parent
OUT = ROOT / "target/bench"
# The values of the variable `synchronous`.
SYNCHRONOUS = ("normal", "full")


def say(message: str):
    print(f"bench: {message}", file=sys.stderr)


def local_runtime(name: str, command: list[str]) -> Runtime:
    """Starts Footfall and the empty component with a command such as `spin up`, each in a process of its own."""
    say(f"{name}: starting")

    def start(kind: str, manifest: Path = ROOT, **variables: str) -> Local:
        return Local(command, manifest, OUT / f"{name} {kind}", variables)

    starts = facts.starts(lambda number: start(f"start {number}"), ROOT)
    say(f"{name}: counting fsyncs")
    fsyncs = {value: facts.fsyncs(command, ROOT, OUT / f"{name} fsyncs {value}", value) for value in SYNCHRONOUS}
    say(f"{name}: reading")
    full = start("reads", export_token=reads.TOKEN)
    times = reads.reads(full)
    full.stop()
    apps = {f", {value}": start(value, synchronous=value) for value in SYNCHRONOUS}
    return Runtime(name, start("empty", HERE / "empty"), apps, starts, fsyncs, times)


def remote_runtime(url: str, empty: str | None) -> Runtime:
    """Takes a server that runs already. Start, fsyncs, memory and reads are not known."""
    return Runtime(url, Remote(empty) if empty else None, {"": Remote(url)})


def measure(runtimes: list[Runtime], rounds: int) -> dict:
    """Measures the machine, the component, and each runtime."""
    machine = facts.machine()
    fsync_times = []
    for runtime in runtimes:
        say(f"{runtime.name}: warming up")
        runtime.warm_up()
    for number in range(1, rounds + 1):
        for runtime in runtimes:
            say(f"{runtime.name}: round {number} of {rounds}")
            fsync_times.append(facts.fsync_ms(OUT))
            runtime.round()
    machine["fsync_ms"] = statistics.median(fsync_times)
    machine["load_average_at_the_end"] = os.getloadavg()[0]
    results = [runtime.results() for runtime in runtimes]
    return {"machine": machine, "sizes": facts.sizes(ROOT / "target"), "runtimes": results}


def main(commands: dict[str, list[str]]):
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    # Exit, rather than die: then atexit ends the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    runtimes = [local_runtime(name, command) for name, command in commands.items()]
    if url := os.environ.get("FOOTFALL_URL"):
        runtimes.append(remote_runtime(url.rstrip("/"), os.environ.get("FOOTFALL_EMPTY_URL")))
    result = measure(runtimes, int(os.environ.get("ROUNDS") or 5))
    (OUT / "bench.json").write_text(json.dumps(result, indent=2) + "\n")
    report.show(result)


# An argument is `NAME=COMMAND`, where the command serves a Spin app.
main({name: command.split() for name, command in (argument.split("=", 1) for argument in sys.argv[1:])})
