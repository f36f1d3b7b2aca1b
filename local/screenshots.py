"""Take the README's pictures of the desk: `python -m local.screenshots`, or `make screenshots`.

What they show happened on a laptop cloud of its own, with the samples: a film's rabbit and a
pattern of colours, and what the laptop's model really thinks of them.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from framewarden.domain.frames import frame_id
from local.broadcast import go_live
from local.chromium import PATIENCE, chromium, sign_in
from local.cli.output import say
from local.demo_cloud import Timing, laptop_cloud, terminable
from local.demo_stage import CLIP, POSITIVE
from local.errors import OperatorError
from local.footage import frames
from local.laptop import cloud as laptop
from local.laptop.connection import Cloud
from local.laptop.deploy import build_and_deploy
from local.laptop.home import REPOSITORY
from local.laptop.people import person_of
from local.publish import publish_if_none
from local.tables import Row, fetch
from local.target import Target, on_cloud

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DOCS = REPOSITORY / "docs"
LARGEST = 250_000  # bytes
COLOURS = 256
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 400, "height": 860}
# Seconds until everything that was shown is judged, or waits for somebody.
WAIT = 60.0

# What is on air, and which of the clip's seconds it sends (samples/README.md has their scores).
ON_AIR = {"garden": range(26, 33), "meadow": range(45, 52)}
UPLOADS = ("uploads/holiday/red-flower.png", "uploads/avatars/0412.png")
# The case that is looked at, and the one that somebody else works on.
SHOWN, CLAIMED = "meadow", "garden"


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, default=DOCS, help="where they go (default: docs)")
    given = parser.parse_args(arguments)
    try:
        with terminable(), chromium() as browser, _cloud() as (running, target):
            say("Showing the samples")
            reviews = show_samples(running, target)
            say("Taking the pictures")
            for file, picture in pictures(browser, running, target, reviews):
                given.folder.mkdir(parents=True, exist_ok=True)
                (given.folder / file).write_bytes(picture)
                say(f"{given.folder / file}: {len(picture) / 1000:.0f} kB")
    except OperatorError as failure:
        say(str(failure))
        return 1
    return 0


@contextmanager
def _cloud() -> Iterator[tuple[Cloud, Target]]:
    """Bring up a cloud of our own, whatever else runs here, with the stack on it."""
    before = os.environ.get("FRAMEWARDEN_HOME")
    with tempfile.TemporaryDirectory(prefix="framewarden-screenshots-") as folder:
        os.environ["FRAMEWARDEN_HOME"] = folder
        try:
            with laptop_cloud(0, False, Timing(), say) as running:
                build_and_deploy(running, progress=say)
                deployed = laptop.current() or running
                target = on_cloud(deployed)
                publish_if_none(target)
                yield deployed, target
        finally:
            if before is None:
                del os.environ["FRAMEWARDEN_HOME"]
            else:
                os.environ["FRAMEWARDEN_HOME"] = before


def show_samples(running: Cloud, target: Target) -> dict[str, Row]:
    """Show the samples on two channels and as two uploads; return the reviews by what was shown."""
    bucket = target.output("FramesBucket")
    shown: dict[str, list[str]] = {}
    with ExitStack() as after:
        on_air = {name: go_live(running, target, name) for name in ON_AIR}
        for name, broadcast in on_air.items():
            after.callback(broadcast.end)
            shown[name] = []
        for number, jpegs in enumerate(zip(*map(_clip, ON_AIR.values()), strict=True)):
            for (name, broadcast), jpeg in zip(on_air.items(), jpegs, strict=True):
                key = broadcast.recording.key(number)
                version = broadcast.recorder.put(key, jpeg)
                shown[name].append(frame_id(bucket, key, version))
            time.sleep(1)  # as a channel sends them
        for key in UPLOADS:
            put = target.client("s3").put_object(Bucket=bucket, Key=key, Body=POSITIVE.read_bytes())
            shown[key] = [frame_id(bucket, key, put["VersionId"])]
        return {name: _review(target, ids) for name, ids in shown.items()}


def _clip(seconds: range) -> Iterable[bytes]:
    return (one.jpeg for one in islice(frames(CLIP, 1.0), seconds.start, seconds.stop))


def _review(target: Target, ids: list[str]) -> Row:
    """Wait until people are asked about some of these frames, and all of them were judged."""
    dynamodb = target.client("dynamodb")
    table, reviews = target.output("FramesTable"), target.output("ReviewsTable")

    def asked() -> Row | None:
        rows = fetch(dynamodb, table, "frame_id", ids)
        known = {row["review_id"] for row in rows.values() if row.get("review_id")}
        done = [row for row in rows.values() if row.get("outcome") or row.get("review_id")]
        waiting = fetch(dynamodb, reviews, "review_id", sorted(known)) if known else {}
        found = [row for row in waiting.values() if row.get("task_token")]
        return found[0] if found and len(done) == len(ids) else None

    return _patiently(asked)


def _patiently(found: Callable[[], Row | None]) -> Row:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        row = found()
        if row:
            return row
        time.sleep(0.2)
    raise OperatorError(f"Nobody was asked within {WAIT:.0f} s.", "Try again on a quieter machine.")


def pictures(
    browser: Browser, running: Cloud, target: Target, reviews: dict[str, Row]
) -> Iterator[tuple[str, bytes]]:
    """Give each picture's file name and content."""
    lead = _window(browser, running, target, "lead", viewport=WIDE)
    lead.goto(f"{target.console_url}/reviews/{reviews[CLAIMED]['review_id']}")
    with lead.expect_navigation():
        lead.locator("form#claim button[value=claim]").click()
    desk = _window(browser, running, target, "moderator", viewport=WIDE)
    desk.locator("#cards li.card").nth(len(reviews) - 1).wait_for()
    yield "queue.png", _taken(desk)
    case = f"{target.console_url}/reviews/{reviews[SHOWN]['review_id']}"
    desk.goto(case)
    yield "case.png", _taken(desk)
    phone = _window(
        browser, running, target, "moderator", viewport=PHONE, color_scheme="dark", has_touch=True
    )
    phone.goto(case)
    yield "case-phone-dark.png", _taken(phone)


def _window(browser: Browser, running: Cloud, target: Target, role: str, **how: Any) -> Page:
    """Open the queue as somebody of a role."""
    page = browser.new_context(**how).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(target.desk_url)
    person = person_of(running, role)
    sign_in(page, person["account"], person["password"])
    return page


def _taken(page: Page) -> bytes:
    """Take what is seen, once every picture of the page is there, in few colours.

    Raises
    ------
    OperatorError
        It is too large for a README.
    """
    # Lazy pictures are asked for after the page; an open queue is quiet between its questions.
    page.wait_for_load_state("networkidle")
    packed = BytesIO()
    with Image.open(BytesIO(page.screenshot())) as shot:
        few = shot.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT)
        few.save(packed, "PNG", optimize=True)
    if packed.tell() > LARGEST:
        raise OperatorError(f"A picture has {packed.tell()} bytes, more than {LARGEST}.")
    return packed.getvalue()


if __name__ == "__main__":
    sys.exit(main())
