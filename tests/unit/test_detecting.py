"""The live path: whatever becomes of adapter, switch or store, a frame is judged."""

from datetime import UTC, datetime, timedelta

import pytest

from framewarden import detecting, settings
from framewarden.domain.errors import AnalyzerThrottledError
from framewarden.domain.times import iso, parse
from tests.unit.adapter_rows import adapter, arn_of, turned
from tests.unit.scenes import frame_of
from tests.unit.wire import refused

NOW = parse("2026-11-22T08:05:32Z")
FRAME = frame_of("analyze/ivs_frame")
LABEL = {"Name": "Alcohol", "ParentName": "", "TaxonomyLevel": 1, "Confidence": 91.5}
ANSWER = {"ModerationLabels": [LABEL], "ModerationModelVersion": "7.0"}


@pytest.fixture(autouse=True)
def worker():
    """Begin as a worker that has seen no frame."""
    detecting.worker.__init__()
    yield detecting.worker
    detecting.worker.__init__()


@pytest.fixture(autouse=True)
def answers(aws):
    """Let Rekognition answer, with an adapter where it is asked with one."""

    def answer(asked):
        by = asked.get("ProjectVersion")
        return ANSWER | ({"ProjectVersion": by} if by else {})

    aws.wire.serves("DetectModerationLabels", answer)


def detect(seconds=0):
    return detecting.detect(FRAME, settings.Analyze.read(), NOW + timedelta(seconds=seconds))


def asked(aws):
    made = [call.get("ProjectVersion") for call in aws.wire.made("DetectModerationLabels")]
    aws.wire.forget()
    return made


def said(analysis):
    return analysis["adapter_asked"], analysis["adapter"]


def store_fails(aws, code="ThrottlingException"):
    aws.wire.fails("GetItem", code)


class TestLive:
    def test_nobody_has_promoted_one(self, aws, counted):
        began = iso(datetime.now(UTC))
        found = detect()
        # When the answer was there, not when the frame came.
        assert found.pop("analyzed_at") >= began
        assert found == {
            **{"labels": [LABEL], "content_types": [], "model_version": "7.0"},
            **{"adapter": None, "adapter_asked": None, "min_confidence": 20.0},
        }
        assert asked(aws) == [None]
        assert counted() == {}

    def test_the_live_adapter_is_asked_and_named(self, aws, counted):
        turned(aws, live=adapter(aws, "v1"))
        assert said(detect()) == (arn_of("v1"), arn_of("v1"))
        assert asked(aws) == [arn_of("v1")]
        assert counted() == {}

    def test_a_change_takes_with_the_next_frame(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        detect()
        turned(aws, live=adapter(aws, "v2"))
        detect()
        turned(aws, live=None)
        detect()
        assert asked(aws) == [arn_of("v1"), arn_of("v2"), None]

    def test_a_frame_costs_one_read(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        aws.wire.forget()
        detect()
        assert [call.operation for call in aws.wire.calls] == ["GetItem", "DetectModerationLabels"]

    def test_an_answer_without_labels_is_not_taken_for_a_clean_one(self, aws):
        aws.wire.serves("DetectModerationLabels", lambda asked: {})
        assert detect()["labels"] is None

    def test_a_throttle_is_the_machines_to_retry(self, aws):
        aws.wire.fails("DetectModerationLabels", "ThrottlingException")
        with pytest.raises(AnalyzerThrottledError):
            detect()


class TestFallback:
    def test_an_expired_adapter_is_noticed_counted_and_logged(self, aws, counted, logged):
        turned(aws, live=adapter(aws, "v1"))
        aws.wire.serves("DetectModerationLabels", lambda asked: ANSWER)
        assert said(detect()) == (arn_of("v1"), None)
        assert counted() == {"AdapterFallback": 1}
        assert '"adapter":"v1"' in logged.getvalue()
        assert "Alcohol" not in logged.getvalue()

    def test_one_that_is_gone_does_not_cost_every_frame_two_calls(self, aws, counted):
        turned(aws, live=adapter(aws, "v1"))
        gone = refused("ResourceNotFoundException")
        aws.wire.serves(
            "DetectModerationLabels", lambda asked: gone if "ProjectVersion" in asked else ANSWER
        )
        for seconds in (0, 10, 30):
            assert said(detect(seconds)) == (arn_of("v1"), None)
        assert asked(aws) == [arn_of("v1"), None, None, None]
        detect(31)
        assert asked(aws) == [arn_of("v1"), None]
        assert counted() == {"AdapterFallback": 4}

    def test_another_one_is_asked_at_once(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        aws.wire.fails("DetectModerationLabels", "ResourceNotFoundException")
        detect()
        turned(aws, live=adapter(aws, "v2"))
        assert said(detect(1)) == (arn_of("v2"), arn_of("v2"))

    def test_what_may_be_the_images_fault_is_not_held_against_it(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        aws.wire.fails("DetectModerationLabels", "InvalidParameterException")
        assert said(detect()) == (arn_of("v1"), None)
        assert said(detect(1)) == (arn_of("v1"), arn_of("v1"))


class TestSwitchThatCannotBeRead:
    @pytest.mark.parametrize(
        "code", ["ThrottlingException", "ResourceNotFoundException", "AccessDeniedException"]
    )
    def test_the_frame_is_judged_by_the_base_model(self, aws, counted, logged, code):
        turned(aws, live=adapter(aws, "v1"))
        store_fails(aws, code)
        assert said(detect()) == (None, None)
        assert counted() == {"AdapterSwitchUnread": 1, "AdapterFallback": 1}
        assert "switch not read" in logged.getvalue()

    def test_or_by_the_adapter_that_was_live_a_moment_ago(self, aws, counted):
        turned(aws, live=adapter(aws, "v1"))
        detect()
        store_fails(aws)
        assert said(detect(60)) == (arn_of("v1"), arn_of("v1"))
        assert counted() == {"AdapterSwitchUnread": 1}

    def test_an_older_word_is_not_taken_as_somebody_may_have_rolled_back(self, aws):
        turned(aws, live=adapter(aws, "v1"))
        detect()
        store_fails(aws)
        assert said(detect(61)) == (None, None)

    def test_a_row_that_makes_no_sense_is_one_that_cannot_be_read(self, aws, counted):
        for live in ({"name": "v1"}, "v1"):
            turned(aws, live=live)
            assert said(detect()) == (None, None)
        assert counted() == {"AdapterSwitchUnread": 2, "AdapterFallback": 2}

    def test_no_shadow_is_asked(self, aws):
        turned(aws, shadow=adapter(aws, "v2") | {"share": 100})
        store_fails(aws)
        detect()
        assert asked(aws) == [None]


class TestShadow:
    def test_a_frame_outside_its_share_is_none_of_its(self, aws):
        turned(aws, shadow=adapter(aws, "v2") | {"share": 0})
        detect()
        assert asked(aws) == [None]

    def test_a_row_of_it_that_makes_no_sense_costs_the_frame_nothing(self, aws, logged):
        turned(aws, shadow={"name": "v2"})
        assert said(detect()) == (None, None)
        assert "no shadow" in logged.getvalue()
