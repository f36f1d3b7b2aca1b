import os

import pytest

from framewarden import closing, deciding, delivering, settings
from framewarden.aws.case_records import MOST_OF_LINKS
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.domain.cases import offered
from framewarden.domain.errors import StoreConflictError, StoreThrottledError
from tests.unit.scenes import another
from tests.unit.waits import (
    CRITICAL,
    HIGH,
    NOW,
    UPLOAD,
    after,
    claim,
    close,
    decide,
    decide_at_desk,
    events,
    open_or_join,
    waits,
)
from tests.unit.wire import KilledError, refused

JUDGED = {"confirmed": ["Explicit"], "denied": [], "added": ["Weapons"]}
CONFLICT = {"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]}


def full(aws, review_id, size=MOST_OF_LINKS):
    aws.put("reviews", {"review_id": f"record#{review_id}", "events": [], "size": size})


class TestDeciding:
    def test_the_first_decision_is_stored_and_answered(self, aws, opened):
        decided = decide(opened["review_id"], "allow", note="a bunny")
        assert decided.first is True
        row = aws.review(opened["review_id"])
        assert (row["status"], row["decision"], row["by"]) == ("decided", "allow", "Ada")
        assert (row["via"], row["note"]) == ("link", "a bunny")
        assert not {"open", "place"} & set(row)
        [answer] = aws.answers()
        assert answer["token"] == "token-1"
        assert (answer["decision"], answer["status"], answer["by"]) == ("allow", "decided", "Ada")
        assert aws.rows("outbox") == []

    def test_an_answer_never_carries_the_note_or_the_token(self, aws, opened):
        decide(opened["review_id"], note="private words")
        [sent] = aws.wire.made("SendTaskSuccess")
        assert "private words" not in sent["output"]
        assert "token-1" not in sent["output"]

    def test_a_second_decision_meets_the_first(self, aws, opened):
        decide(opened["review_id"], "stop")
        second = decide(opened["review_id"], "allow", by="Bob")
        assert second.first is False
        assert (second.review["decision"], second.review["by"]) == ("stop", "Ada")
        assert len(aws.answers()) == 1

    def test_of_two_clicks_at_once_one_counts(self, aws, opened):
        rival = []
        click = lambda: rival.append(decide(opened["review_id"], "stop", by="Bob"))  # noqa: E731
        aws.wire.before("TransactWriteItems", click)
        mine = decide(opened["review_id"], "allow")
        assert (rival[0].first, mine.first) == (True, False)
        assert mine.review["decision"] == "stop"
        assert [answer["decision"] for answer in aws.answers()] == ["stop"]

    @pytest.mark.parametrize(("seconds", "first"), [(899, True), (900, False), (4000, False)])
    def test_a_click_counts_until_the_deadline(self, aws, opened, seconds, first):
        assert decide(opened["review_id"], now=after(seconds=seconds)).first is first

    def test_a_click_after_the_review_expired_changes_nothing(self, aws, opened):
        last = opened | {"rung": 1}
        aws.put("reviews", aws.review(opened["review_id"]) | {"rung": 1})
        close(last, after(minutes=31))
        late = decide(opened["review_id"], "stop", now=after(minutes=4))
        assert late.first is False
        assert late.review["status"] == "expired"
        assert aws.answers() == []

    def test_a_decision_that_is_not_offered_is_refused(self, aws, opened):
        for word in ("block", "uphold", "reinstate", "", "ALLOW"):
            with pytest.raises(ValueError):
                decide(opened["review_id"], word)
        assert aws.review(opened["review_id"])["status"] == "pending"

    def test_a_review_that_does_not_exist_is_not_found(self, aws):
        with pytest.raises(LookupError):
            decide("unknown")

    def test_an_answer_that_is_throttled_is_kept_and_the_decision_stands(self, aws, opened):
        aws.wire.fails("SendTaskSuccess", "ThrottlingException")
        assert decide(opened["review_id"]).first is True
        [row] = aws.rows("outbox")
        assert (row["kind"], row["attempts"], row["last_error"]) == (
            "callback",
            1,
            "StoreThrottledError",
        )
        assert row["output"]["decision"] == "allow"
        assert "token-1" not in str(row)

    def test_an_answer_for_which_nobody_waits_is_dropped(self, aws, opened):
        aws.wire.fails("SendTaskSuccess", "TaskTimedOut")
        assert decide(opened["review_id"]).first is True
        assert aws.rows("outbox") == []

    def test_a_decision_before_the_wait_began_waits_for_it(self, aws):
        slot = open_or_join()
        assert decide(slot["review_id"]).first is True
        [row] = aws.rows("outbox")
        assert row["last_error"] == "nobody waits yet"

    @pytest.mark.parametrize("operation", ["DeleteItem", "UpdateItem"])
    def test_bookkeeping_that_fails_is_no_failure_of_the_click(self, aws, opened, operation):
        if operation == "UpdateItem":
            aws.wire.fails("SendTaskSuccess", "ThrottlingException")
        aws.wire.fails(operation, "ThrottlingException", times=2)
        assert decide(opened["review_id"]).first is True
        assert len(aws.rows("outbox")) == 1

    def test_a_write_that_is_throttled_is_no_decision(self, aws, opened):
        aws.wire.fails("TransactWriteItems", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            decide(opened["review_id"])
        assert aws.review(opened["review_id"])["status"] == "pending"
        assert decide(opened["review_id"]).first is True

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 6))
    def test_a_worker_killed_at_any_call_loses_no_decision(self, aws, opened, call, late):
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            decide(opened["review_id"])
        decided = aws.review(opened["review_id"])["status"] == "decided"
        assert decided or decide(opened["review_id"]).first
        assert aws.answers() or aws.rows("outbox")

    def test_writers_that_meet_at_the_same_moment_look_again(self, aws, opened):
        aws.wire.fails("TransactWriteItems", "TransactionCanceledException", **CONFLICT)
        assert decide(opened["review_id"]).first is True

    def test_writers_that_keep_meeting_are_told_to_try_again(self, aws, opened):
        aws.wire.fails("TransactWriteItems", "TransactionCanceledException", times=3, **CONFLICT)
        with pytest.raises(StoreConflictError, match="written by others"):
            decide(opened["review_id"])
        assert aws.review(opened["review_id"])["status"] == "pending"

    def test_a_frame_that_raises_the_review_meanwhile_takes_no_click_away(self, aws, opened):
        aws.wire.before("TransactWriteItems", lambda: open_or_join(another(CRITICAL, 48)))
        assert decide(opened["review_id"], now=after(seconds=3)).first is True

    def test_a_still_is_allowed_or_blocked(self, aws):
        slot = open_or_join(UPLOAD)
        assert offered(aws.review(slot["review_id"])) == ("allow", "block")
        assert decide(slot["review_id"], "block").first is True


