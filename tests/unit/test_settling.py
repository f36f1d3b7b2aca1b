import json
from datetime import UTC, datetime

import pytest

from framewarden import deciding, holding, reviewing, settings, settling
from framewarden.aws import policies
from framewarden.aws.ledger import Ledger
from framewarden.aws.reviews import Reviews
from framewarden.domain.errors import StoreThrottledError
from tests.unit.scenes import another, event, policy, state
from tests.unit.wire import KilledError

NOW = datetime(2026, 11, 22, 8, 6, 30, tzinfo=UTC)
HIGH = state("open_review/high")
ID = HIGH["frame"]["frame_id"]


def settle(scenario="timed_out"):
    return settling.settle_dead(event(f"settle/{scenario}"), settings.Settle.read(), NOW)


def admitted(aws, **row):
    Ledger("frames").admit(HIGH["frame"], {"status": "started"} | row, NOW)


def opened(document=HIGH):
    return reviewing.open_or_join(document, settings.OpenReview.read(), NOW)


class TestDeadExecutions:
    def test_the_frame_of_a_dead_execution_is_unscreened(self, aws, counted):
        admitted(aws)
        assert settle() == {"frame_id": ID, "settled": True}
        row = aws.frame(ID)
        assert (row["status"], row["outcome"]) == ("settled", "unscreened")
        assert (row["reason"], row["execution"]) == ("execution_timed_out", ID)
        assert counted() == {"FramesUnscreened": 1}

    def test_a_duplicate_changes_and_counts_nothing(self, aws, counted):
        admitted(aws)
        settle()
        assert settle() == {"frame_id": ID, "settled": False}
        assert counted() == {"FramesUnscreened": 1}

    def test_an_outcome_that_stands_is_kept(self, aws, counted):
        admitted(aws)
        Ledger("frames").settle(ID, 1, {"status": "settled", "outcome": "stopped"})
        assert settle()["settled"] is False
        assert aws.frame(ID)["outcome"] == "stopped"
        assert counted() == {}

    def test_only_the_attempt_that_died_is_settled(self, aws):
        admitted(aws, attempt=2)
        assert settle("timed_out")["settled"] is False
        assert settle("aborted_second_attempt")["settled"] is True
        assert aws.frame(ID)["reason"] == "execution_aborted"

    def test_an_execution_that_somebody_started_by_hand_is_none_of_ours(self, aws, counted):
        assert settle("started_by_hand") == {"frame_id": None, "settled": False}
        assert aws.rows("frames") == []
        assert counted() == {}

    def test_a_frame_that_was_never_admitted_is_not_made_up(self, aws):
        assert settle()["settled"] is False
        assert aws.rows("frames") == []

    def test_its_review_ends_with_it_and_so_do_the_frames_that_joined(self, aws, counted):
        admitted(aws)
        review = opened()["review_id"]
        second = another(HIGH, 48)
        Ledger("frames").admit(second["frame"], {"status": "started"}, NOW)
        opened(second)
        counted()
        settle()
        row = aws.review(review)
        assert (row["status"], row["decision"], row["via"]) == ("expired", None, "default")
        assert (row["outcome"], row["outcome_reason"]) == ("unscreened", "execution_timed_out")
        assert not {"open", "place"} & set(row)
        assert counted() == {"FramesUnscreened": 2}

    def test_a_review_that_was_decided_keeps_its_decision(self, aws):
        admitted(aws)
        review = opened()["review_id"]
        own, who = settings.ReviewPage.read(), {"by": "Ada", "via": "link", "note": ""}
        deciding.decide(review, "stop", **who, now=NOW, own=own)
        settle()
        row = aws.review(review)
        assert (row["status"], row["decision"]) == ("decided", "stop")
        assert row["outcome"] == "unscreened"

    def test_the_review_that_a_dead_frame_had_joined_goes_on(self, aws):
        other = another(HIGH, 47)
        Ledger("frames").admit(other["frame"], {"status": "started"}, NOW)
        review = opened(other)["review_id"]
        admitted(aws)
        assert opened()["opener"] is False
        settle()
        assert aws.review(review)["status"] == "pending"
        assert aws.frame(ID)["outcome"] == "unscreened"

    def test_a_frame_that_had_joined_before_its_execution_died_follows_its_review(self, aws):
        admitted(aws)
        Ledger("frames").settle(ID, 1, {"status": "joined", "review_id": "r"})
        assert settle()["settled"] is False
        assert aws.frame(ID)["status"] == "joined"

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 7))
    def test_a_worker_killed_at_any_call_settles_all_the_same(self, aws, call, late):
        admitted(aws)
        review = opened()["review_id"]
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            settle()
        settle()
        assert aws.frame(ID)["outcome"] == "unscreened"
        row = aws.review(review)
        assert (row["status"], row["outcome"]) == ("expired", "unscreened")

    def test_a_review_that_is_gone_is_no_obstacle(self, aws):
        admitted(aws, review_id="gone")
        assert Reviews("reviews").get("gone") is None
        assert settle()["settled"] is True

    def test_the_log_names_the_execution_and_holds_no_input(self, aws, logged):
        admitted(aws)
        settle()
        [line] = [json.loads(line) for line in logged.getvalue().splitlines()]
        assert (line["level"], line["message"]) == ("ERROR", "execution died")
        assert (line["execution"], line["reason"]) == (ID, "execution_timed_out")


