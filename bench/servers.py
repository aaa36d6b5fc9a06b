"""The servers that are measured."""

import atexit
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

TIMEOUT = 60


class Remote:
    """A server that runs already, perhaps elsewhere."""

    def __init__(self, url: str):
        self.url = url

    def visits_and_bytes(self) -> tuple[float, float]:
        """Returns the total of its visits, and the size of its database."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=TIMEOUT) as answer:
            lines = [line.split() for line in answer.read().decode().splitlines() if not line.startswith("#")]
        values = {line[0]: float(line[1]) for line in lines}
        return values["footfall_visits_total"], values["footfall_storage_bytes"]


class Local(Remote):
    """A child process that serves a manifest in its own directory, until it is stopped or this process ends."""

    def __init__(self, command: list[str], manifest: Path, directory: Path, variables: dict[str, str]):
        port = free_port()
        super().__init__(f"http://127.0.0.1:{port}")
        directory.mkdir(parents=True)
        self.database = directory / "visits.db"
        config = directory / "runtime-config.toml"
        config.write_text(
            f"state_dir = '{directory}'\n[sqlite_database.default]\ntype = 'spin'\npath = '{self.database}'\n"
        )
        arguments = ["--from", manifest / "spin.toml", "--runtime-config-file", config, "--listen", f"127.0.0.1:{port}"]
        for name, value in variables.items():
            arguments += ["--variable", f"{name}={value}"]
        start = time.monotonic()
        with open(directory / "log", "wb") as log:
            # In its own process group, because Spin starts further processes.
            self.process = subprocess.Popen(
                [*command, *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        atexit.register(self.stop)
        while not answers(self.url):
            if self.process.poll() is not None or time.monotonic() - start > TIMEOUT:
                raise SystemExit(f"bench: a server did not start: see {directory}/log")
            time.sleep(0.002)
        self.start_ms = (time.monotonic() - start) * 1e3
        self.idle_memory = self.memory("VmRSS")

    def memory(self, key: str) -> int:
        """Returns the memory of its processes in bytes: now (`VmRSS`), or at most (`VmHWM`)."""
        return sum(int(line.split()[1]) * 1024 for path in self.processes() for line in lines(path / "status", key))

    def reset_peak_memory(self):
        """Resets `VmHWM`, because compiling takes more memory than serving."""
        for path in self.processes():
            (path / "clear_refs").write_text("5")

    def processes(self) -> list[Path]:
        all_processes = [path for path in Path("/proc").iterdir() if path.name.isdigit()]
        return [path for path in all_processes if process_group(path) == self.process.pid]

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT):
            return True
    except OSError:
        return False


def lines(path: Path, beginning: str) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.startswith(beginning)]


def process_group(path: Path) -> int | None:
    try:
        # After the name, which is in parentheses: the state, the parent, the group.
        return int((path / "stat").read_text().rpartition(")")[2].split()[2])
    except OSError:
        return None