class TestEscalating:
    def test_a_person_passes_a_review_on_with_a_new_deadline(self, aws, opened):
        decided = decide(opened["review_id"], "escalate")
        assert decided.first is True
        row = aws.review(opened["review_id"])
        assert (row["status"], row["rung"], row["escalated_by"]) == ("pending", 1, "Ada")
        assert row["deadline"] == int(after(minutes=3).timestamp()) + 900
        assert (row["open"], row["place"]) == ("review", f"1#{row['deadline']}")
        [answer] = aws.answers()
        assert answer["decision"] == "escalate"
        expected = {"opener": True, "rung": 1, "timeout_seconds": 900}
        assert answer["review"] == expected | {"review_id": opened["review_id"]}

    def test_the_last_rung_cannot_be_passed_on(self, aws, opened):
        decide(opened["review_id"], "escalate")
        with pytest.raises(ValueError):
            decide(opened["review_id"], "escalate")

    def test_two_people_pass_it_on_once(self, aws, opened):
        rival = []
        aws.wire.before(
            "TransactWriteItems", lambda: rival.append(decide(opened["review_id"], "escalate"))
        )
        mine = decide(opened["review_id"], "escalate", by="Bob")
        assert (rival[0].first, mine.first) == (True, False)
        assert aws.review(opened["review_id"])["rung"] == 1
        assert mine.review["escalated_by"] == "Ada"

    def test_who_presses_twice_never_passes_it_on_by_two_rungs(self, aws):
        long = another(HIGH, 47)
        long["verdict"] = long["verdict"] | {
            "review": {"ladder": [900, 900, 900], "default": "allow"}
        }
        slot = open_or_join(long)
        again = lambda: decide(slot["review_id"], "escalate")  # noqa: E731
        aws.wire.before("TransactWriteItems", again)
        assert again().first is False
        assert aws.review(slot["review_id"])["rung"] == 1

    def test_the_next_rung_has_its_own_time_place_and_people(self, aws, opened, counted):
        aws.put("reviews", aws.review(opened["review_id"]) | {"remind_at": 1})
        claim(opened["review_id"], "ada")
        decide_at_desk(opened["review_id"], "escalate", labels=JUDGED)
        row = aws.review(opened["review_id"])
        assert row["rung_times"] == ["2026-11-22T08:05:32.000Z", "2026-11-22T08:08:32.000Z"]
        assert row["labels_judged"] == JUDGED
        assert not [name for name in row if name.startswith("claimed") or name == "remind_at"]
        assert counted()["ReviewsEscalated"] == 1

    def test_the_note_of_whoever_passes_it_on_is_kept(self, aws, opened):
        full(aws, opened["review_id"], 10**6)
        decide_at_desk(opened["review_id"], "escalate", note="is that legal here?")
        assert events(opened["review_id"]) == [
            {
                "at": "2026-11-22T08:08:32.000Z",
                "kind": "note",
                "by": "Ada",
                "account": "ada",
                "via": "desk",
                "decision": "escalate",
                "note": "is that legal here?",
            }
        ]

    def test_nothing_to_note_makes_no_record(self, aws, opened):
        decide(opened["review_id"], "escalate")
        assert aws.row("reviews", review_id=f"record#{opened['review_id']}") is None

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 6))
    def test_a_worker_killed_at_any_call_passes_on_and_notes_both_or_neither(
        self, aws, opened, call, late
    ):
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            decide(opened["review_id"], "escalate", note="why")
        rung = aws.review(opened["review_id"])["rung"]
        assert len(events(opened["review_id"])) == rung
        assert rung == 0 or aws.answers() or aws.rows("outbox")

    def test_a_graver_frame_meanwhile_is_seen_before_it_is_passed_on(self, aws, opened):
        grave = another(CRITICAL, 48)
        grave["verdict"] = grave["verdict"] | {"review": {"ladder": [300, 300], "default": "stop"}}
        aws.wire.before("TransactWriteItems", lambda: open_or_join(grave))
        assert decide(opened["review_id"], "escalate").first is True
        row = aws.review(opened["review_id"])
        assert row["deadline"] == int(after(minutes=8).timestamp())
        assert row["place"] == f"0#{row['deadline']}"

    def test_a_graver_frame_that_asks_a_lead_at_once_leaves_nothing_to_pass_on(self, aws, opened):
        aws.wire.before("TransactWriteItems", lambda: open_or_join(another(CRITICAL, 48)))
        with pytest.raises(ValueError):
            decide(opened["review_id"], "escalate")
        assert aws.review(opened["review_id"])["rung"] == 0

    def test_the_next_person_decides(self, aws, opened):
        decide(opened["review_id"], "escalate")
        waits(opened["review_id"], "token-2", rung=1)
        assert decide(opened["review_id"], "stop", by="Lead").first is True
        assert [answer["token"] for answer in aws.answers()] == ["token-1", "token-2"]


