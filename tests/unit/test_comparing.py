"""The shadow never changes, fails or holds up a frame, and what it says is counted."""

from datetime import timedelta
from threading import Event
from time import monotonic

import pytest

from framewarden import comparing, detecting, settings
from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.domain.errors import AnalyzerThrottledError, ImageInvalidError
from framewarden.domain.times import iso, parse
from tests.unit import template_calls
from tests.unit.adapter_rows import adapter, arn_of, turned
from tests.unit.scenes import frame_of
from tests.unit.wire import refused

NOW = parse("2026-11-22T08:05:32Z")
FRAME = frame_of("analyze/ivs_frame")


def answer(by=None, **labels):
    found = [{"Name": name, "Confidence": confidence} for name, confidence in labels.items()]
    told = {"ModerationLabels": found, "ModerationModelVersion": "7.0"}
    return told | ({"ProjectVersion": by} if by else {})


class Models:
    """Rekognition: what the live model and the shadow answer, and a shadow that may hang."""

    def __init__(self, aws):
        self.live, self.shadow = answer(Alcohol=90.5), answer(arn_of("v2"), Alcohol=90.5)
        self.asked, self.free = Event(), Event()
        self.free.set()
        aws.wire.serves("DetectModerationLabels", self)

    def __call__(self, asked):
        if asked.get("ProjectVersion") != arn_of("v2"):
            return self.live
        self.asked.set()
        assert self.free.wait(20)
        return self.shadow


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Have a frame wait for its shadow as long as a busy machine takes."""
    monkeypatch.setattr(comparing, "PATIENCE", 20)


@pytest.fixture
def models(aws):
    comparing.worker.__init__()
    detecting.worker.__init__()
    turned(aws, shadow=adapter(aws, "v2") | {"share": 100})
    aws.wire.forget()
    models = Models(aws)
    yield models
    models.free.set()
    ended()
    comparing.worker.__init__()


def ended():
    """Wait until the shadow of the last frame is at its end."""
    if comparing.worker.at_work:
        comparing.worker.at_work.join(20)
        assert not comparing.worker.at_work.is_alive()


def detect(seconds=0):
    now = NOW + timedelta(seconds=seconds)
    return detecting.detect(FRAME, settings.Analyze.read(), now)


def counts():
    found = AdapterSwitch("adapters").shadow_counts("v2")
    return {name: found[name] for name in ("frames", "disagreed", "missed") if name in found}


def listed():
    return AdapterSwitch("adapters").disagreements("v2", 10)


class TestComparison:
    def test_where_they_agree_the_frame_is_counted(self, models, counted):
        assert detect()["adapter"] is None
        assert counts() == {"frames": 1}
        assert listed() == []
        assert counted() == {}

    def test_where_they_do_not_the_frame_is_listed(self, models):
        models.shadow = answer(arn_of("v2"), Alcohol=41.5, Smoking=66.0, Weapons=30)
        found = detect()
        assert [label["Name"] for label in found["labels"]] == ["Alcohol"]
        assert counts() == {"frames": 1, "disagreed": 1}
        [row] = listed()
        assert {name: row[name] for name in ("live", "shadow", "live_by", "at")} == {
            "live": {"Alcohol": 90.5},
            "shadow": {"Alcohol": 41.5, "Smoking": 66.0},
            "live_by": None,
            "at": iso(NOW),
        }
        of_frame = ("frame_id", "channel", "bucket", "key", "version_id")
        assert {name: row[name] for name in of_frame} == {name: FRAME[name] for name in of_frame}
        assert row["expires_at"] == int((NOW + timedelta(days=90)).timestamp())

    def test_the_live_adapter_is_named_in_it(self, aws, models):
        turned(aws, live=adapter(aws, "v1"), shadow=adapter(aws, "v2") | {"share": 100})
        models.live = answer(arn_of("v1"))
        detect()
        assert listed()[0]["live_by"] == arn_of("v1")

    def test_every_call_of_both_is_allowed(self, aws, models):
        models.shadow = answer(arn_of("v2"))
        detect()
        assert {"PutItem", "UpdateItem"} <= {call.operation for call in aws.wire.calls}
        assert template_calls.refused("AnalyzeFunction", aws.wire.calls) == set()
        written = [call.asked for call in aws.wire.calls if call.operation == "UpdateItem"]
        written = [asked["Key"] for asked in written] + [
            call.asked["Item"] for call in aws.wire.calls if call.operation == "PutItem"
        ]
        assert {key["kind"]["S"] for key in written} == {"shadow#v2"}

    def test_a_live_answer_that_cannot_be_read_is_compared_with_nothing(self, models):
        models.live = {"ModerationModelVersion": "7.0"}
        assert detect()["labels"] is None
        assert counts() == {}


class TestFailure:
    @pytest.mark.parametrize(
        "code", ["InternalServerError", "ResourceNotFoundException", "InvalidParameterException"]
    )
    def test_a_shadow_that_fails_is_missed_and_the_frame_is_not(self, aws, models, counted, code):
        models.shadow = refused(code)
        assert detect()["labels"] == models.live["ModerationLabels"]
        assert counts() == {"frames": 1, "missed": 1}
        assert counted() == {"ShadowMissed": 1}
        asked = [call.get("ProjectVersion") for call in aws.wire.made("DetectModerationLabels")]
        assert sorted(asked, key=str) == [None, arn_of("v2")], "the base model is not asked for it"

    def test_the_base_models_answer_is_not_taken_for_the_adapters(self, models, counted):
        models.shadow = answer(Smoking=99)
        detect()
        assert counts() == {"frames": 1, "missed": 1}
        assert counted() == {"ShadowMissed": 1, "AdapterFallback": 1}

    def test_an_answer_of_it_that_cannot_be_read_is_missed(self, models):
        models.shadow = {"ProjectVersion": arn_of("v2")}
        detect()
        assert counts() == {"frames": 1, "missed": 1}

    def test_a_store_that_fails_loses_what_it_said_and_no_more(self, aws, models, counted):
        aws.wire.fails("UpdateItem", "InternalServerError", status=500)
        assert detect()["labels"] == models.live["ModerationLabels"]
        assert counts() == {}
        assert counted() == {"ShadowMissed": 1}

    def test_after_a_throttle_the_quota_is_left_to_the_live_frames(self, models, aws):
        models.shadow = refused("ThrottlingException")
        detect()
        assert counts() == {"frames": 1, "missed": 1}
        aws.wire.forget()
        detect()
        assert len(aws.wire.made("DetectModerationLabels")) == 1
        comparing.worker.rests_until = monotonic()
        models.shadow = answer(arn_of("v2"), Alcohol=90.5)
        detect()
        assert counts() == {"frames": 2, "missed": 1}

    def test_a_live_model_that_fails_fails_as_ever(self, models):
        models.live = refused("InvalidImageFormatException")
        with pytest.raises(ImageInvalidError):
            detect()
        ended()
        assert counts() == {}
        assert comparing.worker.is_free()

    def test_a_live_frame_that_is_throttled_ends_the_shadow_for_a_while(self, models):
        models.live = refused("ThrottlingException")
        with pytest.raises(AnalyzerThrottledError):
            detect()
        ended()
        assert not comparing.worker.is_free()


class TestSlowness:
    def test_the_frame_waits_a_moment_at_most_and_the_shadow_is_counted_later(
        self, models, counted, aws, monkeypatch
    ):
        monkeypatch.setattr(comparing, "PATIENCE", 0.2)
        models.free.clear()
        models.shadow = answer(arn_of("v2"))
        began = monotonic()
        assert detect()["labels"] == models.live["ModerationLabels"]
        assert monotonic() - began >= 0.2
        assert counts() == {}
        assert counted() == {"ShadowMissed": 1}
        aws.wire.forget()
        detect(1)  # one is at work already
        assert len(aws.wire.made("DetectModerationLabels")) == 1
        models.free.set()
        ended()
        assert counts() == {"frames": 1, "disagreed": 1}
        assert listed()[0]["at"] == iso(NOW)

    def test_it_is_asked_beside_the_live_model_and_not_after_it(self, aws, models):
        order = []

        def meet(asked):
            if asked.get("ProjectVersion"):
                order.append("shadow")
                models.asked.set()
                return answer(arn_of("v2"))
            assert models.asked.wait(20)
            order.append("live")
            return answer()

        aws.wire.serves("DetectModerationLabels", meet)
        detect()
        assert order == ["shadow", "live"]
        assert counts() == {"frames": 1}
