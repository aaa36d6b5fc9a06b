"""What is known beside the loads: the machine, the sizes, and how long a start takes."""

import gzip
import os
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from servers import Local, lines

COMPONENT = "target/wasm32-wasip2/release/footfall.wasm"
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


def sizes(root: Path) -> dict:
    """In bytes; of the image only where it was built."""
    component = (root / COMPONENT).read_bytes()
    images = {path.name: path.stat().st_size for path in (root / "target").glob("footfall-*.tar")}
    return {"wasm": len(component), "wasm_gzip": len(gzip.compress(component)), "images": images}


def starts(start: Callable[[int], Local], root: Path) -> dict:
    """How long it takes until the first visit is answered: the first time, and then."""
    # What the local host has compiled, it keeps.
    shutil.rmtree((root / COMPONENT).with_suffix(".cache"), ignore_errors=True)
    times = []
    for number in range(1 + STARTS):
        server = start(number)
        server.stop()
        times.append(server.start_ms)
    return {"first_ms": times[0], "then_ms": statistics.median(times[1:])}