class TestAtTheDesk:
    def test_a_decision_keeps_the_account_and_what_was_said_of_each_label(self, aws, opened):
        decide_at_desk(opened["review_id"], "stop", labels=JUDGED, note="private words")
        row = aws.review(opened["review_id"])
        assert (row["by"], row["by_account"], row["via"]) == ("Ada", "ada", "desk")
        assert row["labels_judged"] == JUDGED
        [answer] = aws.answers()
        assert answer["by"] == "Ada"
        assert not {"by_account", "labels_judged", "note"} & set(answer)
        assert "Weapons" not in str(answer)

    @pytest.mark.parametrize("labels", [None, {}, {"confirmed": [], "denied": [], "added": []}])
    def test_labels_that_nobody_judged_are_not_kept(self, aws, opened, labels):
        decide(opened["review_id"], labels=labels)
        row = aws.review(opened["review_id"])
        assert not {"labels_judged", "by_account"} & set(row)

    @pytest.mark.parametrize("decision", ["allow", "escalate"])
    def test_what_somebody_else_works_on_is_theirs(self, aws, opened, decision):
        claim(opened["review_id"])
        mine = decide_at_desk(opened["review_id"], decision)
        assert (mine.first, mine.claimed, mine.review["claimed_name"]) == (False, True, "Bob")
        assert aws.review(opened["review_id"])["rung"] == 0
        assert aws.answers() == []

    @pytest.mark.parametrize("decision", ["allow", "escalate"])
    def test_so_is_what_they_claim_at_this_moment(self, aws, opened, decision):
        aws.wire.before("TransactWriteItems", lambda: claim(opened["review_id"]))
        mine = decide_at_desk(opened["review_id"], decision)
        assert (mine.first, mine.claimed) == (False, True)
        assert aws.review(opened["review_id"])["rung"] == 0

    @pytest.mark.parametrize(
        "how",
        [
            {"decision": "stop"},
            {"account": "bob"},
            {"may_overrule": True},
            {"now": after(minutes=5)},
            {"via": "link", "account": None},
        ],
    )
    def test_a_claim_stops_no_stop_no_link_no_lead_and_ends(self, aws, opened, how):
        claim(opened["review_id"])
        how = {"decision": "allow", "account": "ada", "via": "desk"} | how
        decided = decide(opened["review_id"], **how)
        assert (decided.first, decided.claimed) == (True, False)

    def test_a_still_is_blocked_whoever_claimed_it(self, aws):
        slot = open_or_join(UPLOAD)
        claim(slot["review_id"])
        blocked = decide_at_desk(slot["review_id"], "block")
        assert (blocked.first, blocked.review["by_account"]) == (True, "ada")

    def test_what_was_looked_at_on_another_rung_is_not_decided_mildly(self, aws, opened):
        close(opened, after(minutes=15))
        late = after(minutes=16)
        mild = decide_at_desk(opened["review_id"], "allow", rung=0, now=late)
        assert (mild.first, mild.claimed, mild.review["rung"]) == (False, False, 1)
        assert events(opened["review_id"]) == []
        assert decide_at_desk(opened["review_id"], "allow", rung=1, now=late).first is True

    def test_a_stop_counts_on_whatever_rung_and_is_answered_to_its_wait(self, aws, opened):
        def passed_on():
            decide(opened["review_id"], "escalate")
            waits(opened["review_id"], "token-2", rung=1)

        aws.wire.before("TransactWriteItems", passed_on)
        assert decide_at_desk(opened["review_id"], "stop", rung=0).first is True
        told = [(answer["token"], answer["decision"]) for answer in aws.answers()]
        assert told == [("token-1", "escalate"), ("token-2", "stop")]

    def test_of_a_stop_and_an_allow_at_once_one_counts(self, aws, opened):
        aws.wire.before("TransactWriteItems", lambda: decide_at_desk(opened["review_id"], "stop"))
        mine = decide_at_desk(opened["review_id"], "allow", account="bob")
        assert (mine.first, mine.claimed, mine.review["decision"]) == (False, False, "stop")
        assert len(aws.answers()) == 1


