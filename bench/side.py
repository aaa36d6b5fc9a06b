"""One way to run Footfall, and measuring it."""

import json
import statistics
import subprocess
import time
from pathlib import Path

from servers import Local, Remote

CONNECTIONS = (1, 16, 64, 256)
# A load begins with a rush, in which an instance is started for nearly each connection: a tenth of a second or two.
SECONDS = 2
EMPTY = "empty request"
COUNT, TAIL = "/visits/count?since=24h", "/visits?tail=20"
NINE_READS_ONE_VISIT = [COUNT, TAIL, COUNT, TAIL, "/", COUNT, TAIL, COUNT, TAIL, COUNT]
# What of an empty request the others are compared with.
COMPARED = ("requests_per_second", "p50_ms", "p99_ms")


class Side:
    """The empty component, and Footfall once for each way to commit."""

    def __init__(
        self,
        name: str,
        empty: Remote | None,
        apps: dict[str, Remote],
        starts: dict | None = None,
        fsyncs: dict | None = None,
    ):
        self.name, self.empty, self.apps, self.starts, self.fsyncs = name, empty, apps, starts, fsyncs
        first = next(iter(apps.values()))
        visits = {f"visit{how}": (app, ["/"]) for how, app in apps.items()}
        self.cases = visits | {"9 reads, 1 visit": (first, NINE_READS_ONE_VISIT)}
        # What was measured in each round, by case and number of connections.
        self.rounds: dict[tuple[str, int], list[dict]] = {}

    def servers(self) -> dict[str, Remote]:
        named = {f"footfall{how}": app for how, app in self.apps.items()}
        return {"empty": self.empty} | named if self.empty else named

    def warm_up(self):
        """Measures in vain, and notes how things are before."""
        for server in self.servers().values():
            load(server, 64, ["/healthz"])
            if isinstance(server, Local):
                server.forget_peak()
        self.before = {how: app.stored() for how, app in self.apps.items()}
        for server, targets in self.cases.values():
            load(server, 64, targets)

    def round(self):
        """Measures each case once: empty, two others, empty, two others, empty. A ratio is to the two around them."""
        cases = list(self.cases.items())
        for connections in CONNECTIONS:
            before = self.measure_empty(connections)
            for first in range(0, len(cases), 2):
                pair = cases[first : first + 2]
                measured = [load(server, connections, targets) for _, (server, targets) in pair]
                after = self.measure_empty(connections)
                for (name, _), figures in zip(pair, measured):
                    if before and after:
                        figures |= {f"{key}_ratio": 2 * figures[key] / (before[key] + after[key]) for key in COMPARED}
                    self.rounds.setdefault((name, connections), []).append(figures)
                before = after

    def measure_empty(self, connections: int) -> dict | None:
        if not self.empty:
            return None
        figures = load(self.empty, connections, ["/"])
        self.rounds.setdefault((EMPTY, connections), []).append(figures)
        return figures

    def results(self) -> dict:
        """What came of all rounds, as it goes into bench.json."""
        grown = [self.grown(how) for how in self.apps]
        local = {name: server for name, server in self.servers().items() if isinstance(server, Local)}
        return {
            "name": self.name,
            "start": self.starts,
            "fsyncs_per_visit": self.fsyncs,
            "memory_bytes": {name: {"rest": s.rest, "load": s.memory("VmHWM")} for name, s in local.items()},
            "database_bytes_per_visit": sum(size for _, size in grown) / sum(visits for visits, _ in grown),
            "loads": [
                {"case": case, "connections": connections} | summary(rounds)
                for (case, connections), rounds in self.rounds.items()
            ],
        }

    def grown(self, how: str) -> tuple[float, float]:
        """The visits recorded since, and the bytes they take."""
        visits, size = self.apps[how].stored()
        return visits - self.before[how][0], size - self.before[how][1]


def load(server: Remote, connections: int, targets: list[str]) -> dict:
    """Asks a server in turn for these, on so many connections."""
    # One thread: more would take from the server what the server is measured with.
    command = ["wrk", "--threads=1", f"--connections={connections}", f"--duration={SECONDS}s"]
    command += ["--script", str(Path(__file__).parent / "wrk.lua"), server.url, "--", *targets]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    # What a server has left to do when its clients go is not to be held against the next.
    time.sleep(0.1)
    return json.loads(output.splitlines()[-1])


def summary(rounds: list[dict]) -> dict:
    """The median of each figure, the smallest and the largest ratio, the longest time and the number of errors of all."""
    medians = {key: statistics.median(figures[key] for figures in rounds) for key in rounds[0]}
    ratios = [key for key in rounds[0] if key.endswith("_ratio")]
    spreads = {f"{key}_spread": [f(figures[key] for figures in rounds) for f in (min, max)] for key in ratios}
    longest = max(figures["max_ms"] for figures in rounds)
    return medians | spreads | {"max_ms": longest, "errors": sum(figures["errors"] for figures in rounds)}
