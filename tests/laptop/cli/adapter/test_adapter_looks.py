"""`framewarden adapter show`: what is live, all adapters, and one beside the base model."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console
from typer.testing import Result

from framewarden.aws import adapter_health
from framewarden.console.adapter_drawing import draw
from local.adapter_drawing import Bars, svg
from tests.laptop.cli.adapter.conftest import EVALUATION, LABEL, PROJECT, arn_of

Run = Callable[..., Result]
Told = Callable[..., Any]


@pytest.fixture
def three(desk: Any) -> Any:
    """Three adapters: one live, one in the shadow, one that failed."""
    desk.row("v1", started_at="2026-11-20T08:00:00.000Z")
    desk.row("v2", started_at="2026-11-21T08:00:00.000Z")
    failure = {"code": "X", "message": "an image is missing", "remedy": "Put it there"}
    desk.row("v3", "failed", failure=failure, labels=[LABEL])
    desk.live("v1", None, shadow={"name": "v2", "arn": arn_of("v2"), "share": 10}, rev=2)
    desk.put({
        "kind": "event", "item": "2026-11-22T09:00:00.000Z#000001", "act": "promote", "name": "v1",
        "was": None, "by": "Ada", "at": "2026-11-22T09:00:00.000Z", "account": "a1",
    })  # fmt: skip
    desk.put({"kind": "shadow#v2", "item": "counts", "frames": 200, "disagreed": 1, "missed": 2})
    desk.put({
        "kind": "shadow#v2", "item": "frame#2026-11-22T09:10:00.000Z#f1", "frame_id": "f1" * 16,
        "at": "2026-11-22T09:10:00.000Z", "bucket": "frames", "key": "ch/1.jpg", "channel": "ch",
        "version_id": "x", "live_by": arn_of("v1"), "live": {LABEL: 91.5}, "shadow": {},
        "expires_at": 4_000_000_000,
    })  # fmt: skip
    return desk


def test_all_of_them(run: Run, three: Any, told: Told) -> None:
    seen = told("show")
    assert seen["live"] == {"name": "v1", "arn": arn_of("v1")}
    assert (seen["live_since"], seen["live_by"]) == ("2026-11-22T09:00:00.000Z", "Ada")
    assert (seen["before"], seen["training"], seen["health"]) == ([None], None, None)
    assert [one["name"] for one in seen["adapters"]] == ["v3", "v2", "v1"]
    assert seen["adapters"][1] == {
        "name": "v2", "status": "passed", "attempt": 1, "by": "Ada", "labels": [LABEL],
        "started_at": "2026-11-21T08:00:00.000Z", "ended_at": "2026-11-22T08:31:00.000Z",
        "arn": arn_of("v2"), "passed": True, "base_errors": 16, "adapter_errors": 2,
        "live": False, "shadow_share": 10,
    }  # fmt: skip
    assert seen["events"] == [{
        "at": "2026-11-22T09:00:00.000Z", "act": "promote", "name": "v1", "was": None, "by": "Ada",
        "account": "a1", "passed_over": None,
    }]  # fmt: skip
    assert seen["url"] == "https://desk.example/live/adapters"
    done = run("adapter", "show")
    assert done.exit_code == 0, done.stderr
    for words in (
        "v1", "passed the gate, live", "passed the gate, in the shadow", "16 -> 2", "promoted v1",
        "v2, for 10 % of frames", "the base model", "2026-11-22T09:00:00.000Z, by Ada",
    ):  # fmt: skip
        assert words in done.stdout
    assert done.stderr == ""


def test_without_any_it_says_what_to_do(run: Run, desk: Any, told: Told) -> None:
    assert told("show")["live"] is None
    done = run("adapter", "show")
    assert "the base model" in done.stdout
    assert done.stderr == (
        "No adapter was trained yet.\nSee whether one can be with: "
        "framewarden adapter readiness --stack guard --region us-east-1\n"
    )


def test_what_is_trained_now_and_what_expires(run: Run, three: Any, told: Told) -> None:
    three.locked("v4")
    health = {
        "arn": arn_of("v1"), "status": "DEPRECATED",
        "checked_at": "2026-11-22T09:00:00.000Z", "deprecated_at": "2026-11-01T09:00:00.000Z",
        "expires_from": "2026-12-31T09:00:00.000Z",
    }  # fmt: skip
    three.put(adapter_health.KEY | health)
    seen = told("show")
    assert seen["training"] == "v4"
    assert seen["health"] == health
    assert "expires on 2026-12-31 at the earliest" in run("adapter", "show").stdout
    three.put(adapter_health.KEY | health | {"arn": arn_of("v0")})  # of one that was live before
    assert told("show")["health"] is None


def test_one_of_them(run: Run, three: Any, told: Told) -> None:
    seen = told("show", "v2")
    assert (seen["name"], seen["status"], seen["live"], seen["shadow_share"]) == (
        *("v2", "passed", False, 10),
    )
    assert seen["evaluation"] == EVALUATION
    assert (seen["project"], seen["until"]) == (PROJECT, "2026-11-23T08:00:00.000Z")
    assert {name: seen["shadow"][name] for name in ("frames", "disagreed", "missed")} == {
        "frames": 200, "disagreed": 1, "missed": 2,
    }  # fmt: skip
    [apart] = seen["shadow"]["disagreements"]
    assert apart == {
        "at": "2026-11-22T09:10:00.000Z", "frame_id": "f1" * 16, "bucket": "frames",
        "key": "ch/1.jpg", "version_id": "x", "channel": "ch", "live_by": arn_of("v1"),
        "live": {LABEL: 91.5}, "shadow": {},
    }  # fmt: skip
    assert seen["url"] == "https://desk.example/live/adapters/v2"
    done = run("adapter", "show", "v2")
    assert done.exit_code == 0, done.stderr
    for words in (
        "passed the gate", "120 to train, 40 to test", "20 min 00 s of training",
        "Base model -> adapter on the test images: 40 images, from 50 % on.",
        "12 -> 1", "4 -> 1", "45 % -> 93 %",
        "on the last live decisions: 12 images, from 50 % on; 1 image could not be asked about.",
        "2 errors instead of 16 on the test images.",
        "In the shadow: It answered about 200 live frames, and disagreed about 1 (0.5 %).",
        f"{LABEL} 92 %", "ch/1.jpg",
    ):  # fmt: skip
        assert words in done.stdout, words
    assert "framewarden adapter promote v2 --stack guard" in done.stderr


def test_a_failure_says_its_remedy(run: Run, three: Any) -> None:
    done = run("adapter", "show", "v3")
    assert "An image is missing. What is live is as it was. Put it there." in done.stdout
    assert "framewarden adapter train --name v3 --stack guard" in done.stderr


def test_what_was_not_ready_says_what_lacks(run: Run, three: Any) -> None:
    lacking = {
        "threshold": 50, "images": 0, "sources": 0, "train": 0, "test": 0, "live": 0,
        "ready": False, "training": [], "labels": [], "lacks": ["nobody judged anything"],
        "left_out": {"counts": {}, "first": []},
    }  # fmt: skip
    three.row("v5", "not_ready", readiness=lacking)
    done = run("adapter", "show", "v5")
    assert "Nobody judged anything." in done.stdout
    assert "Not ready: no adapter can be trained yet." in done.stdout


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("v9", "There is no adapter v9 on guard in us-east-1"),
        ("", "There is no adapter"),
        ("v-1", "did you mean 'v1'?"),
    ],
)
def test_a_name_that_is_none(run: Run, three: Any, given: str, words: str) -> None:
    done = run("adapter", "show", given)
    assert done.exit_code == 1
    assert words in done.stderr


def test_the_picture_is_saved(run: Run, three: Any, tmp_path: Path) -> None:
    file = tmp_path / "v2.svg"
    done = run("adapter", "show", "v2", "--picture", str(file))
    assert done.exit_code == 0, done.stderr
    assert f"Saved the picture in {file}" in done.stderr
    root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    words = ["".join(one.itertext()) for one in root.iter() if one.tag.endswith("text")]
    assert {"base model", "adapter", "50 %"} <= set(words)
    done = run("adapter", "show", "v3", "--picture", str(tmp_path / "v3.svg"))
    assert done.exit_code == 1
    assert "no evaluation of it was read" in done.stderr
    assert run("adapter", "show", "--picture", str(file)).exit_code == 2


def test_it_can_be_followed(run: Run, three: Any, told: Told) -> None:
    assert told("show", "v2", "--follow")["name"] == "v2"
    assert run("adapter", "show", "v2", "-f").exit_code == 0
    assert run("adapter", "show", "v3", "-f").exit_code == 1
    assert run("adapter", "show", "-f").exit_code == 2


def drawn(width: int, encoding: str = "utf-8") -> list[str]:
    chart = draw(EVALUATION["thresholds"], 50)
    assert chart
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding)
    Console(file=stream, width=width, markup=False, highlight=False).print(Bars(chart, 52.0))
    stream.flush()
    return raw.getvalue().decode(encoding).splitlines()


def test_the_bars_fit_and_mark_the_threshold() -> None:
    lines = drawn(80)
    assert len(lines) == 21
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["base", "model", "adapter"]
    [marked] = [line for line in lines if line.endswith("<")]
    assert marked.split()[0] == "50"
    assert [line.split()[0] for line in lines[1:]] == [str(at) for at in range(5, 105, 5)]
    assert "█" in lines[1]
    assert max(map(len, drawn(40))) <= 40
    assert "#" in drawn(80, "ascii")[1]


def test_nothing_wrong_is_no_bar() -> None:
    points = [
        {"threshold": at, "base": {"fp": 0, "fn": 0}, "adapter": {"fp": 0, "fn": 0}}
        for at in (50, 55)
    ]
    chart = draw(points, None)
    assert chart
    raw = io.StringIO()
    Console(file=raw, width=80).print(Bars(chart, 0))
    assert "█" not in raw.getvalue()
    assert "<title" in svg(chart, "a < b")
    assert "a &lt; b" in svg(chart, "a < b")