class TestCountingLabels:
    """What people say of labels in live reviews is counted with what they say of batches."""

    def counted(self, aws):
        row = aws.row("batches", batch="live", item="labels") or {}
        return {name: value for name, value in row.items() if "#" in name}

    def test_labels_are_counted_with_the_decision(self, aws, opened):
        decide_at_desk(opened["review_id"], "stop", labels=JUDGED | {"denied": ["Alcohol"]})
        assert self.counted(aws) == {"tp#Explicit": 1, "fp#Alcohol": 1, "fn#Weapons": 1}
        assert len(aws.wire.made("TransactWriteItems")[-1]["TransactItems"]) == 4

    def test_a_decision_that_came_second_counts_nothing(self, aws, opened):
        decide_at_desk(opened["review_id"], "stop")
        decide_at_desk(opened["review_id"], "allow", labels=JUDGED)
        assert self.counted(aws) == {}

    def test_whoever_is_asked_next_corrects_what_was_said(self, aws, opened):
        decide_at_desk(opened["review_id"], "escalate", labels=JUDGED)
        assert self.counted(aws) == {"tp#Explicit": 1, "fn#Weapons": 1}
        labels = {"confirmed": [], "denied": ["Explicit"], "added": ["Weapons"]}
        decide_at_desk(opened["review_id"], "allow", labels=labels)
        counted = {name: by for name, by in self.counted(aws).items() if by}
        assert counted == {"fp#Explicit": 1, "fn#Weapons": 1}

    def test_a_stop_is_never_lost_for_the_sake_of_counting(self, aws, opened):
        failure = "TransactionCanceledException"
        aws.wire.fails("TransactWriteItems", failure, times=2, **CONFLICT)
        assert decide_at_desk(opened["review_id"], "stop", labels=JUDGED).first is True
        assert aws.review(opened["review_id"])["labels_judged"] == JUDGED
        assert self.counted(aws) == {}

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, 6))
    def test_a_worker_killed_at_any_call_decides_and_counts_both_or_neither(
        self, aws, opened, call, late
    ):
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            decide_at_desk(opened["review_id"], "stop", labels=JUDGED)
        decided = aws.review(opened["review_id"])["status"] == "decided"
        assert bool(self.counted(aws)) is decided


