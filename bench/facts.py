"""What is known beside the loads: the machine, the sizes, and how long a start takes."""

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
SYNCS = 50


def machine() -> dict:
    """What the figures are of."""
    models = lines(Path("/proc/cpuinfo"), "model name")
    return {
        "cpu": models[0].partition(":")[2].strip() if models else os.uname().machine,
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": int(lines(Path("/proc/meminfo"), "MemTotal")[0].split()[1]) * 1024,
        "kernel": f"{os.uname().sysname} {os.uname().release}",
        "load_average": os.getloadavg()[0],
    }


def fsync_ms(directory: Path) -> float:
    """How long a page takes to the disk, which is what a commit with synchronous=full waits for."""
    path, times = directory / "fsync", []
    with open(path, "wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            start = time.monotonic()
            os.fsync(file.fileno())
            times.append((time.monotonic() - start) * 1e3)
    path.unlink()
    return statistics.median(times)


def sizes(target: Path) -> dict:
    """In bytes; of the components, as they are and with gzip, and of the images where they were built."""
    components = {path.name: path.read_bytes() for path in sorted(target.glob("footfall*.wasm"))}
    images = {path.name: path.stat().st_size for path in sorted(target.glob("footfall-*.tar"))}
    return {"wasm": {name: [len(wasm), len(gzip.compress(wasm))] for name, wasm in components.items()}, "images": images}


def fsyncs(command: list[str], manifest: Path, directory: Path, synchronous: str) -> dict:
    """How many fsyncs a visit takes, by number of connections: counted by strace, which slows the server down."""
    counted = {}
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
        visits, _ = server.stored()
        server.stop()
        counted[connections] = len(re.findall(r"f(?:data)?sync\(", trace.read_text())) / visits
    return counted


def starts(start: Callable[[int], Local], root: Path) -> dict:
    """How long it takes until the first visit is answered: the first time, and then."""
    # What the local host has compiled, it keeps.
    for cache in (root / "target").glob("footfall*.cache"):
        shutil.rmtree(cache)
    times = []
    for number in range(1 + STARTS):
        server = start(number)
        server.stop()
        times.append(server.start_ms)
    return {"first_ms": times[0], "then_ms": statistics.median(times[1:])}
