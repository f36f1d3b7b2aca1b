import pytest

from framewarden import noting, settings
from framewarden.aws.case_records import MOST_OF_LINKS, RecordFullError
from tests.unit.waits import after, events
from tests.unit.wire import KilledError

WHO = {"by": "Ada", "account": "ada", "via": "desk"}


def note(review_id, text, **who):
    own = settings.ReviewPage.read()
    noting.note(review_id, note=text, **WHO | who, now=after(minutes=3), own=own)


def reveal(review_id, **who):
    noting.reveal(review_id, **WHO | who, now=after(minutes=4), own=settings.ReviewPage.read())


def test_notes_and_looks_are_kept_in_order(aws):
    note("r1", "a <b>bunny</b> \N{RABBIT FACE}")
    reveal("r1", by="Bob", account=None, via="link")
    assert events("r1") == [
        {
            "at": "2026-11-22T08:08:32.000Z",
            "kind": "note",
            "by": "Ada",
            "account": "ada",
            "via": "desk",
            "note": "a <b>bunny</b> \N{RABBIT FACE}",
        },
        {
            "at": "2026-11-22T08:09:32.000Z",
            "kind": "reveal",
            "by": "Bob",
            "account": None,
            "via": "link",
        },
    ]
    assert events("r2") == []


def test_what_cannot_be_recorded_is_refused(aws):
    aws.put("reviews", {"review_id": "record#r1", "events": [], "size": MOST_OF_LINKS})
    with pytest.raises(RecordFullError):
        reveal("r1", account=None, via="link")
    reveal("r1")
    assert [event["by"] for event in events("r1")] == ["Ada"]


@pytest.mark.parametrize("act", [lambda: note("r1", "x"), lambda: reveal("r1")])
def test_each_is_one_write(aws, act):
    act()
    assert [call.operation for call in aws.wire.calls] == ["TransactWriteItems"]
    with aws.wire.killed_at(1, after=False), pytest.raises(KilledError):
        act()
    assert len(events("r1")) == 1
