"""The end of a training: what the gate says of it, or why there is nothing to say."""

import json
from datetime import timedelta

import pytest

from framewarden import gating
from framewarden.domain import adapters
from framewarden.domain.errors import AnalyzerThrottledError, StoreThrottledError
from tests.unit import training_world as world
from tests.unit.judged_pictures import SMOKING
from tests.unit.scenes import BATCHES_BUCKET, state
from tests.unit.test_live_checking import answers, listed
from tests.unit.training_world import BETTER, EVALUATION, NAME, NOW, WORSE
from tests.unit.wire import KilledError

LATER = NOW + timedelta(hours=1)


def finish(scenario="trained", clock=None, **changes):
    ended = state(f"finish_adapter/{scenario}") | changes
    timing = (clock or world.Clock()).timing()
    return gating.finish(ended, world.own().finish, LATER, timing)


def trained(aws, evaluation=BETTER, **changes):
    world.known(aws, **(world.trained() | changes))
    world.stored(aws, evaluation)


class TestGate:
    def test_one_that_is_better_passes_and_is_not_live(self, aws):
        trained(aws)
        assert finish() == {"status": "passed"}
        row = world.adapter(aws)
        assert (row["status"], row["gate"]["passed"]) == ("passed", True)
        assert row["gate"]["test"] == {"base": 15, "adapter": 5}
        assert (row["gate"]["live"], row["live_check"]) == (None, None)
        assert row["evaluation"]["adapter"] == {"tp": 10, "tn": 10, "fp": 2, "fn": 3}
        assert len(row["evaluation"]["labels"][0]["thresholds"]) == 20
        assert row["ended_at"] == "2026-11-22T10:00:00.000Z"
        assert world.lock(aws) is None
        assert aws.row("adapters", kind="switch", item="live") is None

    def test_one_that_misses_more_is_refused(self, aws, counted):
        trained(aws, WORSE)
        assert finish() == {"status": "refused"}
        row = world.adapter(aws)
        assert "misses Smoking more often" in " ".join(row["gate"]["said"])
        assert counted()["AdaptersRefused"] == 1

    def test_live_decisions_are_asked_about(self, aws):
        row = listed(aws, [[SMOKING], []])
        trained(aws, manifests=row["manifests"])
        answers(aws, base={0, 1}, adapter={0})
        assert finish() == {"status": "passed"}
        row = world.adapter(aws)
        assert (row["live_check"]["images"], row["live_check"]["missed"]) == (2, 0)
        assert row["gate"]["live"] == {"base": 1, "adapter": 0}
        assert row["live_kept"] is None

    def test_one_that_is_worse_on_them_is_refused(self, aws):
        row = listed(aws, [[SMOKING], []])
        trained(aws, manifests=row["manifests"])
        answers(aws, base={0, 1}, adapter=())
        assert finish() == {"status": "refused"}
        assert "misses Smoking more often on the live" in " ".join(
            world.adapter(aws)["gate"]["said"]
        )

    def test_one_that_does_not_answer_is_refused(self, aws):
        row = listed(aws, [[SMOKING], []])
        trained(aws, manifests=row["manifests"])
        aws.wire.serves("DetectModerationLabels", lambda asked: {"ModerationLabels": []})
        assert finish() == {"status": "refused"}
        assert "2 could not be asked about" in " ".join(world.adapter(aws)["gate"]["said"])

    def test_after_a_throttle_it_goes_on_where_it_was(self, aws):
        row = listed(aws, [[SMOKING], [], []])
        trained(aws, manifests=row["manifests"])
        answers(aws, base={0, 1}, adapter={0})
        for _ in range(3):
            aws.wire.before("DetectModerationLabels", lambda: None)
        aws.wire.fails("DetectModerationLabels", "ThrottlingException", times=5)
        with pytest.raises(AnalyzerThrottledError):
            finish()
        row = world.adapter(aws)
        assert (row["status"], list(row["live_kept"])) == ("training", ["0"])
        assert world.lock(aws) == NAME
        aws.wire.forget()
        assert finish() == {"status": "passed"}
        assert len(aws.wire.made("DetectModerationLabels")) == 4

    def test_a_label_that_was_trained_and_not_evaluated_is_refused(self, aws):
        ready = {"ready": True, "training": ["Alcohol", SMOKING], "lacks": []}
        trained(aws, readiness=ready)
        assert finish() == {"status": "refused"}


class TestUnreadable:
    @pytest.mark.parametrize("text", [b"", b"{}", b"no JSON", json.dumps([BETTER]).encode()])
    def test_an_evaluation_that_cannot_be_read_never_passes(self, aws, text):
        trained(aws, text)
        assert finish() == {"status": "failed"}
        row = world.adapter(aws)
        assert row["failure"]["code"] == "EVALUATION_INVALID"
        assert "Why: " in row["failure"]["message"]
        assert "another name" in row["failure"]["remedy"]
        assert "gate" not in row
        assert world.lock(aws) is None

    def test_neither_does_one_that_is_gone(self, aws):
        world.known(aws, **world.trained())
        assert finish() == {"status": "failed"}
        assert world.adapter(aws)["failure"]["code"] == "EVALUATION_GONE"

    def test_neither_does_one_without_its_list_of_live_decisions(self, aws):
        trained(aws, manifests={"live": {"key": "gone", "images": 3}})
        assert finish() == {"status": "failed"}
        assert world.adapter(aws)["failure"]["code"] == "LIVE_GONE"

    def test_neither_does_one_about_which_nobody_may_ask(self, aws):
        row = listed(aws, [[SMOKING]])
        trained(aws, manifests=row["manifests"])
        aws.wire.fails("DetectModerationLabels", "AccessDeniedException")
        assert finish() == {"status": "failed"}
        assert world.adapter(aws)["failure"]["code"] == "AnalyzerDeniedError"


