"""Keep what people say of the labels of a live review: counted, and as an example to learn from."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from framewarden.aws.batch_images import counting
from framewarden.aws.dynamo import Row, put
from framewarden.domain.batch_lists import of_review
from framewarden.domain.incidents import UNCATEGORISED
from framewarden.domain.verification import LIVE, Marks, change

Labels = Mapping[str, Sequence[str]]
ITEM: Final = "example#"


def counted(row: Row, labels: Labels | None, table: str) -> list[Row]:
    """Return the write that counts what was said of the labels that the model found.

    Everybody's counters are one row. Of a click that met other writers in every round but the last,
    the decision is what matters: its labels are in the review's own row all the same.
    """
    if not is_said(labels):
        return []
    # Whoever passed it on may have judged them before: what counts is said last.
    counts = change(Marks.made(None, row.get("labels_judged")), Marks.made(None, labels))
    return [counting(table, LIVE, counts)] if counts else []


def is_said(labels: Labels | None) -> bool:
    """Tell whether anything was said of any label."""
    return bool(labels) and any((labels or {}).values())


def kept(labels: Labels | None, said: Row) -> Row:
    """Return what a review's row keeps of the labels that somebody judged.

    `said` is `by`, `account` and `at`, and the `frame_id` that they looked at: labels are of one
    picture, and a graver frame may have taken its place in the meantime.
    """
    return {"labels_judged": dict(labels or {}), "labels_said": said} if is_said(labels) else {}


def example(row: Row, decision: str, table: str) -> list[Row]:
    """Return the write of a review's example, as the row stands with a decision.

    Each decision writes it anew: of a review that was passed on, what the last person decided goes
    with the labels that the one before judged. A frame that no model has answered about tells
    nothing about the model, and the labels of a list are judged image by image.
    """
    marks, said = Marks.of(row), row.get("labels_said") or {}
    frame: Mapping[str, Any] = row["frame"]
    looked_at = "frame_id" in frame and said.get("frame_id") == frame["frame_id"]
    unanswered = (row.get("category") or UNCATEGORISED) == UNCATEGORISED
    if not marks.example or not looked_at or unanswered or of_review(row):
        return []
    written = {
        "batch": LIVE,
        "item": ITEM + str(row["review_id"]),
        "example": marks.example,
        **{name: said[name] for name in ("by", "account", "at")},
        **{name: frame[name] for name in ("bucket", "key", "version_id", "frame_id")},
        **{name: row.get(name) for name in ("channel", "channel_arn", "labels", "adapter")},
        "labels_judged": marks.judged,
        "decision": decision,
        "review_id": row["review_id"],
    }
    # As long as the review itself, whose page tells where it comes from.
    written |= {"expires_at": row["expires_at"]} if "expires_at" in row else {}
    return [put(table, written)]
