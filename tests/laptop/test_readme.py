"""Compare the README with what it speaks of; its commands run in tests/workflow."""

import re
from pathlib import Path

from local.picture import redraw

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_picture_is_the_definition_s() -> None:
    assert redraw(README) == README, "the picture is stale: make picture"


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    used = set(re.findall(r"^(?:\$ )?make ([a-z]+)", README, re.MULTILINE))
    assert used
    assert used <= targets


def test_every_file_of_the_readme_exists() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    named = re.findall(r"(?:samples|events|policies|functions|statemachines)/[\w./-]+\w", README)
    for name in {*linked, *named}:
        assert (ROOT / name).exists(), name


def test_every_alarm_of_the_template_has_a_line_for_the_night() -> None:
    night = README.partition("## At three in the morning")[2].partition("\n## ")[0]
    assert night.count("\n| ") >= 9
