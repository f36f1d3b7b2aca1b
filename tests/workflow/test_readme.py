"""Run the README's commands, so that nobody follows a page that has gone stale."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workflow.batching import Batching
from tests.workflow.conftest import Desk

pytestmark = pytest.mark.workflow

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.removeprefix("$ ")
    for block in BLOCK.findall(README)
    for line in block.splitlines()
    if line.startswith(("$ framewarden", "$ eval", "$ python"))
]


@pytest.fixture(scope="module", autouse=True)
def the_other_tests_policy(desk: Desk) -> Iterator[None]:
    """Publish it again: the README's reader has published another."""
    yield
    desk.publish()
    time.sleep(11)  # a worker reads the policy anew after ten seconds


def run(desk: Desk, command: str) -> subprocess.CompletedProcess[str]:
    path = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        shell=True,
        executable="/bin/bash",
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_readme_has_commands() -> None:
    assert len(COMMANDS) > 12


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_does_what_it_says(desk: Desk, command: str) -> None:
    text, _, comment = command.partition("  # exits ")
    if "REVIEW_ID" in text:
        text = text.replace("REVIEW_ID", a_still_that_waits(desk))
    if "EXECUTION" in text or "FRAME" in text:
        # The first execution of a frame is named as its frame is.
        text = re.sub(r"\b(?:EXECUTION|FRAME)\b", an_execution(desk), text)
    if "BATCH" in text:
        text = text.replace("BATCH", a_batch(desk))
    done = run(desk, text)
    assert done.returncode == int(comment or 0), done.stderr
    assert done.stdout.strip() or done.stderr.strip()


def a_still_that_waits(desk: Desk) -> str:
    frame = desk.upload("readme/still.png", desk.pictures.critical())
    return str(desk.asked(frame)["review_id"])


def an_execution(desk: Desk) -> str:
    frame = desk.upload("readme/clean.jpg", desk.pictures.clean())
    return str(desk.ended(frame)["execution"])


def a_batch(desk: Desk) -> str:
    batching = Batching(desk)
    image = batching.picture("clean.jpg", desk.pictures.clean())
    batch_id = batching.start(batching.manifest(image))
    assert batching.ended(batch_id)["status"] == "done"
    return batch_id
