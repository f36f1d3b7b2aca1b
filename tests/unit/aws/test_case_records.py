"""The record of a case: it only grows, in order, and to a bound."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st

from framewarden.aws.case_records import MOST, MOST_OF_LINKS, CaseRecords, RecordFullError
from framewarden.aws.dynamo import transact, typed
from framewarden.aws.reviews import Reviews
from framewarden.domain.cases import event
from framewarden.domain.errors import StoreThrottledError

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
RECORDS = CaseRecords("reviews")


def told(note="", via="desk", by="Ada"):
    return event("note", by, "ada", via, NOW, note=note)


def kept(aws):
    return aws.row("reviews", review_id="record#r1")


def test_events_stand_in_the_order_in_which_they_came(aws):
    for number in range(3):
        RECORDS.append("r1", told(str(number)))
    assert [one["note"] for one in RECORDS.events("r1")] == ["0", "1", "2"]
    assert RECORDS.events("r2") == []


def test_a_record_lives_as_long_as_a_review(aws):
    RECORDS.append("r1", told())
    assert kept(aws)["expires_at"] - int(NOW.timestamp()) == 3_680 * 86_400


def test_a_record_is_no_review_and_stands_in_no_index(aws):
    RECORDS.append("r1", told())
    assert Reviews("reviews").get("record#r1") is None
    assert not {"open", "place", "channel"} & set(kept(aws))


def test_it_takes_so_many_bytes_and_not_one_more(aws):
    size = len(json.dumps(told("x")))
    RECORDS.append("r1", told("x"))
    assert kept(aws)["size"] == size
    aws.put("reviews", kept(aws) | {"size": MOST - size + 1})
    with pytest.raises(RecordFullError):
        RECORDS.append("r1", told("x"))
    RECORDS.append("r1", told())
    assert (kept(aws)["size"], len(RECORDS.events("r1"))) == (MOST, 2)
    with pytest.raises(RecordFullError):
        RECORDS.append("r1", told())


@pytest.mark.parametrize(("via", "most"), [("desk", MOST), ("link", MOST_OF_LINKS)])
def test_what_no_record_has_room_for_is_refused_by_an_empty_one(aws, via, most):
    with pytest.raises(RecordFullError):
        RECORDS.append("r1", told("x" * most, via))
    assert kept(aws) is None


def test_whoever_holds_a_link_leaves_half_of_it_to_those_who_sign_in(aws):
    row = {"review_id": "record#r1", "events": [], "size": MOST_OF_LINKS - 50}
    aws.put("reviews", row)
    with pytest.raises(RecordFullError):
        RECORDS.append("r1", told(via="link"))
    RECORDS.append("r1", told(via="desk"))
    assert len(RECORDS.events("r1")) == 1


def test_what_happens_as_often_as_there_are_rungs_is_always_kept(aws):
    aws.put("reviews", {"review_id": "record#r1", "events": [], "size": MOST})
    note = "\N{RABBIT FACE}" * 2_000  # the longest that the form takes, in the longest characters
    assert not transact(RECORDS.addition("r1", told(note, via="link"), bounded=False))
    assert RECORDS.events("r1")[0]["note"] == note
    assert kept(aws)["size"] > MOST


def test_a_throttle_is_no_full_record(aws):
    aws.wire.fails("TransactWriteItems", "ThrottlingException")
    with pytest.raises(StoreThrottledError):
        RECORDS.append("r1", told())


def bytes_of(value):
    """Count what DynamoDB counts: text in UTF-8, and three bytes of every list and map."""
    [(kind, inner)] = value.items()
    if kind == "S":
        return len(inner.encode())
    if kind == "L":
        return 3 + sum(1 + bytes_of(part) for part in inner)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + bytes_of(part) for name, part in inner.items())
    return 1


@trials(max_examples=50, deadline=None)
@given(st.text(max_size=50), st.text(max_size=200))
def test_no_event_is_larger_in_the_table_than_it_is_counted(by, note):
    one = told(note, by=by)
    counted = len(json.dumps(one, ensure_ascii=False).encode())
    assert bytes_of(typed({"events": [one]})["events"]) <= counted
