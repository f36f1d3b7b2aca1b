"""What is live changes by a person's act alone, once for each, and can always be taken back."""

import re
from datetime import timedelta

import pytest

from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.domain import adapters
from framewarden.domain.errors import (
    AdapterRefusedError,
    AnalyzerThrottledError,
)
from framewarden.domain.times import iso
from tests.unit import template_calls
from tests.unit.adapter_rows import adapter, arn_of, events, switch, told, turned
from tests.unit.switch_world import NOW, acts, named, promote, roll_back, shadow, stands
from tests.unit.wire import KilledError


@pytest.fixture(autouse=True)
def rekognition(aws):
    told(aws)


def meanwhile(aws, do):
    """Let somebody else be faster: do something between our reading and our writing."""
    aws.wire.before("TransactWriteItems", do)


class TestPromote:
    def test_what_passed_goes_live_and_who_did_it_is_kept(self, aws):
        adapter(aws, "v1")
        row = promote(account="a-1")
        kept = switch(aws)
        assert kept["live"] == row["live"] == {"name": "v1", "arn": arn_of("v1")}
        assert (row["since"], row["by"], row["rev"]) == (iso(NOW), "ada", 1)
        assert all(kept[name] == row[name] for name in ("stack", "since", "by", "rev"))
        [event] = events(aws)
        told = {"at": iso(NOW), "by": "ada", "account": "a-1", "act": "promote", "was": None}
        assert told.items() <= event.items()
        assert event["name"] == "v1"

    def test_every_call_is_allowed_on_the_page(self, aws):
        adapter(aws, "v1")
        aws.wire.forget()
        promote()
        assert template_calls.refused("AdapterPageFunction", aws.wire.calls[:-1]) == set()

    def test_the_same_twice_is_one(self, aws):
        adapter(aws, "v1")
        first = promote()
        aws.wire.forget()
        again = promote(by="grace", now=NOW + timedelta(minutes=1))
        assert again["rev"] == first["rev"] == 1
        assert (again["by"], len(events(aws))) == ("ada", 1)
        assert [call.operation for call in aws.wire.calls] == ["GetItem"]

    @pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("call", range(1, 5))
    def test_a_worker_killed_at_any_call_leaves_all_or_nothing(self, aws, call, late):
        adapter(aws, "v1")
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            promote()
        assert len(events(aws)) == bool(switch(aws))
        promote()
        assert (stands(aws), len(events(aws))) == (("v1", [None]), 1)

    def test_one_in_the_shadow_ends_that_and_another_ones_goes_on(self, aws):
        adapter(aws, "v1")
        adapter(aws, "v2")
        shadow("v2")
        promote("v1")
        assert named(switch(aws)["shadow"]) == "v2"
        promote("v2")
        assert switch(aws)["shadow"] is None

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            *((adapters.COLLECTING, "is being trained"), (adapters.TRAINING, "is being trained")),
            *((adapters.REFUSED, "refused by the gate"), (adapters.NOT_READY, "examples lack")),
            *((adapters.FAILED, "training failed"), (adapters.LATE, "ask for it again")),
        ],
    )
    def test_nothing_else_goes_live(self, aws, status, words):
        adapter(aws, "v1", status)
        with pytest.raises(AdapterRefusedError, match=words):
            promote()
        assert switch(aws) == {}

    def test_one_that_nobody_trained_is_refused(self, aws):
        with pytest.raises(AdapterRefusedError, match=r"no adapter v9: .*adapter show"):
            promote("v9")

    @pytest.mark.parametrize(
        ("arn", "words"),
        [
            (arn_of("v1", region="eu-west-1"), "is in eu-west-1.*cannot be copied"),
            (arn_of("v1", account="444455556666"), "belongs to the account 444455556666"),
            ("v1", "named by its ARN"),
        ],
    )
    def test_one_of_another_place_is_refused(self, aws, arn, words):
        adapter(aws, "v1", arn=arn)
        aws.wire.forget()
        with pytest.raises(AdapterRefusedError, match=words):
            promote()
        assert aws.wire.made("DescribeProjectVersions") == []
        assert switch(aws) == {}

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            *((None, "does not know"), (adapters.EXPIRED, "says EXPIRED")),
            *(("DELETING", "says DELETING"), ("TRAINING_FAILED", "says TRAINING_FAILED")),
        ],
    )
    def test_one_that_would_not_answer_is_refused(self, aws, status, words):
        adapter(aws, "v1")
        told(aws, v1=status)
        with pytest.raises(AdapterRefusedError, match=words):
            promote()
        assert switch(aws) == {}

    def test_one_that_is_deprecated_still_answers(self, aws):
        adapter(aws, "v1")
        told(aws, v1=adapters.DEPRECATED)
        assert named(promote()["live"]) == "v1"

    def test_where_rekognition_says_nothing_nothing_changes(self, aws):
        adapter(aws, "v1")
        aws.wire.fails("DescribeProjectVersions", "ThrottlingException")
        with pytest.raises(AnalyzerThrottledError):
            promote()
        assert switch(aws) == {}

    def test_no_more_are_remembered_than_a_frame_reads_for_nothing(self, aws):
        for number in range(12):
            adapter(aws, f"v{number}")
            promote(f"v{number}")
        assert stands(aws) == ("v11", [f"v{number}" for number in range(3, 11)])
        for number in reversed(range(3, 11)):
            assert named(roll_back()["live"]) == f"v{number}"
        assert roll_back()["live"] is None

    def test_a_refusal_is_one_sentence(self, aws):
        adapter(aws, "v1", adapters.REFUSED)
        with pytest.raises(AdapterRefusedError) as refusal:
            promote()
        assert not re.search(r"\.\s|\.$|\n", str(refusal.value))


