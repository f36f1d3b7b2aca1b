import json

import pytest

from framewarden import reviewing, settings
from framewarden.aws.ledger import Ledger
from framewarden.aws.reviews import SAMPLES, Reviews
from framewarden.domain.errors import StoreConflictError
from tests.unit.scenes import CHANNEL, another, state
from tests.unit.waits import (
    CRITICAL,
    HIGH,
    INCIDENT,
    NOW,
    UPLOAD,
    after,
    close,
    decide,
    open_or_join,
    waits,
)
from tests.unit.wire import KilledError


class TestOpening:
    def test_the_first_frame_opens_its_incident(self, aws, counted):
        slot = open_or_join()
        assert (slot["opener"], slot["rung"], slot["timeout_seconds"]) == (True, 0, 900)
        row = aws.review(slot["review_id"])
        assert (row["status"], row["severity"], row["incident"]) == ("pending", "high", INCIDENT)
        assert (row["open"], row["place"]) == ("review", f"1#{row['deadline']}")
        assert row["deadline"] == int(NOW.timestamp()) + 900
        assert (row["frames"], len(row["samples"])) == (1, 1)
        assert row["execution"] == HIGH["execution"]
        assert aws.frame(HIGH["frame"]["frame_id"])["review_id"] == slot["review_id"]
        assert aws.review(f"incident#{INCIDENT}")["current"] == slot["review_id"]
        assert counted() == {"ReviewsOpened": 1}

    def test_the_row_keeps_the_rooms_of_the_policy_and_why_a_stop_failed(self, aws):
        rooms = {"viewers": None, "moderators": "arn:aws:ivschat:us-east-1:111122223333:room/a"}
        failed = another(CRITICAL, 47)
        failed["verdict"] = failed["verdict"] | {"stops": {"rooms": rooms}}
        failed["stop_error"] = {"Error": "StopDeniedError", "Cause": "x"}
        row = aws.review(open_or_join(failed)["review_id"])
        assert row["rooms"] == rooms
        assert (row["stop_failed"], row["stop_error"]) == (True, "StopDeniedError")

    def test_the_row_says_when_people_are_reminded_and_when_each_rung_was_asked(self, aws):
        row = aws.review(open_or_join()["review_id"])
        assert row["remind_at"] == int(NOW.timestamp()) + 600
        assert row["rung_times"] == [row["opened_at"]] == ["2026-11-22T08:05:32.000Z"]
        assert "remind" not in row

    @pytest.mark.parametrize("remind", [{"remind": None}, {}])
    def test_a_policy_that_reminds_nobody_leaves_no_moment_for_it(self, aws, remind):
        calm = another(HIGH, 47)
        calm["verdict"] = calm["verdict"] | {
            "review": {"ladder": [900], "default": "allow"} | remind
        }
        row = aws.review(open_or_join(calm)["review_id"])
        assert not {"remind", "remind_at"} & set(row)

    def test_opening_again_is_the_same_answer(self, aws, counted):
        assert open_or_join() == open_or_join(now=after(seconds=5))
        assert len(aws.reviews()) == 1
        assert counted()["ReviewsOpened"] == 1

    def test_a_second_frame_joins_and_shares_the_review(self, aws, counted):
        first, second = another(HIGH, 47), another(HIGH, 48)
        opener = open_or_join(first)
        joined = open_or_join(second, after(seconds=1))
        assert joined == opener | {"opener": False}
        row = aws.review(opener["review_id"])
        assert row["frames"] == 2
        assert [sample["key"][-11:] for sample in row["samples"]] == ["thumb47.jpg", "thumb48.jpg"]
        assert row["last_seen_at"] > row["opened_at"]
        assert aws.frame(second["frame"]["frame_id"])["review_id"] == opener["review_id"]
        assert counted()["ReviewsOpened"] == 1

    def test_joining_again_is_the_same_answer_and_counts_once(self, aws):
        opener = open_or_join(another(HIGH, 47))
        second = another(HIGH, 48)
        assert open_or_join(second) == open_or_join(second)
        assert aws.review(opener["review_id"])["frames"] == 2

    def test_a_joined_frame_that_asks_again_after_the_review_ended_keeps_its_review(self, aws):
        opener = open_or_join(another(HIGH, 47))
        second = another(HIGH, 48)
        open_or_join(second)
        decide(opener["review_id"])
        assert open_or_join(second)["review_id"] == opener["review_id"]

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 6))
    def test_an_opener_killed_at_any_call_opens_once(self, aws, call, late):
        Ledger("frames").admit(HIGH["frame"], {"status": "started"}, NOW)
        own = settings.OpenReview.read()
        aws.wire.forget()
        try:
            with aws.wire.killed_at(call, after=late):
                reviewing.open_or_join(HIGH, own, NOW)
            assert call > 4, "an opener makes four calls"
        except KilledError:
            pass
        assert reviewing.open_or_join(HIGH, own, NOW)["opener"] is True
        assert [row["frames"] for row in aws.reviews()] == [1]

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 6))
    def test_a_joiner_killed_at_any_call_joins_once(self, aws, call, late):
        opener = open_or_join(another(HIGH, 47))
        second = another(HIGH, 48)
        Ledger("frames").admit(second["frame"], {"status": "started"}, NOW)
        own = settings.OpenReview.read()
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            reviewing.open_or_join(second, own, NOW)
        slot = reviewing.open_or_join(second, own, NOW)
        assert (slot["review_id"], slot["opener"]) == (opener["review_id"], False)
        assert [row["frames"] for row in aws.reviews()] == [2]

    def test_of_two_openers_at_once_one_opens_and_the_other_joins(self, aws):
        first, second = another(HIGH, 47), another(HIGH, 48)
        slots = []
        Ledger("frames").admit(second["frame"], {"status": "started"}, NOW)
        aws.wire.before("TransactWriteItems", lambda: slots.append(open_or_join(first)))
        slots.append(open_or_join(second))
        assert [slot["opener"] for slot in slots] == [True, False]
        assert [row["frames"] for row in aws.reviews()] == [2]

    def test_a_review_that_is_decided_while_a_frame_joins_is_followed_by_a_new_one(self, aws):
        opener = open_or_join(another(HIGH, 47))
        second = another(HIGH, 48)
        Ledger("frames").admit(second["frame"], {"status": "started"}, NOW)
        aws.wire.before("TransactWriteItems", lambda: decide(opener["review_id"]))
        slot = open_or_join(second)
        assert slot["opener"] is True
        assert aws.review(opener["review_id"])["frames"] == 1

    def test_writers_that_never_agree_are_tried_again_by_the_machine(self, aws):
        why = [{"Code": "ConditionalCheckFailed"}]
        canceled = {"CancellationReasons": why, "times": 3}
        aws.wire.fails("TransactWriteItems", "TransactionCanceledException", **canceled)
        with pytest.raises(StoreConflictError, match="being written by others"):
            open_or_join()

    def test_a_frame_after_the_incidents_window_opens_the_next_one(self, aws):
        first = open_or_join(another(HIGH, 47))
        within = open_or_join(another(HIGH, 48), after(seconds=599))
        beyond = open_or_join(another(HIGH, 49), after(seconds=600))
        assert within["review_id"] == first["review_id"]
        assert beyond["review_id"] != first["review_id"]
        assert beyond["opener"] is True

    def test_a_frame_after_the_deadline_does_not_join_what_nobody_can_answer(self, aws):
        short = another(HIGH, 47)
        short["verdict"] = short["verdict"] | {"review": {"ladder": [60], "default": "allow"}}
        first = open_or_join(short)
        assert open_or_join(another(HIGH, 48), after(seconds=60))["opener"] is True
        assert aws.review(first["review_id"])["frames"] == 1

    def test_other_channels_and_categories_are_other_incidents(self, aws):
        elsewhere = another(HIGH, 48, channel="Other", channel_arn=CHANNEL + "2")
        violence = another(HIGH, 49)
        violence["verdict"] = violence["verdict"] | {"category": "Violence"}
        slots = [open_or_join(frame) for frame in (HIGH, elsewhere, violence)]
        assert all(slot["opener"] for slot in slots)
        incidents = {row["incident"] for row in aws.reviews()}
        assert incidents == {INCIDENT, f"{CHANNEL}2#Explicit", f"{CHANNEL}#Violence"}

    def test_nobody_decides_about_a_still_by_looking_at_another(self, aws):
        slots = [open_or_join(still) for still in (UPLOAD, another(UPLOAD, 2), another(UPLOAD, 3))]
        assert all(slot["opener"] for slot in slots)
        assert len({row["incident"] for row in aws.reviews()}) == 3

    def test_a_row_keeps_the_first_twelve_samples_however_many_frames_join(self, aws):
        longest = HIGH | {"frame": HIGH["frame"] | {"key": "x" * 1010 + "/thumb42.jpg"}}
        opener = open_or_join(another(longest, 0))
        for number in range(1, SAMPLES + 4):
            open_or_join(another(longest, number), after(seconds=number))
        row = aws.review(opener["review_id"])
        assert (row["frames"], len(row["samples"])) == (SAMPLES + 4, SAMPLES)
        assert row["last_seen_at"].endswith("08:05:47.000Z")
        assert len(json.dumps(row)) < 40_000, "a row may hold 400 KB"

    def test_what_nobody_could_judge_is_an_incident_too(self, aws):
        slot = open_or_join(state("open_review/unscreened"))
        row = aws.review(slot["review_id"])
        assert (row["category"], row["reason"]) == ("unscreened", "analyzer_throttled")
        assert row["samples"][0]["confidence"] == 0

    def test_one_stop_is_confirmed_once_by_all_its_frames(self, aws):
        confirm = state("open_review/confirm")
        first, second = another(confirm, 47), another(confirm, 48)
        slots = [open_or_join(first), open_or_join(second)]
        assert [slot["opener"] for slot in slots] == [True, False]
        other = another(confirm, 49)
        other["stop"] = other["stop"] | {"stream_id": "st-next"}
        assert open_or_join(other)["opener"] is True

    def test_a_stop_to_confirm_does_not_join_a_question_whether_to_stop(self, aws):
        open_or_join(another(CRITICAL, 47))
        assert open_or_join(another(state("open_review/confirm"), 48))["opener"] is True

    def test_an_execution_that_asks_again_opens_another_review_and_ends_its_first(self, aws):
        first = open_or_join()
        again = HIGH | {"review": first, "error": {"Error": "GetParameterError"}}
        second = open_or_join(again, after(seconds=9))
        assert second["opener"] is True
        assert second["review_id"] != first["review_id"]
        ended = aws.review(first["review_id"])
        assert (ended["status"], ended["decision"], ended["via"]) == ("expired", None, "default")
        assert not {"open", "place"} & set(ended)
        assert aws.review(second["review_id"])["previous"] == first["review_id"]
        assert open_or_join(again, after(seconds=9)) == second

    def test_an_execution_that_asks_again_never_joins_others(self, aws):
        first = open_or_join()
        decide(first["review_id"], "stop")
        other = open_or_join(another(HIGH, 48))
        second = open_or_join(HIGH | {"review": first, "stop_error": {"Error": "x"}})
        assert other["opener"] is second["opener"] is True
        assert aws.review(first["review_id"])["decision"] == "stop"


