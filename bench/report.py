"""Prints the results as tables."""

NOTE = """\
A figure is the median of the rounds; `max` and the errors are of all rounds. `x` is the ratio to an empty request in
the same seconds, and `from` and `to` are the smallest and the largest ratio of the rounds. wrk runs on the machine that
serves, so its own cost is in all figures; it corrects latencies for coordinated omission. target/bench/bench.json has
all figures."""


def show(result: dict):
    machine = result["machine"]
    print(f"\n{machine['cores']} cores of {machine['cpu']}, {size(machine['memory_bytes'])}, {machine['kernel']}")
    print(f"an fsync takes {machine['fsync_ms']:.2f} ms; ", end="")
    print(f"load average {machine['load_average']:.1f}, and {machine['load_average_at_the_end']:.1f} at the end")
    for runtime in result["runtimes"]:
        print(f"\n{runtime['name']}")
        loads(runtime["loads"])
        print()
        if start := runtime["start"]:
            print(f"  start to the first visit   {start['first_ms']:.0f} ms, then {start['then_ms']:.0f} ms")
        for case, times in (runtime["reads"] or {}).items():
            print(f"  {case:26} {times['p50_ms']:.0f} ms, {times['max_ms']:.0f} ms at most")
        for synchronous, per_visit in (runtime["fsyncs_per_visit"] or {}).items():
            text = ", ".join(f"{number:.3f} at {connections}" for connections, number in per_visit.items())
            print(f"  fsyncs a visit, {synchronous:10} {text} connections (under strace)")
        for name, memory in runtime["memory_bytes"].items():
            print(f"  memory, {name:18} {size(memory['idle'])} idle, {size(memory['load'])} under load")
        print(f"  database                   {runtime['database_bytes_per_visit']:.0f} bytes a visit")
    sizes = result["sizes"]
    print()
    for name, (length, zipped) in sizes["wasm"].items():
        print(f"{name}: {size(length)}, {size(zipped)} with gzip")
    for name, length in sizes["images"].items():
        print(f"{name}: {size(length)}")
    print(f"\n{NOTE}")


def loads(loads: list[dict]):
    columns = f"{'requests/s':>12}{'x':>7}{'from':>6}{'to':>6}{'p50 ms':>9}{'p99 ms':>9}{'x':>7}"
    print(f"  {'':18}{'conns':>5}{columns}{'max ms':>9} errors")
    # The sort is stable: the numbers of connections keep their order.
    cases = list(dict.fromkeys(load["case"] for load in loads))
    for load in sorted(loads, key=lambda load: cases.index(load["case"])):
        ratio, spread = load.get("requests_per_second_ratio"), load.get("requests_per_second_ratio_spread")
        ratios = f"{ratio:7.2f}{spread[0]:6.2f}{spread[1]:6.2f}" if spread else " " * 19
        p99 = f"{load['p99_ms']:9.2f}" + (f"{load['p99_ms_ratio']:7.2f}" if spread else " " * 7)
        times = f"{load['p50_ms']:9.2f}{p99}{load['max_ms']:9.1f}"
        print(f"  {load['case']:18}{load['connections']:5}{load['requests_per_second']:12.0f}{ratios}{times}{load['errors']:7}")


def size(length: float) -> str:
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20)):
        if length >= factor:
            return f"{length / factor:.1f} {unit}"
    return f"{length / 2**10:.0f} KiB"