class TestTwoAtOnce:
    def test_of_two_who_promote_different_ones_one_is_told_to_look_again(self, aws):
        adapter(aws, "v1")
        adapter(aws, "v2")
        meanwhile(aws, lambda: promote("v2", by="grace"))
        with pytest.raises(AdapterRefusedError, match="look again"):
            promote("v1")
        assert stands(aws) == ("v2", [None])
        assert acts(aws) == [("promote", "v2", None)]

    def test_two_who_promote_the_same_have_both_done_it(self, aws):
        adapter(aws, "v1")
        meanwhile(aws, lambda: promote(by="grace"))
        assert named(promote()["live"]) == "v1"
        assert [event["by"] for event in events(aws)] == ["grace"]

    def test_two_who_roll_back_go_back_once(self, aws):
        for name in ("v1", "v2"):
            adapter(aws, name)
            promote(name)
        meanwhile(aws, lambda: roll_back("grace"))
        assert named(roll_back()["live"]) == "v1"
        assert stands(aws) == ("v1", [None])
        assert acts(aws)[2:] == [("rollback", "v1", "v2")]

    def test_a_roll_back_is_not_held_up_by_what_is_none_of_its_business(self, aws):
        adapter(aws, "v1")
        adapter(aws, "v2")
        promote("v1")
        meanwhile(aws, lambda: shadow("v2", by="grace"))
        row = roll_back()
        assert (row["live"], named(row["shadow"]), row["rev"]) == (None, "v2", 3)

    def test_but_not_for_ever(self, aws):
        adapter(aws, "v1")
        adapter(aws, "v2")
        promote("v1")
        for share in range(1, 6):
            row = {"name": "v2", "arn": arn_of("v2"), "share": share}

            def change(row=row):
                read = AdapterSwitch("adapters").read()
                turned(aws, **{**read, "shadow": row, "rev": read["rev"] + 1})

            meanwhile(aws, change)
        with pytest.raises(AdapterRefusedError, match="look again"):
            roll_back()

    def test_two_who_want_the_same_shadow_have_both_got_it(self, aws):
        adapter(aws, "v1")
        meanwhile(aws, lambda: shadow(by="grace"))
        assert shadow()["shadow"]["by"] == "grace"
        meanwhile(aws, lambda: shadow(None, by="grace"))
        assert shadow(None)["shadow"] is None
        meanwhile(aws, lambda: shadow(share=20, by="grace"))
        with pytest.raises(AdapterRefusedError, match="look again"):
            shadow(share=10)
