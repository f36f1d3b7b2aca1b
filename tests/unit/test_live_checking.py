"""Asking both models about live decisions: patiently, each once, and nothing is guessed."""

import pytest

from framewarden.domain.errors import (
    AnalyzerDeniedError,
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
)
from framewarden.live_checking import ListGoneError, LiveChecking
from tests.unit import training_world as world
from tests.unit.adapter_rows import arn_of
from tests.unit.judged_pictures import SMOKING
from tests.unit.scenes import BATCHES_BUCKET
from tests.unit.training_world import NAME
from tests.unit.wire import refused

SMOKES = {"Name": SMOKING, "ParentName": "Drugs & Tobacco Paraphernalia & Use", "Confidence": 90}


def listed(aws, present):
    """Keep a list of live decisions, one for each set of labels, and return the adapter's row."""
    key = f"adapters/{NAME}/live.jsonl"
    lines = [
        {"source-ref": f"s3://{BATCHES_BUCKET}/adapters/images/{place}.jpg", "present": labels}
        for place, labels in enumerate(present)
    ]
    import json

    world.stored(aws, "".join(json.dumps(line) + "\n" for line in lines).encode(), key)
    row = world.trained()
    return row | {
        "item": NAME,
        "threshold": 50,
        "manifests": {"live": {"key": key, "images": len(lines)}},
    }


def answers(aws, base=(), adapter=(), **more):
    """Let the models find smoking in the pictures of these places."""

    def answer(asked):
        arn = asked.get("ProjectVersion")
        place = int(asked["Image"]["S3Object"]["Name"].split("/")[-1].removesuffix(".jpg"))
        found = place in (adapter if arn else base)
        version = {"ProjectVersion": arn} if arn else {}
        return {"ModerationLabels": [SMOKES] if found else [], **version, **more}

    aws.wire.serves("DetectModerationLabels", answer)


def checking(row, kept=None, clock=None):
    kept = [] if kept is None else kept
    clock = clock or world.Clock()
    return LiveChecking(row, BATCHES_BUCKET, clock.timing(), lambda told: kept.append(dict(told)))


def test_both_models_are_asked_once_about_each(aws):
    row = listed(aws, [[SMOKING], [], []])
    answers(aws, base={0, 1, 2}, adapter={0, 1})
    checked = checking(row).check()
    assert (checked.images, checked.missed) == (3, 0)
    pair = checked.comparison.labels[SMOKING]
    assert (pair.base.tp, pair.base.fp) == (1, 2)
    assert (pair.adapter.tp, pair.adapter.fp, pair.adapter.tn) == (1, 1, 1)
    asked = aws.wire.made("DetectModerationLabels")
    assert [call.get("ProjectVersion") for call in asked] == [None, arn_of(NAME)] * 3
    assert {call["MinConfidence"] for call in asked} == {50.0}


def test_without_live_decisions_nobody_is_asked(aws):
    assert checking(listed(aws, [])).check() is None
    assert aws.wire.made("DetectModerationLabels") == []


def test_an_adapter_that_is_silent_misses(aws):
    row = listed(aws, [[SMOKING], []])
    aws.wire.serves("DetectModerationLabels", lambda asked: {"ModerationLabels": []})
    checked = checking(row).check()
    assert (checked.images, checked.missed) == (2, 2)


@pytest.mark.parametrize(
    "code", ["ResourceNotReadyException", "AccessDeniedException", "InvalidParameterException"]
)
def test_so_does_one_that_is_refused(aws, code):
    row = listed(aws, [[SMOKING]])
    aws.wire.serves(
        "DetectModerationLabels",
        lambda asked: refused(code) if "ProjectVersion" in asked else {"ModerationLabels": []},
    )
    assert checking(row).check().missed == 1


@pytest.mark.parametrize(
    "code", ["InvalidImageFormatException", "ImageTooLargeException", "InvalidS3ObjectException"]
)
def test_a_picture_that_cannot_be_judged_is_missed_and_no_other(aws, code):
    row = listed(aws, [[SMOKING], [SMOKING]])
    answers(aws, base={1}, adapter={1})
    aws.wire.fails("DetectModerationLabels", code)
    checked = checking(row).check()
    assert (checked.missed, checked.comparison.whole.adapter.tp) == (1, 1)


def test_a_broken_answer_is_missed(aws):
    row = listed(aws, [[SMOKING]])
    answers(aws, ModerationLabels="?")
    assert checking(row).check().missed == 1


def test_who_is_refused_without_an_adapter_is_told(aws):
    row = listed(aws, [[SMOKING]])
    aws.wire.fails("DetectModerationLabels", "AccessDeniedException")
    with pytest.raises(AnalyzerDeniedError):
        checking(row).check()


def test_a_throttle_is_waited_for(aws):
    row, clock = listed(aws, [[SMOKING]]), world.Clock()
    answers(aws, base={0}, adapter={0})
    aws.wire.fails("DetectModerationLabels", "ThrottlingException", times=4)
    assert checking(row, clock=clock).check().missed == 0
    assert clock.slept == [1.0, 2.0, 4.0, 8.0]


def test_what_was_answered_is_not_asked_again(aws):
    row, kept = listed(aws, [[SMOKING], [], []]), []
    answers(aws, base={0}, adapter={0})
    aws.wire.before("DetectModerationLabels", lambda: None)
    aws.wire.before("DetectModerationLabels", lambda: None)
    aws.wire.before("DetectModerationLabels", lambda: None)
    aws.wire.fails("DetectModerationLabels", "ThrottlingException", times=5)
    with pytest.raises(AnalyzerThrottledError):
        checking(row, kept).check()
    # The base model had answered about the second one already, the adapter had not.
    assert [sorted(told) for told in kept] == [["0"]]
    aws.wire.forget()
    checked = checking(row | {"live_kept": kept[0]}).check()
    assert (checked.images, checked.missed) == (3, 0)
    assert len(aws.wire.made("DetectModerationLabels")) == 4


def test_a_failure_inside_is_tried_again_by_the_machine(aws):
    row, kept = listed(aws, [[SMOKING]]), []
    aws.wire.fails("DetectModerationLabels", "InternalServerError", status=500)
    with pytest.raises(AnalyzerUnavailableError):
        checking(row, kept).check()
    assert kept == [{}]


def test_answers_are_kept_on_the_way(aws):
    row, kept = listed(aws, [[SMOKING]] * 25), []
    answers(aws, base={0}, adapter={0})
    checking(row, kept).check()
    assert [len(told) for told in kept] == [10, 20]


def test_what_one_call_has_no_time_for_the_next_one_does(aws):
    row, kept = listed(aws, [[SMOKING]]), []
    answers(aws)
    with pytest.raises(AnalyzerThrottledError, match="time"):
        checking(row, kept, world.Clock(left=29)).check()
    assert aws.wire.made("DetectModerationLabels") == []


def test_a_list_that_is_gone_or_another_one_is_not_passed_over(aws):
    row = listed(aws, [[SMOKING]])
    for manifest in ({"key": "gone.jsonl", "images": 1}, row["manifests"]["live"] | {"images": 2}):
        with pytest.raises(ListGoneError):
            checking(row | {"manifests": {"live": manifest}}).check()
