"""Measures Footfall on one runtime, beside an empty component."""

import json
import statistics
import subprocess
import time
from pathlib import Path

from servers import Local, Remote

CONNECTIONS = (1, 16, 64, 256)
# At first an instance is started for nearly each connection, which takes up to 0.2 s.
SECONDS = 2
EMPTY = "empty request"
COUNT, TAIL = "/visits/count?since=24h", "/visits?tail=20"
NINE_READS_ONE_VISIT = [COUNT, TAIL, COUNT, TAIL, "/", COUNT, TAIL, COUNT, TAIL, COUNT]
# The figures that are compared with those of an empty request.
COMPARED = ("requests_per_second", "p50_ms", "p99_ms")


class Runtime:
    """The empty component, and Footfall with each value of `synchronous`."""

    def __init__(
        self,
        name: str,
        empty: Remote | None,
        apps: dict[str, Remote],
        starts: dict | None = None,
        fsyncs: dict | None = None,
        reads: dict | None = None,
    ):
        self.name, self.empty, self.apps = name, empty, apps
        self.starts, self.fsyncs, self.reads = starts, fsyncs, reads
        first = next(iter(apps.values()))
        visits = {f"visit{suffix}": (app, ["/"]) for suffix, app in apps.items()}
        self.cases = visits | {"9 reads, 1 visit": (first, NINE_READS_ONE_VISIT)}
        # The figures of each round, by case and number of connections.
        self.rounds: dict[tuple[str, int], list[dict]] = {}

    def servers(self) -> dict[str, Remote]:
        named = {f"footfall{suffix}": app for suffix, app in self.apps.items()}
        return {"empty": self.empty} | named if self.empty else named

    def warm_up(self):
        """Runs a load that is not measured, and notes the numbers before the rounds."""
        for server in self.servers().values():
            load(server, 64, ["/healthz"])
            if isinstance(server, Local):
                server.reset_peak_memory()
        self.before = {suffix: app.visits_and_bytes() for suffix, app in self.apps.items()}
        for server, targets in self.cases.values():
            load(server, 64, targets)

    def round(self):
        """Measures each case once: empty, two cases, empty, two cases, empty. A ratio is to the mean of both empties."""
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
        """Summarizes all rounds for bench.json."""
        growth = [self.growth(suffix) for suffix in self.apps]
        local = {name: server for name, server in self.servers().items() if isinstance(server, Local)}
        return {
            "name": self.name,
            "start": self.starts,
            "fsyncs_per_visit": self.fsyncs,
            "reads": self.reads,
            "memory_bytes": {name: {"idle": s.idle_memory, "load": s.memory("VmHWM")} for name, s in local.items()},
            "database_bytes_per_visit": sum(size for _, size in growth) / sum(visits for visits, _ in growth),
            "loads": [
                {"case": case, "connections": connections} | summary(rounds)
                for (case, connections), rounds in self.rounds.items()
            ],
        }

    def growth(self, suffix: str) -> tuple[float, float]:
        """Returns the visits recorded since the warm-up, and the bytes that they take."""
        visits, size = self.apps[suffix].visits_and_bytes()
        return visits - self.before[suffix][0], size - self.before[suffix][1]


def load(server: Remote, connections: int, targets: list[str]) -> dict:
    """Requests the targets in turn, on this number of connections."""
    # One thread: more would take processor time from the server.
    command = ["wrk", "--threads=1", f"--connections={connections}", f"--duration={SECONDS}s"]
    command += ["--script", str(Path(__file__).parent / "wrk.lua"), server.url, "--", *targets]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    # The server finishes what its clients have left before the next one is measured.
    time.sleep(0.1)
    return json.loads(output.splitlines()[-1])


def summary(rounds: list[dict]) -> dict:
    """Returns the median of each figure, the smallest and largest ratio, the longest time, and the sum of errors."""
    medians = {key: statistics.median(figures[key] for figures in rounds) for key in rounds[0]}
    ratios = [key for key in rounds[0] if key.endswith("_ratio")]
    spreads = {f"{key}_spread": [f(figures[key] for figures in rounds) for f in (min, max)] for key in ratios}
    longest = max(figures["max_ms"] for figures in rounds)
    return medians | spreads | {"max_ms": longest, "errors": sum(figures["errors"] for figures in rounds)}
