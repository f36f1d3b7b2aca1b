"""What is remembered of pictures, and the threads that look at many."""

import threading
import time

import pytest

from local.moto_ext.rekognition import evaluation, memory
from local.moto_ext.rekognition.worker import READERS, Worker, each


def test_no_more_is_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 2)
    memory.forget()
    memory.keep("a", score=0.5)
    memory.keep("b", score=0.25)
    memory.keep("a", features=b"x")
    memory.keep("c", features=b"y")
    assert memory.recall("a") == memory.Kept(0.5, b"x")
    assert memory.recall("b") == memory.Kept()
    memory.forget()
    assert memory.recall("a") == memory.Kept()


def test_answers_come_in_the_order_of_the_items() -> None:
    def late(number: int) -> int:
        time.sleep(0.001 * (number % 5))
        return number * number

    assert each(range(50), late) == [number * number for number in range(50)]
    assert each([], late) == []


def test_no_more_items_are_begun_once_one_has_failed() -> None:
    begun: list[int] = []

    def broken(number: int) -> int:
        begun.append(number)
        raise ValueError(number)

    with pytest.raises(ValueError, match=r"^0$"):
        each(range(1000), broken)
    assert len(begun) <= READERS


def test_a_worker_does_one_thing_after_the_other() -> None:
    worker, done, ended = Worker("test"), [], threading.Event()
    for number in range(3):
        worker.later(lambda number=number: done.append((number, threading.get_ident())))  # type: ignore[misc]
    worker.later(ended.set)
    assert ended.wait(5)
    assert [number for number, _ in done] == [0, 1, 2]
    assert len({thread for _, thread in done}) == 1


def test_a_score_where_there_was_nothing_to_find() -> None:
    images = [evaluation.Judged(frozenset(), {}, {})]
    told = evaluation.document(["Alcohol"], images, 50.0, {})
    assert told["AggregatedEvaluationResults"] == {"F1Score": 1.0}


def test_counts_at_the_threshold_itself() -> None:
    images = [
        evaluation.Judged(frozenset({"Alcohol"}), {"Alcohol": 50.0}, {"Alcohol": 49.9999}),
        evaluation.Judged(frozenset(), {"Alcohol": 50.0}, {}),
    ]
    content = evaluation.document(["Alcohol", "Smoking"], images, 50.0, {})["ContentModeration"]
    asked = content["InputConfidenceThresholdEvalResults"]["AggregatedEvaluationResults"]
    assert asked["BaseModel"] == {
        "TruePositive": 1,
        "TrueNegative": 2,
        "FalsePositive": 1,
        "FalseNegative": 0,
    }
    assert asked["Adapter"] == {
        "TruePositive": 0,
        "TrueNegative": 3,
        "FalsePositive": 0,
        "FalseNegative": 1,
    }
