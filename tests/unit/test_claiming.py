"""Claims: one holder, a lease, a renewal, and a line in the record for each that changes hands."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from framewarden import claiming, settings
from framewarden.aws.case_records import MOST, RecordFullError
from framewarden.claiming import LEASE, Claimant
from framewarden.domain.errors import StoreConflictError
from tests.unit.waits import NOW, after, claim, close, decide, events
from tests.unit.wire import KilledError

ADA, BOB = Claimant("ada", "Ada"), Claimant("bob", "Bob")
CONFLICT = {"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]}


def keep(review_id, who=BOB, now=None):
    return claiming.keep(review_id, who, now or after(minutes=3), settings.ReviewPage.read())


def release(review_id, who=BOB, now=None):
    return claiming.release(review_id, who, now or after(minutes=3), settings.ReviewPage.read())


def told(review_id):
    return [(event["kind"], event["by"]) for event in events(review_id)]


@pytest.fixture
def review(opened):
    return opened["review_id"]


class TestClaiming:
    def test_what_is_free_is_claimed_for_a_lease_and_recorded(self, aws, review):
        claimed = claim(review)
        assert (claimed.held, claimed.kind) == (True, "claim")
        row = aws.review(review)
        assert claimed.row == row
        assert (row["claimed_by"], row["claimed_name"]) == ("bob", "Bob")
        assert row["claimed_until"] == int(after(minutes=3).timestamp()) + LEASE
        assert row["claimed_at"] == "2026-11-22T08:08:32.000Z"
        assert events(review) == [
            {
                "at": "2026-11-22T08:08:32.000Z",
                "kind": "claim",
                "by": "Bob",
                "account": "bob",
                "via": "desk",
            }
        ]

    def test_what_somebody_else_holds_is_theirs_for_the_lease(self, aws, review):
        claim(review)
        mine = claim(review, "ada", after(minutes=3, seconds=LEASE - 1))
        assert (mine.held, mine.kind, mine.row["claimed_name"]) == (False, None, "Bob")
        assert told(review) == [("claim", "Bob")]

    def test_and_is_taken_over_once_it_ran_out(self, aws, review):
        claim(review)
        mine = claim(review, "ada", after(minutes=3, seconds=LEASE))
        assert (mine.held, mine.kind) == (True, "takeover")
        assert aws.review(review)["claimed_by"] == "ada"
        assert told(review) == [("claim", "Bob"), ("takeover", "Ada")]

    def test_a_lead_takes_it_over_at_once(self, aws, review):
        claim(review)
        mine = claim(review, "ada", force=True)
        assert (mine.held, mine.kind, mine.row["claimed_by"]) == (True, "takeover", "ada")
        assert keep(review).held is False

    def test_claiming_again_renews_and_records_nothing(self, aws, review):
        claim(review)
        again = claim(review, now=after(minutes=4), force=True)
        assert (again.held, again.kind) == (True, "keep")
        assert again.row["claimed_until"] == int(after(minutes=4).timestamp()) + LEASE
        assert told(review) == [("claim", "Bob")]

    def test_claiming_again_after_it_ran_out_is_a_claim(self, aws, review):
        claim(review)
        assert claim(review, now=after(minutes=6)).kind == "claim"
        assert told(review) == [("claim", "Bob"), ("claim", "Bob")]

    @pytest.mark.parametrize("force", [False, True])
    def test_after_the_deadline_nothing_is_claimed(self, aws, review, force):
        late = claim(review, now=after(minutes=15), force=force)
        assert (late.held, late.kind) == (False, None)
        assert "claimed_by" not in aws.review(review)

    def test_what_is_decided_is_not_claimed(self, aws, review):
        decide(review)
        late = claim(review, force=True)
        assert (late.held, late.kind, late.row["status"]) == (False, None, "decided")
        assert events(review) == []

    def test_a_review_that_does_not_exist_is_not_found(self, aws):
        for act in (claim, keep, release):
            with pytest.raises(LookupError):
                act("unknown")
        assert aws.rows("reviews") == []

    def test_of_two_at_once_one_has_it(self, aws, review):
        rival = []
        aws.wire.before("TransactWriteItems", lambda: rival.append(claim(review)))
        mine = claim(review, "ada")
        assert (rival[0].held, mine.held, mine.row["claimed_by"]) == (True, False, "bob")
        assert told(review) == [("claim", "Bob")]

    def test_of_two_leads_at_once_the_later_has_it_and_both_are_recorded(self, aws, review):
        claim(review)
        aws.wire.before("TransactWriteItems", lambda: claim(review, "ada", force=True))
        assert claim(review, "eve", force=True).kind == "takeover"
        assert told(review) == [("claim", "Bob"), ("takeover", "Ada"), ("takeover", "Eve")]

    def test_a_decision_at_that_moment_leaves_nothing_to_claim(self, aws, review):
        aws.wire.before("TransactWriteItems", lambda: decide(review))
        assert claim(review).held is False
        assert events(review) == []

    def test_a_renewal_at_that_moment_is_seen(self, aws, review):
        claim(review)
        late = after(minutes=3, seconds=LEASE)
        aws.wire.before("TransactWriteItems", lambda: keep(review, now=late))
        assert claim(review, "ada", late).held is False

    def test_writers_that_meet_look_again_and_give_up_after_three(self, aws, review):
        canceled = "TransactionCanceledException"
        aws.wire.fails("TransactWriteItems", canceled, **CONFLICT)
        assert claim(review).held is True
        aws.wire.fails("TransactWriteItems", canceled, times=3, **CONFLICT)
        with pytest.raises(StoreConflictError, match="claimed by others"):
            claim(review, "ada", force=True)
        assert aws.review(review)["claimed_by"] == "bob"

    def test_what_cannot_be_recorded_is_not_claimed(self, aws, review):
        aws.put("reviews", {"review_id": f"record#{review}", "events": [], "size": MOST})
        with pytest.raises(RecordFullError):
            claim(review)
        assert "claimed_by" not in aws.review(review)

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", [1, 2])
    def test_a_worker_killed_at_any_call_leaves_claim_and_line_or_neither(
        self, aws, review, call, late
    ):
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            claim(review)
        assert ("claimed_by" in aws.review(review)) == bool(events(review))
        assert claim(review).held is True
        assert told(review) == [("claim", "Bob")]

    def test_the_next_rung_is_nobodys(self, aws, opened):
        claim(opened["review_id"], now=after(minutes=14))
        close(opened, after(minutes=15))
        assert keep(opened["review_id"], now=after(minutes=15)).held is False
        assert claim(opened["review_id"], "ada", after(minutes=15)).kind == "claim"


class TestKeeping:
    def test_a_page_that_stays_open_keeps_its_claim_in_one_write(self, aws, review):
        claim(review)
        aws.wire.forget()
        kept = keep(review, now=after(minutes=4))
        assert (kept.held, kept.kind) == (True, "keep")
        assert kept.row["claimed_until"] == int(after(minutes=4).timestamp()) + LEASE
        assert kept.row == aws.review(review)
        assert [call.operation for call in aws.wire.calls][:1] == ["UpdateItem"]
        assert told(review) == [("claim", "Bob")]

    def test_a_claim_that_ran_out_is_kept_where_nobody_else_came(self, aws, review):
        claim(review)
        assert keep(review, now=after(minutes=9)).held is True
        claim(review, "ada", after(minutes=12))
        assert keep(review, now=after(minutes=12)).held is False

    def test_nobody_keeps_what_they_never_claimed(self, aws, review):
        kept = keep(review)
        assert (kept.held, kept.kind) == (False, None)
        claim(review)
        assert keep(review, ADA).row["claimed_by"] == "bob"

    @pytest.mark.parametrize("now", [after(minutes=15), after(minutes=99)])
    def test_nobody_keeps_what_is_over(self, aws, review, now):
        claim(review)
        assert keep(review, now=now).held is False

    def test_nobody_keeps_what_is_decided(self, aws, review):
        claim(review)
        decide(review)
        assert keep(review).held is False

    def test_a_refusal_for_another_reason_is_no_answer(self, aws, review):
        aws.wire.fails("UpdateItem", "ValidationException")
        with pytest.raises(Exception, match="ValidationException"):
            keep(review)


class TestReleasing:
    def test_whoever_has_it_gives_it_up(self, aws, review):
        claim(review)
        released = release(review)
        assert (released.held, released.kind) == (False, "release")
        assert not [name for name in released.row if name.startswith("claimed")]
        assert told(review) == [("claim", "Bob"), ("release", "Bob")]
        assert claim(review, "ada").kind == "claim"

    def test_nobody_else_does(self, aws, review):
        claim(review)
        assert release(review, ADA).kind is None
        assert aws.review(review)["claimed_by"] == "bob"

    def test_releasing_again_changes_nothing(self, aws, review):
        claim(review)
        release(review)
        assert release(review).kind is None
        assert len(events(review)) == 2

    @pytest.mark.parametrize("late", [False, True])
    def test_a_worker_killed_at_its_write_leaves_both_or_neither(self, aws, review, late):
        claim(review)
        with aws.wire.killed_at(1, after=late), pytest.raises(KilledError):
            release(review)
        assert ("claimed_by" in aws.review(review)) == (len(events(review)) == 1)

    def test_a_full_record_leaves_the_claim_to_its_lease(self, aws, review):
        claim(review)
        row = aws.row("reviews", review_id=f"record#{review}")
        aws.put("reviews", row | {"size": MOST})
        with pytest.raises(RecordFullError):
            release(review)
        assert aws.review(review)["claimed_by"] == "bob"


SHARED = HealthCheck.function_scoped_fixture  # each example begins with an empty table
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["claim", "force", "keep", "release"]),
        st.sampled_from([ADA, BOB]),
        st.integers(0, LEASE + 30),
    ),
    max_size=12,
)


class TestWhateverPeopleDo:
    @trials(max_examples=30, deadline=None, suppress_health_check=[SHARED])
    @given(acts=ACTS)
    def test_nobody_loses_a_live_claim_but_to_a_lead(self, aws, review, acts):
        row, seconds, holder, until = aws.review(review), 0, None, 0
        free = {name: row[name] for name in row if not name.startswith("claimed")}
        aws.wipe()
        aws.put("reviews", free | {"deadline": int(NOW.timestamp()) + 10**6})
        for act, who, pause in acts:
            seconds += pause
            now = after(seconds=seconds)
            live = holder and until > int(now.timestamp())
            if act in ("claim", "force"):
                done = claim(review, who.account, now, force=act == "force")
                assert done.held is (act == "force" or not live or holder == who.account)
            else:
                done = {"keep": keep, "release": release}[act](review, who, now)
                assert done.held is (act == "keep" and holder == who.account)
            row = aws.review(review)
            assert done.row == row
            holder, until = row.get("claimed_by"), row.get("claimed_until", 0)
