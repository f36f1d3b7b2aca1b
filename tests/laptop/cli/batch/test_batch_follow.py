"""Following a batch: what is shown of it, how often it is looked at, and how fast it goes."""

import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from framewarden.domain.errors import StoreThrottledError
from local.batch_cost import Cost, cost_of, room_for
from local.batch_follow import LONGEST_PAUSE, Look, looks
from local.cli import batch_progress
from local.cli.batch_progress import uploading, watch, words, working
from local.errors import OperatorError
from local.target import Target


class Store:
    """Gives one row after another; an exception is raised, and the last row stays."""

    def __init__(self, *rows: Any) -> None:
        self.rows = list(rows)

    def get(self, _: str) -> Any:
        row = self.rows.pop(0) if len(self.rows) > 1 else self.rows[0]
        if isinstance(row, Exception):
            raise row
        return row


def row(analyzed: int | None, status: str = "running") -> dict[str, Any]:
    ended = {"ended_at": "now"} if status in ("done", "cancelled") else {}
    return {"status": status} | ({} if analyzed is None else {"analyzed": analyzed}) | ended


class Time:
    """A clock that goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def test_it_is_looked_at_until_it_has_ended() -> None:
    time = Time()
    store: Any = Store(row(None, "starting"), row(10), row(10, "cancelling"), row(12, "cancelled"))
    seen = list(looks(store, "b", time.sleep, time))
    assert [look.analyzed for look in seen] == [0, 10, 10, 12]
    assert [look.ended for look in seen] == [False, False, False, True]
    assert seen[0].rate is None
    assert seen[1].rate == pytest.approx(10 / time.slept[0])


def test_what_stands_still_is_looked_at_less_often_and_what_moves_more() -> None:
    time = Time()
    still: list[Any] = [row(0)] * 20
    store: Any = Store(*still, row(5), row(5), row(5, "done"))
    list(looks(store, "b", time.sleep, time))
    assert time.slept[18] == LONGEST_PAUSE
    assert time.slept[20] == 1.0
    assert time.slept[21] > 1.0


def test_what_stopped_is_followed_until_its_results_are_there_but_not_for_ever() -> None:
    time = Time()
    store: Any = Store(row(5), row(5, "paused"), {**row(5, "paused"), "ended_at": "now"})
    assert [look.ended for look in looks(store, "b", time.sleep, time)] == [False, False, True]
    time, lost = Time(), Store(row(5, "failed"))
    assert not list(looks(lost, "b", time.sleep, time))[-1].ended  # type: ignore[arg-type]
    assert 300 < sum(time.slept) < 310


def test_lines_without_an_answer_of_their_own_are_done_too() -> None:
    look = Look({**row(5), "invalid_done": 2, "repeated_done": 1}, None)
    assert (look.read, look.analyzed) == (8, 5)
    assert Look({**row(0), "images_done": 7}, None).analyzed == 7  # of a bulk job


def test_a_throttle_is_waited_out_and_a_row_that_is_gone_ends_it() -> None:
    time = Time()
    store: Any = Store(row(1), StoreThrottledError("Query"), row(2), None)
    assert [look.analyzed for look in looks(store, "b", time.sleep, time)] == [1, 2]
    assert 10 in time.slept
    with pytest.raises(OperatorError, match="The batch b is gone"):
        watch(Store(None), "b", 3)  # type: ignore[arg-type]


def test_the_rate_is_that_of_late() -> None:
    time = Time()

    def rows() -> Iterator[Any]:
        for second in range(100):
            yield row(10 * second if second < 50 else 500 + 2 * (second - 50))
        yield row(600, "done")

    store: Any = Store(*rows())
    rates = [look.rate for look in looks(store, "b", lambda _: time.sleep(1.0), time)]
    assert rates[40] == pytest.approx(10)
    assert rates[99] == pytest.approx(2)


def test_progress_in_words() -> None:
    assert words(Look(row(1_200), 29.94), 5_000) == "1,200 of 5,000 images, 29.9 a second"
    assert words(Look(row(1_200), None), None) == "1,200 images"


def test_a_log_gets_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = iter(range(0, 100, 6))
    monkeypatch.setattr(batch_progress, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    monkeypatch.setattr("time.sleep", lambda _: None)
    store: Any = Store(row(1), row(2), row(3), row(3, "done"))
    assert watch(store, "b", 3)["status"] == "done"
    assert capsys.readouterr().err.count(" of 3 images") == 1


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    terminal = Console(file=out, force_terminal=True, width=100)
    monkeypatch.setattr(batch_progress, "console", lambda _: terminal)
    monkeypatch.setattr("time.sleep", lambda _: None)
    store: Any = Store(row(1), row(2), row(2, "done"))
    assert watch(store, "b", 3)["analyzed"] == 2
    with working("counting"):
        pass
    with uploading(2) as told:
        told("sent")
        told("unsent")
    assert "3/3" in out.getvalue()
    assert "done" in out.getvalue()


def test_files_that_were_not_read_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with uploading(3) as told:
        for how in ("sent", "there", "unsent"):
            told(how)
    said = capsys.readouterr().err
    assert said == "1 file sent, 1 already there, 1 could not be read.\n"
    with uploading(0):
        pass
    assert capsys.readouterr().err == ""


class TestCost:
    def test_it_is_of_what_can_be_paid_for(self, stack: Any) -> None:
        target: Target = stack.target
        cost = cost_of(target, 10_000, ceiling=4_000)
        assert (cost.paid, cost.dollars, cost.per_second) == (4_000, pytest.approx(4), 30)
        assert cost.seconds == pytest.approx(133.3, abs=0.1)
        target.outputs.update(RekognitionQuota="10", BatchQuotaShare="50")
        assert cost_of(target, 100).per_second == 5

    def test_it_leaves_room_for_what_is_asked_again(self) -> None:
        assert [room_for(images) for images in (0, 1, 1_000, 50_000)] == [100, 101, 1_100, 55_000]

    def test_the_laptop_costs_nothing(self) -> None:
        first, *_ = Cost(1, False, 101, 30.0).lines(is_laptop=True)
        assert first == (
            "About $0.001 of Rekognition, by list price, for 1 image. "
            "The laptop cloud costs nothing."
        )


def test_a_policy_too_large_for_a_call_is_said(stack: Any) -> None:
    from local.batch_orders import start

    with pytest.raises(OperatorError, match="larger than Lambda takes"):
        start(stack.target, {"policy": "x" * 7_000_000})
