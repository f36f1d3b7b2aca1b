"""`framewarden adapter readiness` and `train`: what is said before, and how it ends."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from framewarden.aws.adapters import Adapters
from framewarden.aws.clients import brought
from framewarden.domain.errors import StoreThrottledError
from local.adapter_follow import LONGEST_PAUSE, looks
from local.cli import adapter_progress, consent
from local.cli.adapter_progress import watch, words
from local.cli.app import application
from local.errors import OperatorError
from tests.laptop.cli.adapter.conftest import LABEL

Run = Callable[..., Result]
Told = Callable[..., Any]


def test_readiness_tells_how_far_it_is(run: Run, desk: Any, told: Told) -> None:
    desk.judged(images=40, sources=4, denied=12)
    done = run("adapter", "readiness")
    assert done.exit_code == 4, done.stderr
    assert "12 of 20" in done.stdout
    assert "0 of 50" in done.stdout
    assert "40 images of 4 sources" in done.stdout
    assert "Not ready: no adapter can be trained yet." in done.stdout
    seen = told("readiness")
    assert (seen["ready"], seen["images"], seen["threshold"]) == (False, 40, 50)
    assert seen["labels"][0]["lacks"]


def test_readiness_of_enough(run: Run, desk: Any, told: Told) -> None:
    desk.judged()
    done = run("adapter", "readiness", "--label", LABEL, "--threshold", "60")
    assert done.exit_code == 0, done.stdout
    assert f"Ready: an adapter would learn {LABEL}." in done.stdout
    assert "Found is what has 60 % or more." in done.stdout
    assert "framewarden adapter train --stack guard" in done.stderr
    assert LABEL in told("readiness")["training"]


def test_readiness_says_where_to_settle_what_is_left_out(run: Run, desk: Any) -> None:
    desk.judged()
    for number in range(7):  # somebody else says the opposite of some, on another list
        desk.put(
            {
                "batch": "b2#alcohol", "item": f"image#{number:06}#{number:x}",
                "example": "labels", "at": "2026-11-22T09:00:00.000Z", "bucket": "photos",
                "key": f"{number}/{number}.jpg", "ref": f"s3://photos/{number}/{number}.jpg",
                "labels": [{"name": LABEL, "parent": "Alcohol", "level": 2, "confidence": 88.5}],
                "labels_judged": {"confirmed": [LABEL], "denied": [], "added": []},
                "decision": "allow", "by": "Bob",
            },
            "Batches",
        )  # fmt: skip
    desk.put({"kind": "hold", "item": "s3://photos/7/7.jpg", "reason": "court"})
    done = run("adapter", "readiness")
    assert done.exit_code == 0, done.stdout
    assert "It is on hold." in done.stdout
    assert "https://desk.example/live/batches/" in done.stdout
    assert "... and 2 more images" in done.stderr


def test_nobody_judged_anything(run: Run, desk: Any) -> None:
    done = run("adapter", "readiness")
    assert (done.exit_code, done.stderr) == (4, "")
    assert "Nobody has judged a label yet." in done.stdout


def test_it_is_trained_and_followed_to_what_the_gate_says(run: Run, desk: Any) -> None:
    desk.judged()
    done = run("adapter", "train", "--name", "v7", "--by", "Ada", "--hours", "3", "--yes")
    assert done.exit_code == 0, done.stderr
    assert [name for name, _ in desk.started] == ["adapter-v7-1"]
    row = desk.get("v7")
    assert (row["by"], row["hours"], row["labels"], row["threshold"]) == ("Ada", 3, None, 50)
    assert "Ready: an adapter would learn" in done.stdout
    assert "12 -> 1" in done.stdout
    assert "2 errors instead of 16 on the test images." in done.stdout
    assert "The adapter v7 is being trained on guard in us-east-1." in done.stderr
    assert "framewarden adapter promote v7" in done.stderr
    assert '"level"' not in done.stdout  # the library's log is not of a terminal


def test_its_json_is_what_show_gives(run: Run, desk: Any, told: Told) -> None:
    desk.judged()
    seen = told("train", "--name", "v7", "--label", LABEL, "--threshold", "55", "--yes")
    assert seen == told("show", "v7")
    assert (seen["labels"], seen["threshold"]) == ([LABEL], 55)


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ({"status": "refused"}, 4, "may not be promoted"),
        ({"status": "not_ready"}, 4, "Nothing was trained"),
        ({"status": "late"}, 1, "was not trained within 24 hours"),
        ({"status": "failed", "failure": {"message": "it broke", "remedy": "Mend it."}}, 1, "Mend"),
    ],
)
def test_how_it_ended_is_the_exit_code(
    run: Run, desk: Any, row: dict[str, Any], code: int, said: str
) -> None:
    desk.judged()
    desk.becomes = row
    done = run("adapter", "train", "--name", "v7", "--yes")
    assert done.exit_code == code, done.stderr
    assert said in done.stdout


def test_what_lacks_something_is_not_started(run: Run, desk: Any) -> None:
    desk.judged(images=30, denied=3)
    done = run("adapter", "train", "--json", "--yes")
    assert done.exit_code == 4
    seen = json.loads(done.stdout)
    assert {name: seen[name] for name in ("dry_run", "started", "name", "hours")} == {
        "dry_run": False, "started": False, "name": None, "hours": None,
    }  # fmt: skip
    assert seen["readiness"]["ready"] is False
    assert "Nothing was started." in done.stderr
    assert desk.started == []


def test_a_dry_run_starts_nothing(run: Run, desk: Any) -> None:
    desk.judged()
    done = run("adapter", "train", "--dry-run")
    assert (done.exit_code, desk.started) == (0, [])
    assert "Ready: an adapter would learn" in done.stdout
    done = run("adapter", "train", "--dry-run", "--json", "--name", "v7")
    assert json.loads(done.stdout)["dry_run"] is True


def test_a_detached_one_is_named(run: Run, desk: Any, told: Told) -> None:
    desk.judged()
    done = run("adapter", "train", "--name", "v7", "--yes", "--detach")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "v7")
    assert "framewarden adapter show v7 --follow --stack guard" in done.stderr
    begun = told("train", "--name", "v8", "--yes", "--detach")
    assert begun == {
        "adapter": "v8", "attempt": 1, "execution": "adapter-v8-1", "status": "collecting",
        "started": True,
    }  # fmt: skip


def test_one_that_was_late_goes_on_without_a_look_at_its_examples(run: Run, desk: Any) -> None:
    desk.row("v7", "late")
    done = run("adapter", "train", "--name", "v7", "--yes")
    assert done.exit_code == 0, done.stderr
    assert [name for name, _ in desk.started] == ["adapter-v7-2"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--name", "V 7"), "an adapter's name has at most 60 small letters"),
        (("--name", "base"), "is neither 'base' nor 'rollback'"),
        (("--name", "v1"), "there is an adapter v1 already"),
    ],
)
def test_a_name_that_cannot_be(run: Run, desk: Any, arguments: tuple[str, ...], said: str) -> None:
    desk.judged()
    desk.row("v1")
    done = run("adapter", "train", *arguments, "--yes")
    assert done.exit_code == 1
    assert said in done.stderr


def test_one_at_a_time(run: Run, desk: Any) -> None:
    desk.judged()
    desk.row("v1", "training", until=4_000_000_000)
    desk.locked("v1")
    done = run("adapter", "train", "--name", "v2", "--yes")
    assert done.exit_code == 1
    assert "the adapter v1 is being trained already" in done.stderr


def test_a_label_outside_the_taxonomy(run: Run, desk: Any) -> None:
    desk.judged()
    done = run("adapter", "train", "--label", "Alcoholic Bevarages", "--yes")
    assert done.exit_code == 1
    assert "did you mean 'Alcoholic Beverages'?" in done.stderr
    done = run("adapter", "readiness", "--label", "Alcoholic Bevarages")
    assert done.exit_code == 4
    assert "did you mean Alcoholic Beverages?" in done.stdout


def test_nobody_at_the_terminal_must_agree_beforehand(
    run: Run, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.judged()
    done = run("adapter", "train", "--name", "v7")
    assert (done.exit_code, desk.started) == (1, [])
    assert "Agree beforehand with --yes" in done.stderr
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(consent, "sys", terminal)
    assert run("adapter", "train", "--name", "v7", input="n\n").exit_code == 1
    assert desk.started == []
    assert run("adapter", "train", "--name", "v7", input="y\n").exit_code == 0


def test_the_laptop_costs_nothing_so_nobody_is_asked(desk: Any) -> None:
    desk.judged()
    from dataclasses import replace

    laptop = replace(desk.target, is_laptop=True)
    asked = ["adapter", "train", "--name", "v7"]
    assert CliRunner().invoke(application(lambda *_: laptop), asked).exit_code == 0


def test_an_interrupt_leaves_it_running(
    run: Run, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.judged()
    desk.becomes = {"status": "training"}

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupted)
    done = run("adapter", "train", "--name", "v7", "--yes")
    assert done.exit_code == 130
    assert "The training of v7 goes on by itself." in done.stderr
    assert "framewarden adapter show v7 --follow" in done.stderr


def test_one_that_nobody_ended_is_not_followed_for_ever(run: Run, desk: Any) -> None:
    desk.row("v1", "training", until=1_000)
    done = run("adapter", "show", "v1", "--follow")
    assert done.exit_code == 1
    assert "long over its hours" in done.stderr


class Store:
    """Gives one row after another; an exception is raised, and the last row stays."""

    def __init__(self, *rows: Any) -> None:
        self.rows = list(rows)

    def get(self, _: str) -> Any:
        row = self.rows.pop(0) if len(self.rows) > 1 else self.rows[0]
        if isinstance(row, Exception):
            raise row
        return row


def row(status: str, **more: Any) -> dict[str, Any]:
    started = "2026-11-22T08:00:00.000Z"
    return {"item": "v7", "status": status, "until": 4e9, "started_at": started, **more}


def test_it_is_looked_at_less_often_while_nothing_changes() -> None:
    slept: list[float] = []
    rows = [row("collecting")] * 20, [row("training")] * 2, [row("passed")]
    store: Any = Store(*(one for part in rows for one in part))
    seen = list(looks(store, "v7", slept.append, lambda: 0.0))
    assert [one["status"] for one in seen].count("training") == 2
    assert slept[19] == LONGEST_PAUSE
    assert slept[20] < 1
    throttled: Any = Store(StoreThrottledError("GetItem"), row("passed"))
    slept.clear()
    assert len(list(looks(throttled, "v7", slept.append))) == 1
    assert slept == [10]


def test_a_log_gets_a_line_when_something_changes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    store: Any = Store(row("collecting"), row("training"), row("training"), row("passed"))
    assert watch(store, "v7")["status"] == "passed"
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(",")[0] for line in said] == [
        "v7: collecting its examples", "v7: being trained",
    ]  # fmt: skip
    with pytest.raises(OperatorError, match="The adapter v7 is gone"):
        watch(Store(None), "v7")  # type: ignore[arg-type]


def test_a_terminal_is_shown_it_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    terminal = Console(file=out, force_terminal=True, width=100)
    monkeypatch.setattr(adapter_progress, "console", lambda _: terminal)
    monkeypatch.setattr("time.sleep", lambda _: None)
    store: Any = Store(row("training"), row("passed"))
    assert watch(store, "v7")["status"] == "passed"


def test_how_long_it_takes_is_told_from_ten_seconds_on() -> None:
    began = datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert words(row("collecting"), began + timedelta(seconds=3)) == "v7: collecting its examples"
    since = row("training", training_since="2026-11-22T08:00:10.000Z")
    assert words(since, began + timedelta(seconds=200)) == "v7: being trained, for 3 min 10 s"


def test_the_rows_are_those_of_the_table(desk: Any) -> None:
    desk.row("v1")
    with brought(desk.target.client):
        assert watch(Adapters("Adapters"), "v1")["item"] == "v1"
