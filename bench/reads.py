"""Measures what reading takes with ten million visits: to each of 10,000 pages on each fifth day of a year."""

import datetime
import statistics
import time
import urllib.request

from servers import TIMEOUT, Local

TOKEN = "bench"
PAGES, DAYS, VISITS = 10_000, 73, 10_000_000
TIMES = 9
RANGES = ("today", "7d", "30d", "12mo", "all")
# What is asked for, and as which format.
CASES = {
    **{f"dashboard, {name}": (f"/visits?range={name}", "text/html") for name in RANGES},
    "dashboard of a page, 12mo": ("/visits?range=12mo&page=/page/1", "text/html"),
    **{f"pages, {name}": (f"/pages?range={name}", "application/json") for name in RANGES},
    "search, all": ("/pages?search=77", "application/json"),
}


def reads(server: Local) -> dict[str, dict]:
    """Fills a server, and returns the median and the maximum of each answer's time in milliseconds."""
    post(f"{server.url}/import?name=bench", b"".join(numbers(datetime.date.today())))
    return {case: times(server.url + target, accept) for case, (target, accept) in CASES.items()}


def numbers(today: datetime.date):
    """Yields lines of a page, a number of visits and a date. The first pages have the most."""
    weights = [1 / (number + 10) for number in range(PAGES)]
    each = (VISITS / DAYS - PAGES) / sum(weights)
    for day in range(DAYS):
        date = today - datetime.timedelta(days=5 * day)
        yield "".join(f"/page/{number},{1 + round(each * weight)},{date}\n" for number, weight in enumerate(weights)).encode()


def post(url: str, body: bytes):
    request = urllib.request.Request(url, body, {"Authorization": f"Bearer {TOKEN}"})
    urllib.request.urlopen(request, timeout=10 * TIMEOUT).close()


def times(url: str, accept: str) -> dict[str, float]:
    request, measured = urllib.request.Request(url, headers={"Accept": accept}), []
    for _ in range(TIMES):
        start = time.monotonic()
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            answer.read()
        measured.append((time.monotonic() - start) * 1e3)
    return {"p50_ms": statistics.median(measured), "max_ms": max(measured)}
