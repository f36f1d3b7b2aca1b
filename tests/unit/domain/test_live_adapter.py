import pytest

from framewarden.domain.live_adapter import ANSWERING, BASE, EXPIRING, SILENT, UNSEEN, entry
from framewarden.domain.troubles import of_adapter

LIVE = {"name": "v2", "arn": "arn-2"}
SEEN = {"arn": "arn-2", "checked_at": "2026-11-22T08:00:00.000Z"}


@pytest.mark.parametrize(
    ("live", "seen", "state", "says"),
    [
        (None, None, BASE, "no adapter is live: the base model judges"),
        (LIVE, None, UNSEEN, "the adapter v2 is live, and nobody has asked yet how it stands"),
        (
            LIVE,
            {"arn": "arn-1", "status": "EXPIRED"},
            UNSEEN,
            "the adapter v2 is live, and nobody has asked yet how it stands",
        ),
        (LIVE, SEEN | {"status": "TRAINING_COMPLETED"}, ANSWERING, "the adapter v2 is live"),
        (
            LIVE,
            SEEN | {"status": "DEPRECATED", "expires_from": "2027-01-21T08:00:00.000Z"},
            EXPIRING,
            "the adapter v2 is deprecated, and may expire from 2027-01-21 on",
        ),
        (
            LIVE,
            SEEN | {"status": "DEPRECATED"},
            EXPIRING,
            "the adapter v2 is deprecated, and may expire",
        ),
        (
            LIVE,
            SEEN | {"status": "EXPIRED"},
            SILENT,
            "the adapter v2 does not answer (EXPIRED): the base model judges in its place",
        ),
        (
            LIVE,
            SEEN | {"status": "GONE"},
            SILENT,
            "the adapter v2 does not answer (GONE): the base model judges in its place",
        ),
    ],
)
def test_how_the_live_adapter_stands_is_said(live, seen, state, says):
    found = entry(live, seen)
    assert (found["state"], found["says"]) == (state, says)
    assert [str(one) for one in of_adapter(found)] == (
        [f"{says}. Promote another one, or roll back."] if state == SILENT else []
    )


def test_an_entry_says_since_when_it_is_known():
    found = entry(LIVE, SEEN | {"status": "TRAINING_COMPLETED"})
    assert (found["name"], found["arn"], found["status"]) == ("v2", "arn-2", "TRAINING_COMPLETED")
    assert (found["checked_at"], found["expires_from"]) == (SEEN["checked_at"], None)
    assert entry(None, SEEN)["name"] is None
    assert of_adapter(None) == []
