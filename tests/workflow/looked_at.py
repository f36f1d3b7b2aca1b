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
    found = [desk.ended(one) for one in (stopped, opener, joined, unscreened)]
    return Ends(*found, review=review)


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
