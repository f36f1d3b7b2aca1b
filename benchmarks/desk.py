"""Measure the desk with a year's reviews stored: its pages warm, what they read, a new incident."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks import reviews
from benchmarks.figures import Figure, Section, p
from benchmarks.ground import Ground
from framewarden.console.session import COOKIE, Session, seal
from local.broadcast import go_live
from local.chromium import chromium
from local.links import link_key

STORED, WAITING = 10_000, 300
TURNS, SEEN = 200, 5
HANDLER_MS, QUERIES, ITEMS, LOAD_KB, SEEN_SECONDS = 150, 2, 60, 100, 2.0
SCRIPT = Path(__file__).with_name("warm_pages.py")
NOTES = [
    f"{STORED:,} reviews stored, {WAITING} of them open, in the laptop cloud's DynamoDB: an "
    "emulator in one process, whose answers are part of these times.",
    "handler: time inside lambda_handler, warm, as a moderator, in a process with the function's "
    "own environment. queries and items: of one request, as the calls themselves report them "
    "(ReturnConsumedCapacity, ScannedCount); a GetItem is one item and no query.",
    "first load: bytes of everything but pictures that a browser gets until the page is loaded and "
    "has asked for the first time what is new; nothing is compressed.",
    "seen: seconds from the start of a frame's put until its card stands in an open queue.",
]
# Notes every card, and when it was there; the page itself is left alone.
WATCH = """() => {
  window.seen = {}
  const look = () => document.querySelectorAll('#cards [data-review]').forEach(
    one => { window.seen[one.dataset.review] ??= Date.now() / 1000 })
  look()
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true})
}"""


@dataclass(frozen=True)
class Page:
    """A page of the desk, and the function that answers for it."""

    name: str
    folder: str
    function: str
    paths: list[str]


def run(ground: Ground) -> Section:
    """Store the reviews, ask the pages, and open them in a browser."""
    ground.say(f"desk: storing {STORED:,} reviews")
    waiting = reviews.fill(ground, STORED, WAITING)
    cookie = session(ground)
    pages = [
        Page("queue", "desk_page", "DeskPageFunction", ["/queue"]),
        Page("case", "review_page", "ReviewPageFunction", [f"/reviews/{i}" for i in waiting[:20]]),
    ]
    figures: list[Figure] = []
    for page in pages:
        ground.say(f"desk: {TURNS} times the {page.name}")
        figures += measured(page.name, asked(ground, page, cookie))
    ground.say("desk: a browser")
    with browser(ground, cookie) as opened:
        figures += [
            loaded(opened, ground, page.paths[0], f"desk.{page.name}.first_load") for page in pages
        ]
        figures.append(seen(opened, ground))
    return Section("desk", f"The desk, with {STORED:,} reviews stored", figures, NOTES)


def session(ground: Ground, role: str = "moderator") -> str:
    """Return the session of somebody with a role, as signing in would make it."""
    until = int((datetime.now(UTC) + timedelta(minutes=14)).timestamp())
    somebody = Session("benchmark", "benchmark", "Ada", (role,), until)
    return seal(somebody, link_key(ground.target))


def asked(ground: Ground, page: Page, cookie: str) -> dict[str, Any]:
    """Ask a page's function in a process of its own.

    Raises
    ------
    TimeoutError
        It answered something else than the page.
    """
    function = ground.target.client("lambda").get_function_configuration(
        FunctionName=ground.target.physical_id(page.function)
    )
    events = ground.folder / f"{page.name}.json"
    events.write_text(json.dumps([event(path, cookie) for path in page.paths]))
    done = subprocess.run(
        [
            *(sys.executable, str(SCRIPT), str(ground.code), page.folder, str(events)),
            *(str(TURNS), function["FunctionArn"]),
        ],
        env={
            "PATH": os.environ["PATH"],
            **ground.cloud.environment(),
            **function["Environment"]["Variables"],
            "AWS_LAMBDA_FUNCTION_NAME": page.function,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise TimeoutError(f"the {page.name} could not be asked: {done.stderr[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if found["statuses"] != [200]:
        raise TimeoutError(f"the {page.name} answered {found['statuses']}")
    return found


def event(path: str, cookie: str) -> dict[str, Any]:
    """Return API Gateway's event of somebody who is signed in and looks at a page."""
    parts = urlsplit(path)
    return {
        "httpMethod": "GET",
        "path": parts.path,
        "headers": {"Host": "desk.example", "Cookie": f"{COOKIE}={cookie}"},
        "queryStringParameters": dict(parse_qsl(parts.query)) or None,
        "requestContext": {"path": f"/live{parts.path}"},
        "body": None,
        "isBase64Encoded": False,
    }


def measured(name: str, found: dict[str, Any]) -> list[Figure]:
    """Return the figures of a page's function."""
    times, calls = [1000 * one for one in found["seconds"]], found["calls"]
    made = [call["operation"] for call in calls]
    each = ", ".join(f"{made.count(one)} {one}" for one in sorted(set(made)))
    units = sum(call["units"] for call in calls)
    items = sum(call["items"] for call in calls)
    page = f"desk.{name}"
    return [
        Figure(f"{page}.handler.p50", p(times, 0.50), "ms", f"{len(times)} measured"),
        Figure(f"{page}.handler.p95", p(times, 0.95), "ms", "", HANDLER_MS),
        Figure(f"{page}.queries", made.count("Query"), "", each, QUERIES),
        Figure(f"{page}.items", items, "", f"{units:g} read units", ITEMS),
        Figure(f"{page}.scans", made.count("Scan"), "", "", 0),
    ]


@contextmanager
def browser(ground: Ground, cookie: str) -> Iterator[Any]:
    """Open a browser of somebody who is signed in."""
    host = urlsplit(ground.target.console_url).netloc
    known = {"name": COOKIE, "value": cookie, "url": f"https://{host}/", "secure": True}
    with chromium() as running:
        context = running.new_context()
        context.add_cookies([known])  # type: ignore[list-item]
        yield context


def loaded(
    context: Any, ground: Ground, path: str, name: str, limit: float | None = LOAD_KB
) -> Figure:
    """Count what the first look at a page fetches, apart from pictures."""
    sizes: dict[str, int] = {}
    window = context.new_page()
    answers: list[Any] = []
    window.on("response", lambda answer: answers.append(answer))
    window.goto(ground.target.console_url + path, wait_until="load")
    window.wait_for_timeout(1500)  # the first question of what is new
    for answer in answers:
        if answer.request.resource_type != "image" and answer.status == 200:
            file = urlsplit(answer.url).path.rpartition("/")[2]
            sizes.setdefault(file, len(answer.body()))
    window.close()
    detail = ", ".join(f"{file} {size / 1000:.1f}" for file, size in sizes.items())
    return Figure(name, sum(sizes.values()) / 1000, "kB", detail, limit)


def seen(context: Any, ground: Ground) -> Figure:
    """Look at the queue while incidents happen, each on a channel of its own."""
    window = context.new_page()
    window.goto(f"{ground.target.console_url}/queue")
    window.evaluate(WATCH)
    times = []
    for number in range(SEEN):
        broadcast = go_live(ground.cloud, ground.target, f"benchmark-seen-{number}")
        began = time.time()
        review_id = reviews.opened(ground, broadcast)["review_id"]
        there = window.wait_for_function("id => window.seen[id]", arg=review_id)
        times.append(float(there.json_value()) - began)
        broadcast.end()
    window.close()
    spread = f"{len(times)} measured, {min(times):.2f} to {max(times):.2f} s"
    return Figure("desk.seen.max", max(times), "s", spread, SEEN_SECONDS)