class TestRaising:
    def test_a_graver_frame_raises_the_review_and_people_are_told_again(self, aws):
        slot = open_or_join(another(HIGH, 47))
        grave = another(CRITICAL, 48)
        assert open_or_join(grave, after(seconds=9)) == slot | {"opener": False}
        [row] = aws.reviews()
        assert (row["severity"], row["place"]) == ("critical", f"0#{row['deadline']}")
        assert row["frame"]["key"].endswith("thumb48.jpg")
        assert row["labels"] == grave["verdict"]["labels"]
        assert row["stop_failed"] is True
        assert (row["default"], row["ladder"]) == ("stop", [300])
        assert row["deadline"] == int(after(seconds=9).timestamp()) + 300
        assert row["frames"] == 2
        event, call = sorted(aws.rows("outbox"), key=lambda row: row["kind"])
        assert (call["kind"], call["review_id"]) == ("review", slot["review_id"])
        assert event["id"] == f"chat#review#{slot['review_id']}#critical"
        assert (event["kind"], event["audience"]) == ("chat", "moderators")
        for kept in (event, call):
            assert kept["due"] == int(after(seconds=9).timestamp())

    def test_what_is_asked_more_gravely_is_reminded_of_anew(self, aws):
        slot = open_or_join(another(HIGH, 47))
        grave = another(CRITICAL, 48)
        grave["verdict"] = grave["verdict"] | {
            "review": {"ladder": [300], "default": "stop", "remind": 60}
        }
        open_or_join(grave, after(seconds=9))
        row = aws.review(slot["review_id"])
        assert row["remind_at"] == int(after(seconds=9).timestamp()) + 60

    def test_a_rung_that_is_climbed_while_a_graver_frame_joins_keeps_its_own_time(self, aws):
        slot = open_or_join(another(HIGH, 47))
        grave = another(CRITICAL, 48)
        Ledger("frames").admit(grave["frame"], {"status": "started"}, NOW)
        passed_on = lambda: decide(slot["review_id"], "escalate", now=after(minutes=9))  # noqa: E731
        aws.wire.before("TransactWriteItems", passed_on)
        open_or_join(grave, after(minutes=9))
        row = aws.review(slot["review_id"])
        assert (row["rung"], row["ladder"]) == (1, [900, 300])
        assert row["deadline"] == int(after(minutes=14).timestamp())
        assert row["place"] == f"0#{row['deadline']}"

    def test_a_milder_frame_changes_nothing_and_nobody_is_told(self, aws):
        slot = open_or_join(another(CRITICAL, 47))
        assert open_or_join(another(HIGH, 48))["review_id"] == slot["review_id"]
        [row] = aws.reviews()
        assert (row["severity"], row["frames"]) == ("critical", 2)
        assert row["frame"]["key"].endswith("thumb47.jpg")
        assert aws.rows("outbox") == []

    def test_a_deadline_only_ever_comes_nearer(self, aws):
        short = another(HIGH, 47)
        short["verdict"] = short["verdict"] | {"review": {"ladder": [60], "default": "allow"}}
        open_or_join(short)
        open_or_join(another(CRITICAL, 48), after(seconds=9))
        assert aws.reviews()[0]["deadline"] == int(NOW.timestamp()) + 60

    def test_a_stop_that_failed_is_told_however_grave_the_review_is(self, aws):
        calm = another(CRITICAL, 47)
        del calm["stop_error"]
        open_or_join(calm)
        open_or_join(another(CRITICAL, 48))
        [row] = aws.reviews()
        assert row["stop_failed"] is True
        assert row["stop_error"] == CRITICAL["stop_error"]["Error"]
        assert row["frame"]["key"].endswith("thumb47.jpg")
        assert len(aws.rows("outbox")) == 2
        open_or_join(another(CRITICAL, 49))
        assert aws.reviews()[0]["frames"] == 3

    def test_a_review_that_is_raised_while_a_frame_joins_is_read_again(self, aws):
        open_or_join(another(HIGH, 47))
        second = another(HIGH, 48)
        Ledger("frames").admit(second["frame"], {"status": "started"}, NOW)
        aws.wire.before("TransactWriteItems", lambda: open_or_join(another(CRITICAL, 49)))
        open_or_join(second)
        [row] = aws.reviews()
        assert (row["severity"], row["frames"], len(row["samples"])) == ("critical", 3, 3)

    def test_raising_again_counts_and_tells_once(self, aws):
        open_or_join(another(HIGH, 47))
        for _ in range(2):
            open_or_join(another(CRITICAL, 48))
        assert aws.reviews()[0]["frames"] == 2
        assert len(aws.rows("outbox")) == 2

    def test_a_raised_ladder_begins_on_the_rung_that_is_waited_for(self, aws):
        slot = open_or_join()
        waits(slot["review_id"])
        climbed = close(slot, after(minutes=9))["review"]
        open_or_join(another(CRITICAL, 48), after(minutes=9, seconds=5))
        row = aws.review(slot["review_id"])
        assert (row["rung"], row["ladder"]) == (1, [900, 300])
        answer = close(climbed, after(minutes=24))
        assert (answer["decision"], answer["status"]) == ("stop", "expired")


def test_a_settled_review_remembers_the_session_that_is_on_air_all_the_same(aws, opened):
    reviews, live = Reviews("reviews"), {"stream_id": "st-next", "started_at": None}
    reviews.settle(opened["review_id"], "stopped", "already_offline")
    assert "live_session" not in aws.review(opened["review_id"])
    reviews.settle(opened["review_id"], "stopped", "already_offline", live)
    row = aws.review(opened["review_id"])
    assert (row["outcome"], row["outcome_reason"]) == ("stopped", "already_offline")
    assert row["live_session"] == live