class TestComingLate:
    def test_what_comes_after_the_deadline_is_recorded(self, aws, opened):
        late = decide(opened["review_id"], "stop", now=after(minutes=15), note="oh no")
        assert late.first is False
        [event] = events(opened["review_id"])
        assert (event["kind"], event["decision"], event["note"]) == ("late", "stop", "oh no")
        assert (event["by"], event["account"], event["via"]) == ("Ada", None, "link")
        assert event["at"] == "2026-11-22T08:20:32.000Z"

    def test_so_is_what_comes_after_the_default_acted(self, aws, opened):
        aws.put("reviews", aws.review(opened["review_id"]) | {"rung": 1})
        close(opened | {"rung": 1}, after(minutes=31))
        decide_at_desk(opened["review_id"], now=after(minutes=32))
        [event] = events(opened["review_id"])
        assert (event["kind"], event["account"]) == ("late", "ada")
        assert "note" not in event

    def test_what_comes_second_is_not_late(self, aws, opened):
        decide(opened["review_id"])
        assert decide(opened["review_id"], "stop", now=after(minutes=20)).first is False
        assert events(opened["review_id"]) == []

    def test_whoever_comes_late_is_told_even_where_the_record_is_full(self, aws, opened, logged):
        full(aws, opened["review_id"])
        assert decide(opened["review_id"], now=after(minutes=15)).first is False
        assert events(opened["review_id"]) == []
        assert "record full" in logged.getvalue()

    def test_a_record_that_cannot_be_written_is_tried_again_by_the_person(self, aws, opened):
        aws.wire.fails("TransactWriteItems", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            decide(opened["review_id"], now=after(minutes=15))
        decide(opened["review_id"], now=after(minutes=15))
        assert len(events(opened["review_id"])) == 1


class TestNobodyWaiting:
    """The decision is stored first; that its execution has gone on is learnt from the answer."""

    @pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist"])
    def test_a_decision_for_which_nobody_waits_says_so(self, aws, opened, code):
        aws.wire.fails("SendTaskSuccess", code)
        decided = decide(opened["review_id"])
        assert decided.first is True
        assert decided.review["nobody_waited_at"] == "2026-11-22T08:08:32.000Z"
        assert aws.rows("outbox") == []

    def test_a_try_that_botocore_repeated_may_have_been_taken(self, aws, opened):
        repeated = {"ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 1}}
        aws.wire.fails("SendTaskSuccess", "TaskTimedOut", **repeated)
        assert "nobody_waited_at" not in decide(opened["review_id"]).review

    def test_so_may_one_that_the_sweep_repeats(self, aws, opened):
        aws.wire.fails("SendTaskSuccess", "ThrottlingException")
        decide(opened["review_id"])
        aws.wire.fails("SendTaskSuccess", "TaskTimedOut")
        [row] = aws.rows("outbox")
        assert delivering.resend(row, settings.Sweep.read(), after(minutes=9)) is True
        assert "nobody_waited_at" not in aws.review(opened["review_id"])

    def test_a_deadline_that_found_the_decision_takes_it_back(self, aws, opened):
        aws.wire.fails("SendTaskSuccess", "TaskTimedOut")
        decide(opened["review_id"])
        closing.end(Reviews("reviews"), opened["review_id"], "reviewed", "allow", NOW)
        assert "nobody_waited_at" not in aws.review(opened["review_id"])

    def test_an_execution_that_died_does_not(self, aws, opened):
        aws.wire.fails("SendTaskSuccess", "TaskDoesNotExist")
        decide(opened["review_id"])
        ending = ("unscreened", "execution_aborted", NOW)
        closing.end(Reviews("reviews"), opened["review_id"], *ending)
        assert "nobody_waited_at" in aws.review(opened["review_id"])

    def test_an_execution_that_has_ended_with_the_decision_already_waited(self, aws, opened):
        def ends(asked):
            Reviews("reviews").settle(opened["review_id"], "reviewed", "allow")
            return refused("TaskTimedOut")

        aws.wire.serves("SendTaskSuccess", ends)
        assert "nobody_waited_at" not in decide(opened["review_id"]).review

    def test_an_execution_that_was_settled_as_dead_meanwhile_did_not(self, aws, opened):
        def dies(asked):
            Reviews("reviews").settle(opened["review_id"], "unscreened", "execution_aborted")
            return refused("TaskDoesNotExist")

        aws.wire.serves("SendTaskSuccess", dies)
        assert "nobody_waited_at" in decide(opened["review_id"]).review

    def test_a_wait_that_was_passed_on_has_gone_on_by_itself(self, aws, opened):
        aws.wire.fails("SendTaskSuccess", "TaskTimedOut")
        decide(opened["review_id"], "escalate")
        assert "nobody_waited_at" not in aws.review(opened["review_id"])

    @pytest.mark.parametrize("late", [False, True])
    def test_a_worker_killed_before_it_says_so_leaves_the_decision(self, aws, opened, late):
        aws.wire.fails("SendTaskSuccess", "TaskTimedOut", times=2)
        with aws.wire.killed_at(5, after=late), pytest.raises(KilledError):
            decide(opened["review_id"])
        row = aws.review(opened["review_id"])
        assert (row["status"], "nobody_waited_at" in row) == ("decided", late)
        [kept] = aws.rows("outbox")
        assert delivering.resend(kept, settings.Sweep.read(), after(minutes=9)) is True
        assert Outbox("outbox").undelivered() == []


def test_what_a_page_decides_with_is_what_the_settings_say(aws, opened):
    own = settings.ReviewPage.read(os.environ | {"OUTBOX_TABLE": "frames"})
    with pytest.raises(Exception, match="TransactWriteItems"):
        deciding.decide(opened["review_id"], "allow", by="", via="link", note="", now=NOW, own=own)