class TestNothingTrained:
    def test_examples_that_lack_something(self, aws):
        readiness = {"ready": False, "training": [], "lacks": ["one source only"]}
        world.known(aws, adapters.COLLECTING, readiness=readiness)
        assert finish("not_ready") == {"status": "not_ready"}
        row = world.adapter(aws)
        assert (row["status"], row.get("failure")) == ("not_ready", None)
        assert row["ended_at"]
        assert world.lock(aws) is None

    def test_an_end_that_nobody_explained_has_failed(self, aws):
        world.known(aws, adapters.COLLECTING)
        assert finish("not_ready") == {"status": "failed"}
        assert world.adapter(aws)["failure"]["code"] == "NOT_ENDED"

    @pytest.mark.parametrize(
        ("more", "code"), [(world.trained(evaluation_at=None), "LATE"), (world.collected(), "BUSY")]
    )
    def test_one_that_is_late(self, aws, more, code):
        world.known(aws, **more)
        assert finish("late") == {"status": "late"}
        row = world.adapter(aws)
        assert (row["status"], row["failure"]["code"]) == ("late", code)
        assert f"--name {NAME}" in row["failure"]["remedy"]

    def test_a_failure_that_was_kept_is_the_one_that_is_told(self, aws):
        failure = {"code": "TRAINING_FAILED", "message": "m", "remedy": "r"}
        world.known(aws, **world.trained(failure=failure))
        assert finish("denied") == {"status": "failed"}
        assert world.adapter(aws)["failure"] == failure

    def test_an_error_of_a_step(self, aws):
        world.known(aws, **world.trained())
        assert finish("denied") == {"status": "failed"}
        row = world.adapter(aws)
        assert row["failure"]["code"] == "AnalyzerDeniedError"
        assert row["failure"]["message"].startswith("Rekognition refused us")

    @pytest.mark.parametrize("training", [None, {"status": "failed"}, {"status": "trained"}])
    def test_an_end_before_its_time_has_failed(self, aws, training):
        world.known(aws, **world.trained(evaluation_at=None))
        assert finish(training=training) == {"status": "failed"}
        assert world.adapter(aws)["failure"]["code"] == "NOT_ENDED"


class TestOnce:
    def test_the_same_end_when_retried(self, aws):
        trained(aws)
        finish()
        before = world.adapter(aws)
        aws.wire.forget()
        assert finish() == {"status": "passed"}
        assert world.adapter(aws) == before
        assert aws.wire.made("GetObject") == []

    @pytest.mark.parametrize("call", range(1, 5))
    @pytest.mark.parametrize("after_it", [False, True])
    def test_whoever_is_killed_is_followed_by_one_who_ends_it(self, aws, call, after_it):
        trained(aws)
        with aws.wire.killed_at(call, after=after_it), pytest.raises(KilledError):
            finish()
        assert finish() == {"status": "passed"}
        assert world.adapter(aws)["gate"]["passed"] is True
        assert world.lock(aws) is None

    def test_a_lost_answer_changes_nothing(self, aws):
        trained(aws)
        aws.wire.loses("UpdateItem")
        with pytest.raises(StoreThrottledError):
            finish()
        assert finish() == {"status": "passed"}

    def test_an_end_that_somebody_else_wrote_meanwhile_stands(self, aws):
        trained(aws)
        aws.wire.before("GetObject", lambda: world.known(aws, adapters.FAILED, **world.trained()))
        assert finish() == {"status": "failed"}
        assert "gate" not in world.adapter(aws)

    def test_another_attempt_is_none_of_its_business(self, aws):
        world.known(aws, attempt=2)
        assert finish() == {"status": gating.OVERTAKEN}
        assert world.lock(aws) == NAME
        assert world.adapter(aws)["status"] == "training"

    def test_one_that_began_meanwhile_keeps_the_lock(self, aws):
        trained(aws)
        aws.wire.before("GetObject", lambda: world.known(aws, attempt=2))
        assert finish() == {"status": gating.OVERTAKEN}
        assert world.lock(aws) == NAME

    def test_one_that_is_gone_is_over(self, aws):
        assert finish() == {"status": gating.OVERTAKEN}


def test_the_evaluation_lies_where_the_row_says(aws):
    trained(aws)
    aws.wire.forget()
    finish()
    [asked] = aws.wire.made("GetObject")
    assert (asked["Bucket"], asked["Key"]) == (BATCHES_BUCKET, EVALUATION)