class TestHolding:
    def hold(self, scenario="analyzer_throttled", now=NOW, **slots):
        document = state(f"hold_unscreened/{scenario}", **slots)
        return holding.hold(document, settings.HoldUnscreened.read(), now)

    def publish(self, aws, channel=None, **changes):
        aws.publish(policy({"AbCdef1G2hij": channel} if channel else None, **changes))

    def test_what_could_not_be_judged_says_why_and_is_held(self, aws):
        held = self.hold()
        assert (held["reason"], held["error"]) == ("analyzer_throttled", "AnalyzerThrottledError")
        assert held["cause"] == "DetectModerationLabels: ThrottlingException"
        assert held["on_error"] == "hold"
        assert held["held_at"] == "2026-11-22T08:06:30.000Z"
        assert set(held["review"]) == {"ladder", "default", "remind"}
        assert held["incident_window"] == 600

    @pytest.mark.parametrize("on_error", ["hold", "review", "stop"])
    def test_the_policy_says_what_then(self, aws, on_error):
        self.publish(aws, on_error=on_error)
        assert self.hold()["on_error"] == on_error

    def test_a_channel_may_want_something_else(self, aws):
        self.publish(aws, channel={"on_error": "review"})
        assert self.hold()["on_error"] == "review"
        assert self.hold("image_invalid")["on_error"] == "hold"

    def test_a_still_has_nothing_to_stop_and_goes_to_people(self, aws):
        self.publish(aws, on_error="stop")
        held = self.hold("image_invalid")
        assert held["on_error"] == "review"
        assert held["review"]["default"] == "block"

    def test_a_late_frame_stops_nothing_and_neither_does_its_deadline(self, aws):
        self.publish(aws, on_error="stop", max_age="10s")
        held = self.hold()
        assert held["on_error"] == "review"
        assert held["review"]["default"] == "allow"

    def test_in_mode_observe_nothing_is_stopped_by_itself(self, aws, monkeypatch):
        monkeypatch.setenv("MODE", "observe")
        self.publish(aws, on_error="stop")
        held = self.hold()
        assert (held["on_error"], held["review"]["default"]) == ("review", "allow")
        self.publish(aws, channel={"mode": "enforce"}, on_error="stop")
        policies._provider.cache_clear()
        held = self.hold()
        assert (held["on_error"], held["review"]["default"]) == ("stop", "stop")

    @pytest.mark.parametrize("on_error", ["hold", "review", "stop"])
    def test_a_second_failure_is_held_so_that_nothing_turns_in_circles(self, aws, on_error):
        self.publish(aws, on_error=on_error)
        assert self.hold("second_failure")["on_error"] == "hold"

    @pytest.mark.parametrize(
        ("error", "metric"),
        [
            ("AnalyzerDeniedError", "AnalyzerDenied"),
            ("PolicyUnavailableError", "PolicyUnavailable"),
            ("PolicyInvalidError", "PolicyUnavailable"),
        ],
    )
    def test_what_points_at_our_configuration_raises_an_alarm(self, aws, counted, error, metric):
        self.hold(error={"Error": error, "Cause": ""})
        assert counted() == {metric: 1}

    def test_one_bad_picture_raises_none(self, aws, counted):
        self.hold("image_invalid")
        assert counted() == {}

    @pytest.mark.parametrize("body", [None, b"{", b"[]"])
    def test_without_a_valid_policy_everything_is_held(self, aws, body):
        aws.published.clear()
        if body:
            aws.publish(body)
        held = self.hold()
        assert (held["on_error"], held["review"], held["policy_hash"]) == ("hold", None, None)
        assert held["reason"] == "analyzer_throttled"

    def test_a_throttled_policy_is_tried_again(self, aws):
        aws.wire.fails("GetLatestConfiguration", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            self.hold()
        assert self.hold()["on_error"] == "hold"

    @pytest.mark.parametrize(
        ("error", "reason", "cause"),
        [
            (None, "unforeseen", ""),
            ({}, "unforeseen", ""),
            ({"Error": "States.Timeout"}, "states_timeout", ""),
            ({"Error": "KeyError", "Cause": "not json"}, "key", ""),
            ({"Error": "KeyError", "Cause": "[]"}, "key", ""),
            ({"Error": "KeyError", "Cause": '{"errorMessage": null}'}, "key", ""),
            ({"Error": "KeyError", "Cause": '{"errorMessage": "a\\nb"}'}, "key", "a"),
            (
                {"Error": "KeyError", "Cause": json.dumps({"errorMessage": "x" * 999})},
                "key",
                "x" * 200,
            ),
        ],
    )
    def test_a_cause_is_one_short_line_whatever_failed(self, aws, error, reason, cause):
        held = self.hold(error=error)
        assert (held["reason"], held["cause"]) == (reason, cause)

    def test_a_decision_that_nobody_foresaw_is_held(self, aws):
        held = self.hold(error=None, decision={"decision": None, "status": "expired"})
        assert (held["reason"], held["on_error"]) == ("unforeseen", "hold")
