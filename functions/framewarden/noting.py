"""Record what people do about a review besides deciding it: notes, and looks at its picture.

Each is one write. What cannot be recorded is not done: a picture is shown once that is recorded, so
a worker that dies between the two leaves a line too many, and never a look that nobody knows of.
"""

from datetime import datetime

from framewarden import settings
from framewarden.aws.case_records import CaseRecords
from framewarden.domain import cases


def note(
    review_id: str,
    *,
    by: str,
    account: str | None,
    via: str,
    note: str,
    now: datetime,
    own: settings.ReviewPage,
) -> None:
    """Keep a note.

    Raises
    ------
    RecordFullError
        The record has no room for it.
    """
    told = cases.event("note", by, account, via, now, note=note)
    CaseRecords(own.reviews_table).append(review_id, told)


def reveal(
    review_id: str,
    *,
    by: str,
    account: str | None,
    via: str,
    now: datetime,
    own: settings.ReviewPage,
) -> None:
    """Record that somebody is about to be shown the picture as it is.

    Raises
    ------
    RecordFullError
        The record has no room for it: they are not shown it.
    """
    CaseRecords(own.reviews_table).append(review_id, cases.event("reveal", by, account, via, now))
