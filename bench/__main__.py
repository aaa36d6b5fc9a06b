"""Measures Footfall beside an empty component: `make bench`.

What a request costs is a matter of the machine, which the servers share with the load generator and with whatever else
runs. So every figure is the median of several short rounds, and is put in relation to what an empty request cost in the
same seconds (`side.py`).
"""

import json
import os
import shutil
import signal
import statistics
import sys
from pathlib import Path

import facts
import report
from servers import Local, Remote
from side import Side

HERE = Path(__file__).parent
ROOT = HERE.parent
OUT = ROOT / "target/bench"
# What `synchronous` may be.
WAYS = ("normal", "full")


def say(what: str):
    print(f"bench: {what}", file=sys.stderr)


def local_side(name: str, command: list[str]) -> Side:
    """Footfall and the empty component under a command such as `spin up`, each in a process of its own."""
    say(f"{name}: starting")

    def start(kind: str, manifest: Path = ROOT, **variables: str) -> Local:
        return Local(command, manifest, OUT / f"{name} {kind}", variables)

    starts = facts.starts(lambda number: start(f"start {number}"), ROOT)
    say(f"{name}: counting fsyncs")
    fsyncs = {how: facts.fsyncs(command, ROOT, OUT / f"{name} fsyncs {how}", how) for how in WAYS}
    apps = {f", {how}": start(how, synchronous=how) for how in WAYS}
    return Side(name, start("empty", HERE / "empty"), apps, starts, fsyncs)


def remote_side(url: str, empty: str | None) -> Side:
    """A server that runs already, of which less is known."""
    return Side(url, Remote(empty) if empty else None, {"": Remote(url)})


def measure(sides: list[Side], rounds: int) -> dict:
    """All there is to know of the machine, the component, and each side."""
    machine = facts.machine()
    syncs = []
    for side in sides:
        say(f"{side.name}: warming up")
        side.warm_up()
    for number in range(1, rounds + 1):
        for side in sides:
            say(f"{side.name}: round {number} of {rounds}")
            syncs.append(facts.fsync_ms(OUT))
            side.round()
    machine["fsync_ms"] = statistics.median(syncs)
    machine["load_average_at_the_end"] = os.getloadavg()[0]
    return {"machine": machine, "sizes": facts.sizes(ROOT / "target"), "sides": [side.results() for side in sides]}


def main(commands: dict[str, list[str]]):
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    # So that the servers end with this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sides = [local_side(name, command) for name, command in commands.items()]
    if url := os.environ.get("FOOTFALL_URL"):
        sides.append(remote_side(url.rstrip("/"), os.environ.get("FOOTFALL_EMPTY_URL")))
    result = measure(sides, int(os.environ.get("ROUNDS") or 5))
    (OUT / "bench.json").write_text(json.dumps(result, indent=2) + "\n")
    report.show(result)


# `name=command`, of each way to serve a Spin app here.
main({name: command.split() for name, command in (argument.split("=", 1) for argument in sys.argv[1:])})
