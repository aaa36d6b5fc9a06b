"""The results as a table for the terminal."""

NOTE = """\
A figure is the median of the rounds; `max` is the longest time of all, and errors are of all rounds. `x` is the ratio
to the empty request of the same seconds, and `from`, `to` the smallest and the largest of the rounds. wrk makes the load on the machine that serves, and has its share in all
figures; it corrects latencies for what it would have asked while it waited. All is in target/bench/bench.json."""


def show(result: dict):
    machine = result["machine"]
    print(f"\n{machine['cores']} cores of {machine['cpu']}, {size(machine['memory_bytes'])}, {machine['kernel']}")
    print(f"an fsync takes {machine['fsync_ms']:.2f} ms; ", end="")
    print(f"load average {machine['load_average']:.1f}, and {machine['load_average_at_the_end']:.1f} at the end")
    for side in result["sides"]:
        print(f"\n{side['name']}")
        loads(side["loads"])
        print()
        if start := side["start"]:
            print(f"  start to the first visit   {start['first_ms']:.0f} ms, then {start['then_ms']:.0f} ms")
        for how, counted in (side["fsyncs_per_visit"] or {}).items():
            text = ", ".join(f"{number:.3f} at {connections}" for connections, number in counted.items())
            print(f"  fsyncs a visit, {how:10} {text} connections (under strace)")
        for name, memory in side["memory_bytes"].items():
            print(f"  memory, {name:18} {size(memory['rest'])} at rest, {size(memory['load'])} under load")
        print(f"  database                   {side['database_bytes_per_visit']:.0f} bytes a visit")
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
    # The sort keeps the numbers of connections in their order.
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
