"""The machine, the sizes, the time of a start, and the number of fsyncs."""

import gzip
import os
import re
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from servers import Local, lines

STARTS = 5
FSYNCS = 50


def machine() -> dict:
    """Describes the machine that the figures are of."""
    models = lines(Path("/proc/cpuinfo"), "model name")
    return {
        "cpu": models[0].partition(":")[2].strip() if models else os.uname().machine,
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": int(lines(Path("/proc/meminfo"), "MemTotal")[0].split()[1]) * 1024,
        "kernel": f"{os.uname().sysname} {os.uname().release}",
        "load_average": os.getloadavg()[0],
    }


def fsync_ms(directory: Path) -> float:
    """Measures an fsync of one page, which is what a commit with synchronous=full waits for."""
    path, times = directory / "fsync", []
    with open(path, "wb", buffering=0) as file:
        for _ in range(FSYNCS):
            file.write(bytes(4096))
            start = time.monotonic()
            os.fsync(file.fileno())
            times.append((time.monotonic() - start) * 1e3)
    path.unlink()
    return statistics.median(times)


def sizes(target: Path) -> dict:
    """Returns bytes: of each component, plain and with gzip, and of each image if it was built."""
    components = {path.name: path.read_bytes() for path in sorted(target.glob("footfall*.wasm"))}
    images = {path.name: path.stat().st_size for path in sorted(target.glob("footfall-*.tar"))}
    return {"wasm": {name: [len(wasm), len(gzip.compress(wasm))] for name, wasm in components.items()}, "images": images}


def fsyncs(command: list[str], manifest: Path, directory: Path, synchronous: str) -> dict:
    """Counts the fsyncs per visit, by number of connections, with strace, which slows the server down."""
    per_visit = {}
    for connections in (1, 16, 64):
        out = directory.with_name(f"{directory.name} {connections}")
        trace = out.with_suffix(".strace")
        strace = ["strace", "--follow-forks", "--seccomp-bpf", "--trace=fsync,fdatasync", f"--output={trace}"]
        server = Local([*strace, *command], manifest, out, {"synchronous": synchronous})
        subprocess.run(
            ["wrk", "--threads=1", f"--connections={connections}", "--duration=3s", server.url],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        visits, _ = server.visits_and_bytes()
        server.stop()
        per_visit[connections] = len(re.findall(r"f(?:data)?sync\(", trace.read_text())) / visits
    return per_visit


def starts(start: Callable[[int], Local], root: Path) -> dict:
    """Measures the time until the first visit is answered: at the first start, and at later ones."""
    # The local host caches what it compiles.
    for cache in (root / "target").glob("footfall*.cache"):
        shutil.rmtree(cache)
    times = []
    for number in range(1 + STARTS):
        server = start(number)
        server.stop()
        times.append(server.start_ms)
    return {"first_ms": times[0], "then_ms": statistics.median(times[1:])}
