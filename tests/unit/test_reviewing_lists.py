"""A list's review: one for each, kept with what its page needs, and ended as any other."""

import pytest

from framewarden import admission, settings
from framewarden.aws.frame_search import FrameSearch
from framewarden.aws.ledger import Ledger
from framewarden.domain.batch_lists import FlaggedList, of_review
from framewarden.domain.errors import FrameMalformedError
from tests.unit.scenes import HOME, state
from tests.unit.waits import NOW, after, decide, open_or_join

LIST = state("open_review/list")
ID = LIST["batch"]["batch_id"]


def another(rule):
    frame = LIST["frame"] | {"frame_id": rule.encode().hex().ljust(64, "0")}
    batch = LIST["batch"] | {"rule": rule}
    return LIST | {"frame": frame, "batch": batch, "execution": frame["frame_id"]}


def test_the_row_keeps_which_list_it_asks_about(aws, counted):
    slot = open_or_join(LIST)
    row = aws.review(slot["review_id"])
    assert row["batch"] == LIST["batch"]
    assert of_review(row) == FlaggedList(ID, "explicit-stop", 214)
    assert (row["source"], row["frames"], row["channel_arn"]) == ("batch", 1, None)
    assert row["frame"]["key"] == LIST["batch"]["list"]["key"]
    assert counted() == {"ReviewsOpened": 1}


def test_the_index_of_open_reviews_tells_enough_for_a_card(aws):
    from framewarden.aws.review_queue import ReviewQueue

    open_or_join(LIST)
    [row] = ReviewQueue("reviews").open_rows()
    assert "batch" not in row, "an index has room for twenty attributes, and has twenty"
    assert of_review(row) == FlaggedList(ID, "explicit-stop", 214)


def test_no_list_joins_another_and_none_is_asked_about_twice(aws):
    first = open_or_join(LIST)
    assert open_or_join(LIST, after(seconds=5)) == first
    others = [open_or_join(another(rule)) for rule in ("a", "b")]
    assert all(slot["opener"] for slot in others)
    assert len({slot["review_id"] for slot in (first, *others)}) == 3


def test_frames_and_stills_keep_no_batch(aws):
    row = aws.review(open_or_join(state("open_review/critical_upload"))["review_id"])
    assert "batch" not in row
    assert row["channel"] == "uploads"


def test_a_list_is_decided_once_as_any_review(aws):
    slot = open_or_join(LIST, NOW)
    assert decide(slot["review_id"], "block").first
    assert not decide(slot["review_id"], "allow").first
    assert aws.review(slot["review_id"])["decision"] == "block"


def test_intake_scans_no_list_again_whoever_asks(aws):
    frame = LIST["frame"]
    Ledger("frames").admit(frame, {"status": "started"}, NOW)
    unseen = {"status": "settled", "outcome": "unscreened", "reason": "review_expired"}
    Ledger("frames").settle(frame["frame_id"], 1, unseen)
    before = aws.frame(frame["frame_id"])
    wanted = {name: frame[name] for name in ("bucket", "key", "version_id", "etag", "size")}
    with pytest.raises(FrameMalformedError):
        admission.rescan(wanted | {"outcome": "unscreened"}, HOME, settings.Intake.read(), NOW)
    assert aws.frame(frame["frame_id"]) == before


def test_a_list_is_found_by_its_review_its_key_and_its_day(aws):
    slot = open_or_join(LIST)
    frames, identity = FrameSearch("frames"), LIST["frame"]["frame_id"]
    review = aws.review(slot["review_id"])
    for page in (frames.of_review(review, 10), frames.of_key(LIST["frame"]["key"], 10)):
        assert [row["frame_id"] for row in page.rows] == [identity]
