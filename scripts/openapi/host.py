"""A local host with a volume of its own."""

import atexit
import os
import subprocess
import time
from pathlib import Path

TIMEOUT = 30
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", "target")).absolute()


class Host:
    """Serves the app as a replica of this name, until this process ends."""

    def __init__(self, work: Path, replica: str, *variables: str, database: str = "visits.db"):
        directory = work / replica
        directory.mkdir()
        config, out, log = directory / "runtime-config.toml", directory / "out", directory / "log"
        config.write_text(
            f"state_dir = '{directory}'\n[sqlite_database.default]\ntype = 'spin'\npath = '{directory / database}'\n"
        )
        command = [TARGET / "debug/footfall-host-4-0", "--from", "spin.toml", "--runtime-config-file", config]
        command += ["--listen", "127.0.0.1:0"]
        for variable in [f"replica={replica}", *variables]:
            command += ["--variable", variable]
        with open(out, "wb") as stdout, open(log, "wb") as stderr:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
        atexit.register(process.kill)
        deadline = time.monotonic() + TIMEOUT
        while not out.read_text().endswith("\n"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"schemathesis: the host {replica} did not start: {log.read_text().strip()}")
            time.sleep(0.05)
        self.url = out.read_text().split()[1]  # Serving http://127.0.0.1:…
