"""What a list is called, and where it is recognised: in a review, an index, the ledger, a name."""

import pytest

from framewarden.domain.batch_lists import (
    FlaggedList,
    channel_of,
    of_frame,
    of_review,
    read_run,
)
from framewarden.domain.batches import execution_name, place, rule_file
from tests.unit.scenes import state

LIST = state("open_review/list")
BATCH = LIST["batch"]
ID = BATCH["batch_id"]
OURS = FlaggedList(ID, "explicit-stop", 214)


def test_a_whole_review_and_an_indexs_row_tell_of_the_same_list():
    assert of_review({"batch": BATCH, "channel": "batches"}) == OURS
    assert of_review({"channel": channel_of(BATCH)}) == OURS


@pytest.mark.parametrize("rule", ["a/b", "214/x", "ü\n%", "x" * 900])
def test_a_rules_name_may_be_any_text(rule):
    named = BATCH | {"rule": rule}
    assert of_review({"channel": channel_of(named)}) == FlaggedList(ID, rule, 214)
    row = {"source": "batch", "key": place(ID, rule_file(rule))}
    assert of_frame(row) == FlaggedList(ID, rule)


@pytest.mark.parametrize(
    "review",
    [
        {},
        {"channel": "uploads"},
        {"channel": "batches"},
        {"channel": channel_of(BATCH), "channel_arn": "arn:aws:ivs:us-east-1:1:channel/a"},
        {"channel": f"batches/{ID}/many/x"},
    ],
)
def test_other_reviews_are_of_no_list(review):
    assert of_review(review) is None


def test_only_the_ledger_says_that_a_row_is_a_list():
    assert of_frame(LIST["frame"]) == FlaggedList(ID, "explicit-stop")
    assert of_frame(LIST["frame"] | {"source": "upload"}) is None
    assert of_frame(LIST["frame"] | {"key": "batches/x.jsonl"}) is None
    assert of_frame({}) is None


def test_a_list_has_words():
    assert OURS.words == f"214 images of batch {ID[:8]}"
    assert FlaggedList(ID, "x", 1).words == f"1 image of batch {ID[:8]}"
    assert FlaggedList(ID, "x", 12_345).words == f"12,345 images of batch {ID[:8]}"
    assert FlaggedList(ID, "x").words == f"a list of batch {ID[:8]}"


@pytest.mark.parametrize("attempt", [1, 2, 17])
def test_an_execution_names_its_batch_and_its_attempt(attempt):
    assert read_run(execution_name(ID, attempt)) == (ID, attempt)


@pytest.mark.parametrize("name", ["", "by-hand", f"{ID}-1", f"{ID}-", f"{ID}x", ID * 2])
def test_other_executions_are_of_no_batch(name):
    assert read_run(name) is None
