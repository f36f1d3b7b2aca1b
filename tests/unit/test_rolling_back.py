"""What is live can be taken back at once, whatever has become of it, and a shadow ended."""

from datetime import timedelta

import pytest

from framewarden.domain import adapters
from framewarden.domain.errors import (
    AdapterRefusedError,
    StoreThrottledError,
)
from framewarden.domain.times import iso
from tests.unit.adapter_rows import adapter, arn_of, events, switch, told, turned
from tests.unit.switch_world import NOW, acts, named, promote, roll_back, shadow, stands


@pytest.fixture(autouse=True)
def rekognition(aws):
    told(aws)


class TestRollBack:
    def test_what_was_live_before_is_live_again_and_then_what_was_before_that(self, aws):
        for name in ("v1", "v2"):
            adapter(aws, name)
            promote(name)
        row = roll_back("grace", NOW + timedelta(hours=1), account="a-1")
        assert (named(row["live"]), row["by"]) == ("v1", "grace")
        assert row["since"] == iso(NOW + timedelta(hours=1))
        assert roll_back()["live"] is None
        assert stands(aws) == (None, [])
        assert acts(aws)[2:] == [("rollback", None, "v1"), ("rollback", "v1", "v2")]
        assert events(aws)[3]["account"] == "a-1"

    def test_from_the_base_model_there_is_no_way_back(self, aws):
        with pytest.raises(AdapterRefusedError, match="the base model is live"):
            roll_back()
        adapter(aws, "v1")
        promote()
        roll_back()
        with pytest.raises(AdapterRefusedError, match="the base model is live"):
            roll_back()

    def test_a_form_that_is_sent_twice_goes_back_once(self, aws):
        for name in ("v1", "v2"):
            adapter(aws, name)
            promote(name)
        for _ in range(2):
            assert named(roll_back(leaving="v2")["live"]) == "v1"
        assert len(acts(aws)) == 3
        assert roll_back(leaving="v1")["live"] is None
        assert roll_back(leaving="v1")["live"] is None, "and no refusal either"

    def test_to_the_base_model_at_once_and_nothing_newer_comes_back(self, aws):
        for name in ("v1", "v2"):
            adapter(aws, name)
            promote(name)
        assert roll_back(to_base=True)["live"] is None
        assert stands(aws) == (None, [])
        assert acts(aws)[-1] == ("rollback", None, "v2")

    @pytest.mark.parametrize("status", [adapters.EXPIRED, None])
    def test_one_that_answers_no_more_is_passed_over_and_named(self, aws, status):
        for name in ("v1", "v2", "v3"):
            adapter(aws, name)
            promote(name)
        told(aws, v2=status)
        assert named(roll_back()["live"]) == "v1"
        assert events(aws)[-1]["passed_over"] == ["v2"]
        assert stands(aws) == ("v1", [None])

    def test_where_none_answers_the_base_model_is_live(self, aws):
        for name in ("v1", "v2"):
            adapter(aws, name)
            promote(name)
        turned(aws, **{**switch(aws), "stack": [switch(aws)["stack"][1]]})
        told(aws, v1=adapters.EXPIRED)
        assert roll_back()["live"] is None
        assert events(aws)[-1]["passed_over"] == ["v1"]

    @pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
    def test_it_does_not_wait_for_rekognition(self, aws, code):
        for name in ("v1", "v2"):
            adapter(aws, name)
            promote(name)
        aws.wire.fails("DescribeProjectVersions", code)
        assert named(roll_back()["live"]) == "v1"

    def test_one_whose_row_is_gone_is_taken_at_its_word(self, aws):
        for name in ("v1", "v2"):
            adapter(aws, name)
            promote(name)
        key = {"kind": {"S": "adapter"}, "item": {"S": "v1"}}
        aws.client("dynamodb").delete_item(TableName="adapters", Key=key)
        assert named(roll_back()["live"]) == "v1"

    def test_the_shadow_goes_on_but_for_the_one_that_is_live_again(self, aws):
        for name in ("v1", "v2"):
            adapter(aws, name)
            promote(name)
        shadow("v1")
        assert roll_back()["shadow"] is None
        shadow("v2")
        assert named(roll_back()["shadow"]) == "v2"

    def test_a_store_that_fails_changes_nothing(self, aws):
        adapter(aws, "v1")
        promote()
        aws.wire.fails("TransactWriteItems", "InternalServerError", status=500)
        with pytest.raises(StoreThrottledError):
            roll_back()
        assert stands(aws) == ("v1", [None])


class TestShadow:
    @pytest.mark.parametrize("status", adapters.TRAINED)
    def test_what_was_trained_may_answer_beside_whatever_the_gate_said(self, aws, status):
        adapter(aws, "v1", status)
        row = shadow(share=12.5)
        assert row["shadow"] == {
            **{"name": "v1", "arn": arn_of("v1"), "share": 12.5, "since": iso(NOW), "by": "ada"}
        }
        kept = switch(aws)
        assert kept["shadow"] == row["shadow"]
        assert "live" not in kept
        [event] = events(aws)
        assert (event["act"], event["name"], event["was"], event["share"]) == (
            *("shadow", "v1"),
            *(None, 12.5),
        )

    def test_the_same_twice_is_one_and_another_share_is_another(self, aws):
        adapter(aws, "v1")
        for share in (10, 10, 20, 20):
            shadow(share=share)
        assert [event["share"] for event in events(aws)] == [10, 20]

    def test_it_ends_once(self, aws):
        adapter(aws, "v1")
        shadow()
        for _ in range(2):
            assert shadow(None, 0)["shadow"] is None
        assert acts(aws) == [("shadow", "v1", None), ("shadow", None, "v1")]

    @pytest.mark.parametrize("share", [0, -1, 100.5, True, "10", None, float("nan")])
    def test_a_share_that_is_none_is_refused(self, aws, share):
        adapter(aws, "v1")
        with pytest.raises(AdapterRefusedError, match="a share is a number above 0"):
            shadow(share=share)
        assert switch(aws) == {}

    def test_the_live_one_has_nothing_to_say_beside_itself(self, aws):
        adapter(aws, "v1")
        promote()
        with pytest.raises(AdapterRefusedError, match="v1 is live"):
            shadow()

    def test_one_that_is_not_trained_is_refused(self, aws):
        adapter(aws, "v1", adapters.TRAINING)
        with pytest.raises(AdapterRefusedError, match="is being trained"):
            shadow()
