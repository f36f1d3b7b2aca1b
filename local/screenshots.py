"""Take the README's pictures of the desk: `python -m local.screenshots`, or `make screenshots`.

What they show happened on a laptop cloud of its own, with the samples: a film's rabbit and a
pattern of colours, and what the laptop's model really thinks of them.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from local import screenshots_adapter
from local.chromium import PATIENCE, chromium, sign_in
from local.cli.output import say
from local.demo_cloud import Timing, laptop_cloud, terminable
from local.errors import OperatorError
from local.laptop import cloud as laptop
from local.laptop.connection import Cloud
from local.laptop.deploy import build_and_deploy
from local.laptop.home import REPOSITORY
from local.laptop.people import person_of
from local.publish import publish_if_none
from local.screenshots_stage import on_air, show_a_batch, show_a_stop, show_samples
from local.tables import Row
from local.target import Target, on_cloud

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DOCS = REPOSITORY / "docs"
LARGEST = 250_000  # bytes
COLOURS = 256
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 400, "height": 860}
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
    batch_id, rule = show_a_batch(target)
    desk.goto(f"{target.console_url}/batches/{batch_id}")
    yield "batch.png", _taken(desk)
    desk.goto(f"{target.console_url}/batches/{batch_id}/verify?rule={rule}")
    yield "verify.png", _taken(desk)
    stopped = show_a_stop(running, target)
    engineer = _window(browser, running, target, "engineer", viewport=WIDE)
    for path, file in (
        (f"executions/moderate/{stopped}", "execution.png"),
        (f"frames/{stopped}", "frame.png"),
    ):
        engineer.goto(f"{target.console_url}/{path}")
        yield file, _taken(engineer, whole=True)
    with on_air(running, target):
        for path in ("executions", "health"):
            engineer.goto(f"{target.console_url}/{path}")
            yield f"{path}.png", _taken(engineer)
    yield from _adapter(lead, target)  # last: what is live judges everything after it


def _adapter(lead: Page, target: Target) -> Iterator[tuple[str, bytes]]:
    """Take what a lead sees of an adapter that passed the gate, and of all once it is live."""
    name = screenshots_adapter.train(target)
    lead.goto(f"{target.console_url}/adapters/{name}")
    yield "adapter.png", _taken(lead, whole=True)
    screenshots_adapter.make_live(target)
    lead.goto(f"{target.console_url}/adapters")
    yield "adapters.png", _taken(lead, whole=True)


def _window(browser: Browser, running: Cloud, target: Target, role: str, **how: Any) -> Page:
    """Open the queue as somebody of a role."""
    page = browser.new_context(**how).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(target.desk_url)
    person = person_of(running, role)
    sign_in(page, person["account"], person["password"])
    return page


def _taken(page: Page, *, whole: bool = False) -> bytes:
    """Take what is seen, or the whole page, once every picture is there; in few colours.

    Raises
    ------
    OperatorError
        It is too large for a README.
    """
    # Lazy pictures are asked for after the page; an open queue is quiet between its questions.
    page.wait_for_load_state("networkidle")
    packed = BytesIO()
    with Image.open(BytesIO(page.screenshot(full_page=whole))) as shot:
        few = shot.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT)
        few.save(packed, "PNG", optimize=True)
    if packed.tell() > LARGEST:
        raise OperatorError(f"A picture has {packed.tell()} bytes, more than {LARGEST}.")
    return packed.getvalue()


if __name__ == "__main__":
    sys.exit(main())
