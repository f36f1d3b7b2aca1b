"""Measure the look into executions, with 10,000 of them: list and searches, one long execution."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

from benchmarks import executions, long_execution
from benchmarks.desk import Page, asked, browser, loaded, session
from benchmarks.executions import FEW, Row
from benchmarks.figures import Figure, Section, p
from benchmarks.ground import Ground
from framewarden.console.session import COOKIE

STORED, LOADS = 10_000, 20
HANDLER_MS, ITEMS, PAINTED_SECONDS = 200, 160, 1.0
PATIENCE_MS = 20_000
NOTES = [
    f"{STORED:,} executions of the machine, and a row in the ledger for each of their frames, in "
    "the laptop cloud: an emulator in one process, whose answers are part of these times.",
    "handler: time inside lambda_handler, warm, as an engineer, in a process with the function's "
    "own environment; its own work is the processor's time of that process. calls: requests to AWS "
    "of one page. items: what DynamoDB reads for it; a search by time takes longer here, "
    "since the emulator goes through a whole day.",
    "rows add calls: calls of a page of 50 rows less those of a page of 5, of the list and of "
    "searches. One is for all the reviews that frames of a page joined, where any did.",
    "painted: from the click on a row of the list until the graph and the timeline's last row are "
    "painted, in a browser; the machine as it is, with a loop before it that makes the history "
    "long.",
]
# Notes when a row was clicked and, in the page that it leads to, when everything was painted: the
# frame after the one in which the timeline is complete. The page itself is left alone.
WATCH = """
document.addEventListener('click', () => sessionStorage.setItem('clicked', Date.now()), true)
document.addEventListener('DOMContentLoaded', () => {
  if (!document.querySelector('main[data-page=execution]')) return
  const drawn = () => document.querySelector('svg#graph g.state')
    && document.querySelector('#timeline tr.visit')
  const look = () => drawn()
    ? requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = Date.now() }))
    : requestAnimationFrame(look)
  look()
})
"""


def run(ground: Ground) -> Section:
    """Start the executions, ask the pages, and open a long execution in a browser."""
    ground.say(f"inspect: starting {STORED:,} executions")
    model = executions.model(ground)
    rows = executions.fill(ground, model, STORED)
    cookie = session(ground, "engineer")
    figures: list[Figure] = []
    for page in pages(rows):
        ground.say(f"inspect: asking for {page.name}")
        figures += measured(page.name, asked(ground, page, cookie))
    figures = [*figures, *compared(figures), *walked(ground, cookie)]
    ground.say("inspect: a browser")
    with executions.defined(ground, long_execution.looped(executions.current(ground))):
        name, events = long_execution.long_one(ground, model)
        with browser(ground, session(ground, "engineer")) as opened:
            figures += painted(opened, ground, name, events)
            figures.append(loaded(opened, ground, "/executions", "inspect.list.first_load"))
            path = f"/executions/moderate/{name}"
            figures.append(loaded(opened, ground, path, "inspect.execution.first_load", None))
    return Section("inspect", f"A look into {STORED:,} executions", figures, NOTES)


def pages(rows: list[Row]) -> list[Page]:
    """Return what is asked for: the list, each search, and pages that are full or have few rows."""
    many, few = rows[FEW + 1], rows[0]

    def page(name: str, *queries: str) -> Page:
        paths = [f"/executions{query}" for query in queries]
        return Page(name, "execution_page", "ExecutionPageFunction", paths)

    return [
        page("list", ""),
        page("list_of_few", "?status=FAILED"),
        page("key", *(f"?q={quote(row['key'], safe='')}" for row in rows[:20])),
        page("channel", f"?channel={many['channel']}"),
        page("channel_of_few", f"?channel={few['channel']}"),
        page("time", _span(rows[-1]["put_at"], rows[0]["put_at"])),
        page("time_of_few", _span(rows[FEW - 1]["put_at"], rows[0]["put_at"])),
        page("time_of_none", _span("2020-01-01T00:00:00", "2020-12-31T00:00:00")),
        page("unscreened", "?status=unscreened"),
    ]


def _span(start: str, end: str) -> str:
    """Return the search of a span, its last second included."""
    return f"?from={quote(start[:19])}&to={quote(end[:19])}"


def measured(name: str, found: dict[str, Any]) -> list[Figure]:
    """Return the figures of a page."""
    times = [1000 * one for one in found["seconds"]]
    own = 1000 * p(found["processor"], 0.50)
    calls = Counter(call["operation"] for call in found["calls"])
    each = ", ".join(f"{count} {operation}" for operation, count in sorted(calls.items()))
    page = f"inspect.{name}"
    return [
        Figure(f"{page}.handler.p50", p(times, 0.50), "ms", f"{own:.0f} ms of it its own work"),
        Figure(f"{page}.handler.p95", p(times, 0.95), "ms", "", HANDLER_MS),
        Figure(f"{page}.calls", calls.total(), "", each),
        Figure(f"{page}.items", sum(call["items"] for call in found["calls"]), "", "", ITEMS),
        Figure(f"{page}.scans", calls["Scan"], "", "", 0),
    ]


def compared(figures: list[Figure]) -> Iterator[Figure]:
    """Compare what a full page calls with what a page of few rows does."""
    calls = {one.name.split(".")[1]: one.value for one in figures if one.name.endswith(".calls")}
    for name in calls:
        few = calls.get(f"{name}_of_few")
        if few is not None:
            detail = f"{calls[name]:g} of 50 rows, {few:g} of {FEW}"
            yield Figure(f"inspect.{name}.rows_add_calls", calls[name] - few, "", detail, 1)


def walked(ground: Ground, cookie: str) -> list[Figure]:
    """Page through all of them as a browser does, from the newest to the end."""
    ground.say("inspect: paging through all")
    seen: list[str] = []
    pages, path = 0, "executions"
    while path:
        names, path = listed(fetched(ground, path, cookie))
        seen += names
        pages += 1
    twice = len(seen) - len(set(seen))
    stored = len(set(seen))
    return [
        Figure("inspect.walk.duplicates", twice, "", f"{stored:,} in {pages} pages", 0),
        Figure("inspect.walk.missing", max(0, STORED - stored), "", "", 0),
    ]


def listed(page: str) -> tuple[list[str], str]:
    """Return the names on a page of the list, and the address of the older ones; "" at the end."""
    tags = re.findall(r"<(?:tr|a)\b[^>]*>", page)
    named = [re.search(r'data-name="([^"]*)"', tag) for tag in tags if "execution" in tag]
    older = [re.search(r'href="([^"]*)"', tag) for tag in tags if 'id="older"' in tag]
    found = [unescape(match[1]) for match in older if match]
    return [match[1] for match in named if match], found[0] if found else ""


def fetched(ground: Ground, path: str, cookie: str) -> str:
    """Ask for a page of the desk.

    Raises
    ------
    TimeoutError
        It is none.
    """
    # Not urllib: it would send a call to this machine through the proxy of the environment.
    parts = urlsplit(f"{ground.target.console_url}/{path}")
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers={
            "Host": parts.netloc, "Cookie": f"{COOKIE}={cookie}",
        })  # fmt: skip
        answer = connection.getresponse()
        body = answer.read().decode()
    finally:
        connection.close()
    if answer.status != 200:
        raise TimeoutError(f"{parts.path} answered {answer.status}")
    return body


def painted(context: Any, ground: Ground, name: str, events: int) -> list[Figure]:
    """Click on a long execution in the list, again and again."""
    window = context.new_page()
    window.add_init_script(WATCH)
    window.set_default_timeout(PATIENCE_MS)
    seconds = []
    for _ in range(LOADS + 1):
        window.goto(f"{ground.target.console_url}/executions")
        window.locator(f'tr.execution[data-name="{name}"] a.open').click()
        moment = window.wait_for_function("() => window.painted").json_value()
        clicked = float(window.evaluate("() => sessionStorage.getItem('clicked')"))
        seconds.append((moment - clicked) / 1000)
    visits = window.locator("#timeline tr.visit").count()
    window.close()
    detail = f"{events} events, {visits} rows of the timeline"
    warm = seconds[1:]
    return [
        Figure(
            "inspect.execution.events_short", max(0, long_execution.EVENTS - events), "", detail, 0
        ),
        Figure("inspect.execution.painted.p50", p(warm, 0.50), "s", f"{len(warm)} measured"),
        Figure("inspect.execution.painted.p95", p(warm, 0.95), "s", "", PAINTED_SECONDS),
        Figure("inspect.execution.painted.first", seconds[0], "s", "the browser has nothing yet"),
    ]
