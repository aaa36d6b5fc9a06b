"""Tells schemathesis what the description cannot say. `__main__.py` sets the environment variables."""

import collections
import os

import schemathesis
from hypothesis import strategies
from schemathesis.core.failures import Failure

# One of these is a quarter of an hour off, one skipped a day, and one is an alias.
ZONES = ["UTC", "Europe/Moscow", "Asia/Kathmandu", "America/New_York", "Pacific/Apia", "US/Eastern"]
schemathesis.openapi.format("iana-time-zone", strategies.sampled_from(ZONES))

calls = collections.Counter()


@schemathesis.serializer("text/csv")
def csv(context, value):
    """Sends what is uploaded as it is."""
    return str(value).encode()


@schemathesis.deserializer(
    "text/html", "text/csv", "text/javascript", "application/x-ndjson", "image/svg+xml", "application/openmetrics-text"
)
def text(context, response):
    """Checks these formats against their patterns."""
    return response.content.decode()


@schemathesis.hook
def before_call(context, case, kwargs):
    # In OpenAPI, Accept is no parameter: the formats take turns.
    operation = case.operation.label
    formats = list(case.operation.definition.raw["responses"].get("200", {}).get("content", ["*/*"]))
    # A browser would get problems as pages, which are not described.
    accept = "application/problem+json, " + formats[calls[operation] % len(formats)].split(";")[0]
    case.headers["Accept"] = os.environ.get("ACCEPT") or accept
    calls[operation] += 1
    if os.environ["EXPECTED"].startswith("503"):
        # A prefetch gets the picture without the database.
        case.headers.pop("Sec-Purpose", None)
    if os.environ.get("CLUSTER") and "/Scope" in str(case.operation.definition.raw):
        case.query = {**(case.query or {}), "scope": "cluster"}
        for parameter in ["before", "since", "until"]:
            case.query.pop(parameter, None)
    if case.operation.path == "/import" and is_positive(case):
        # Without a name it would be a backup.
        case.query = {**(case.query or {}), "name": "old counter"}
    if os.environ.get("LONG"):
        case.query["page"] = "/" + "x" * 8000


def is_positive(case) -> bool:
    return bool(case.meta and case.meta.generation.mode.is_positive)


@schemathesis.check
def accepts_what_is_described(ctx, response, case):
    """Checks that each described parameter is accepted, except combinations that the description cannot exclude."""
    query = case.query or {}
    with open(os.environ["SEEN"], "a") as seen:
        cluster = ["cluster"] if query.get("scope") == "cluster" else []
        content = response.headers.get("content-type", [])
        print(case.operation.path, response.status_code, *content, *cluster, file=seen)
    if not is_positive(case) or response.request.method != case.operation.method.upper():
        return
    responses = case.operation.definition.raw["responses"]
    expected = next(status for status in os.environ["EXPECTED"].split() if status in responses)
    if str(response.status_code) == expected:
        return
    if response.status_code == 400 and "application/problem+json" in response.headers["content-type"]:
        parameter = response.json().get("parameter")
        if parameter == "since" and "since" in query or parameter == "before" and query.get("scope") == "cluster":
            return
        if parameter in ["since", "until"] and "range" in query:
            return
        if parameter in ["sort", "limit", "offset"] and query.get("scope") == "replica":
            return
    if response.status_code == 410 and "after" in query:
        return
    title = f"A valid request is answered with {response.status_code} in place of {expected}"
    raise Failure(operation=case.operation.label, title=title, message=repr(response.content[:300]))
