"""Bring frames to each end that engineers look at, once for all tests of their pages."""

import json
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, expect

from framewarden.aws.dynamo import typed
from local.review_link import answer
from tests.workflow.browser import Windows
from tests.workflow.conftest import Channel, Desk, Row

NO_PICTURE = b"<html>not a picture</html>"
NEVER = "0" * 64  # a name that no execution and no frame has
MARKUP = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">&amp;"
)


@dataclass(frozen=True)
class Ends:
    """Rows of the ledger, and the review as it was while its token was good for something."""

    stopped: Row
    reviewed: Row
    joined: Row
    unscreened: Row
    review: Row

    def row(self, end: str) -> Row:
        return dict(getattr(self, end))


@cache
def ends(desk: Desk) -> Ends:
    """Return the stopped, the reviewed, the joined and the unscreened frame."""
    guilty, asking = live(desk, "looked-stopped"), live(desk, "looked-reviewed")
    stopped = guilty.show(desk.pictures.critical())
    opener = asking.show(desk.pictures.high())
    unscreened = desk.upload("looked-at/no-picture.jpg", NO_PICTURE)
    review = desk.asked(opener)
    joined = asking.show(desk.pictures.high())
    desk.ended(joined)
    answer(desk.link(review), "allow", "Ada", "a painting")
    return Ends(
        stopped=desk.ended(stopped),
        reviewed=desk.ended(opener),
        joined=desk.ended(joined),
        unscreened=desk.ended(unscreened),
        review=review,
    )


def live(desk: Desk, name: str) -> Channel:
    channel = desk.channel(name)
    channel.go_live()
    return channel


def execution_of(row: Row) -> str:
    """Return the address of a frame's execution."""
    return f"executions/moderate/{row['execution']}"


def frame_of(row: Row) -> str:
    """Return the address of a frame's story."""
    return f"frames/{row['frame_id']}"


def look(windows: Windows, page: Page, path: str, kind: str) -> Page:
    """Open a page, and see that it is the one meant."""
    page.goto(windows.at(path))
    expect(page.locator(f"main[data-page={kind}]")).to_be_visible()
    return page


def went(page: Page) -> dict[str, str]:
    """Return how each state of the graph went."""
    drawn = page.locator("svg#graph g.state")
    pairs = drawn.evaluate_all("all => all.map(one => [one.dataset.state, one.dataset.went])")
    return dict(pairs)


def open_data(page: Page, number: str | None = None) -> list[str]:
    """Open what visits read and wrote; return the parts that are shown then."""
    which = f"tr.visit[data-number='{number}']" if number else "tr.visit"
    for row in page.locator(f"#timeline {which}").all():
        if row.locator("details.data").get_attribute("open") is None:
            row.locator("details.data summary").click()
        expect(row.locator("section.visit-data")).to_be_visible()
    parts = page.locator(f"#timeline {which} section.visit-data pre[data-part]")
    return [str(part) for part in parts.evaluate_all("all => all.map(one => one.dataset.part)")]


def addresses(page: Page) -> list[str]:
    """Return where a page leads, as it is written there."""
    return list(page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"))


def holds(text: str, secret: str) -> bool:
    """Tell whether a text holds a secret in any of the ways in which pages write text."""
    written = {secret, escape(secret), quote(secret), quote(secret, safe=""), json.dumps(secret)}
    return any(one.strip('"') in text for one in written)


def forgotten(desk: Desk, name: str, **changes: Any) -> Row:
    """Write the row of a frame whose execution Step Functions has forgotten."""
    bucket = desk.target.output("FramesBucket")
    digest = "".join(f"{ord(letter):02x}" for letter in name).ljust(64, "0")[:64]
    row = {
        "frame_id": digest,
        "bucket": bucket,
        "key": f"uploads/looked-at/{name}.jpg",
        "version_id": "1",
        "source": "upload",
        "channel": "upload",
        "put_at": "2026-01-02T03:04:05.000Z",
        "day": "2026-01-02",
        "attempt": 1,
        "admitted_at": "2026-01-02T03:04:05.500Z",
        "status": "settled",
        "execution": digest,
        "severity": "none",
        "judged_at": "2026-01-02T03:04:06.000Z",
        "policy_hash": "0" * 64,
        "settled_at": "2026-01-02T03:04:06.100Z",
        "reason": "severity_none",
        "outcome": "cleared",
        **changes,
    }
    table = desk.target.output("FramesTable")
    desk.client("dynamodb").put_item(TableName=table, Item=typed(row))
    return row


def search(windows: Windows, page: Page, **wanted: str) -> None:
    look(windows, page, "executions", "executions")
    for name, value in wanted.items():
        page.locator(f"form#search input[name='{name}']").fill(value)
    with page.expect_navigation():
        page.locator("form#search button[type=submit]").click()


def listed(page: Page) -> list[str]:
    rows = page.locator("table#executions tr.execution")
    return [str(row.get_attribute("data-name")) for row in rows.all()]


def arn_of(desk: Desk, name: str) -> str:
    machine = desk.target.output("StateMachineArn")
    return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"


def entered(desk: Desk, name: str) -> list[str]:
    pages = desk.client("stepfunctions").get_paginator("get_execution_history")
    events = (
        one for page in pages.paginate(executionArn=arn_of(desk, name)) for one in page["events"]
    )
    return [
        event["stateEnteredEventDetails"]["name"]
        for event in events
        if "stateEnteredEventDetails" in event
    ]


@cache
def by_hand(desk: Desk) -> str:
    """Start an execution as nobody should: of no frame of ours, as large as an input may be."""
    client, name = desk.client("stepfunctions"), "by-hand-of-256-kb"
    given = json.loads(
        client.describe_execution(executionArn=arn_of(desk, ends(desk).stopped["execution"]))[
            "input"
        ]
    )
    marked = given["frame"] | {"frame_id": NEVER, "key": f"uploads/{MARKUP}.jpg", "note": MARKUP}
    document = given | {"frame": marked, "padding": ""}
    document["padding"] = "x" * (262_144 - len(json.dumps(document)))
    client.start_execution(
        stateMachineArn=desk.target.output("StateMachineArn"),
        name=name,
        input=json.dumps(document),
    )
    desk.wait(lambda: desk.status(name) != "RUNNING", "the execution ends")
    return name
