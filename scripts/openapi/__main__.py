"""Checks the app against openapi.yaml: `scripts/schemathesis`.

Schemathesis makes valid and invalid requests from the description, and checks each answer against it. `hooks.py` tells
it what the description cannot say. In the end every kind of answer that is described must have been seen.

Environment: OPENAPI is another description, EXAMPLES the number of requests for each route in the largest run (100).
Arguments go to that run. Everything is in target/openapi.
"""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlparse

from description import Description
from host import TARGET, Host

HOOKS = Path(__file__).with_name("hooks.py").absolute()
PAGES = ["/", "/blog/hello", "/caf%C3%A9", "/a,%22b%22", "/%3Cx%3E"]
# A few requests of each kind are enough for what the largest run may miss, and for errors that no request alone causes.
FEW = ["--phases", "coverage", "--mode", "positive", "--max-examples", "1"]


class Check:
    """Runs of schemathesis, and the kinds of answers that they have seen."""

    def __init__(self, work: Path, description: Description, token: str):
        self.work, self.token, self.failed = work, token, False
        self.seen = work / "seen"
        (work / "openapi.json").write_text(json.dumps(description.document))

    def run(self, title: str, url: str, expected: str, arguments: list[str], *, token="", exclude="", **variables: str):
        """Runs schemathesis once. The status is the first in `expected` that the operation describes."""
        print(f"\nschemathesis: {title}", flush=True)
        config = f'hooks = "{HOOKS}"\n[auth.openapi.exportToken]\nbearer = "{token or self.token}"\n'
        (self.work / "schemathesis.toml").write_text(config)
        # accepts_what_is_described replaces positive_data_acceptance. Only ignored_auth makes up tokens, because it
        # knows that they are wrong.
        command = [sys.executable, "-B", "-m", "schemathesis.cli", "run", "openapi.json", "--url", url]
        command += ["--continue-on-failure", "--no-color", "--checks", "all", "--exclude-checks", f"positive_data_acceptance{exclude}"]
        command += ["--generation-deterministic", "--generation-with-security-parameters", "false"]
        environment = os.environ | {"EXPECTED": expected, "SEEN": str(self.seen)} | variables
        with open(self.work / "report", "w+") as report:
            run = subprocess.run([*command, *arguments], cwd=self.work, env=environment, stdout=report, stderr=report)
            report.seek(0)
            text = report.read()
        summary = re.search(r"^Test cases:.*?^$", text, re.MULTILINE | re.DOTALL)
        print(summary[0] if summary and run.returncode == 0 else text)
        self.failed |= run.returncode != 0


    def request(self, url: str, body: bytes | None = None, **headers: str) -> bytes:
        """Makes a request that schemathesis cannot make up."""
        request = urllib.request.Request(url, body, headers | {"Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.read()
        except urllib.error.HTTPError as answer:
            with open(self.seen, "a") as seen:
                print(urlparse(url).path, answer.code, answer.headers["Content-Type"], file=seen)
            return b""


def main(arguments: list[str]):
    # Exit, rather than die: then atexit ends the hosts.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Settings of the user must not change the result.
    for name in [name for name in os.environ if name.startswith(("SPIN_", "SCHEMATHESIS_"))]:
        del os.environ[name]
    path = Path(os.environ.get("OPENAPI") or "openapi.yaml")
    description = Description(path)
    description.forbid_unknown_members()
    work = TARGET / "openapi"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    check = Check(work, description, secrets.token_hex())
    run_all(check, arguments)
    for answer in sorted(set(description.answers()) - set(check.seen.read_text().splitlines())):
        print("schemathesis: described, but never seen:", answer)
        check.failed = True
    if check.failed:
        raise SystemExit(f"schemathesis: the app differs from {path}: see above.")


def run_all(check: Check, arguments: list[str]):
    token = f"export_token={check.token}"
    peer = Host(check.work, "footfall-1").url
    # Nobody listens on port 1: so one replica is missing.
    url = Host(check.work, "footfall-0", token, f"peers={peer},http://127.0.0.1:1").url
    for server in [url, peer]:
        for page in PAGES * 5:
            urllib.request.urlopen(f"{server}/footfall.gif?page={page}").close()

    examples = ["--phases", "examples,coverage,fuzzing", "--max-examples", os.environ.get("EXAMPLES") or "100"]
    check.run("valid and invalid requests", url, "200 204", [*examples, *arguments])
    check.run("all replicas, of which one is missing", url, "200 204", FEW, CLUSTER="1")
    check.request(f"{url}/backup?x=y")
    check.request(f"{url}/import", check.request(f"{url}/backup"))
    check.request(f"{url}/import", b"", **{"Content-Length": str(1 << 40)})
    check.request(f"{url}/visit", b"x" * 1025)
    check.run("an unknown format", url, "406 200 204", FEW, ACCEPT="image/avif")
    private = Host(check.work, "private", token, "read_token=private", "badge=private").url
    check.run("a wrong token", private, "401 200 204", FEW, token="no-such-token")
    check.run("a replica without export", peer, "404 200 204", FEW)
    # Schemathesis does not know 414 as a refusal.
    check.run("a path and query that are too long", url, "414", FEW, LONG="1", exclude=",negative_data_rejection")
    # From here on errors of the server are expected.
    exclude = ",not_a_server_error,negative_data_rejection"
    misconfigured = Host(check.work, "misconfigured", "timezone=Mars/Olympus").url
    check.run("an invalid variable", misconfigured, "500 200 204", FEW, exclude=exclude)
    # A directory is no database.
    broken = Host(check.work, "broken", token, database=".").url
    check.run("no database", broken, "503 200 204", FEW, exclude=exclude)


main(sys.argv[1:])
