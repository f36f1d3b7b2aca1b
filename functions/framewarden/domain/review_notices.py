"""Word the call for a decision, for somebody who was asleep: what is asked, and until when."""

from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, Final, Literal

from framewarden.domain.batch_lists import FlaggedList, of_review
from framewarden.domain.cases import is_claimed
from framewarden.domain.failures import stop_failure_words
from framewarden.domain.plain_text import one_line, paragraph, table
from framewarden.domain.times import parse

Document = dict[str, Any]
Call = Literal["ask", "reminder", "escalation"]

URGENCY: Final[dict[Call, str]] = {
    "ask": "",
    "reminder": "REMINDER: ",
    "escalation": "ESCALATED: ",
}
LONGEST_SUBJECT: Final = 99  # SNS takes fewer than 100 characters
# What the machine does when nobody decided; a still has no stream to stop.
STREAM: Final = {
    "allow": "the stream goes on, and its frames count as not looked at",
    "block": "the stream goes on, and its frames count as blocked, unseen",
    "stop": "the stream is stopped",
    "uphold": "the stop stands",
}
STILL: Final = {
    "allow": "the image is let through, and counts as not looked at",
    "block": "the image is blocked",
}
LIST: Final = {
    "allow": "the images that nobody decided are let through, and count as not looked at",
    "block": "the images that nobody decided are blocked",
}
UNITS: Final = (("hours", 3_600, 1), ("minutes", 60, None), ("seconds", 1, None))


def review_notice(
    review: Document, call: Call, link: str, sign_in: str, now: datetime
) -> tuple[str, str]:
    """Return subject and text of a call for a decision, as it is worded `now`."""
    deadline = _at(review["deadline"])
    until = f"{_clock(deadline, now)} ({_left(deadline, now)})"
    said = (
        f"{URGENCY[call]}{_question(review)} Decide by {until}.",
        _asked_before(review, call, now),
        _circumstance(review),
    )
    lines = [line for text in said for line in paragraph(text)]
    lines += ["", *table(_facts(review, deadline)), "", "Look and decide:", link, ""]
    lines += [line for text in _otherwise(review, now) for line in paragraph(text)]
    lines += ["", "Opening the link decides nothing; what you press on its page does."]
    or_else = "To decide image by image, sign in" if of_review(review) else "Or sign in"
    return _subject(review, call, deadline), "\n".join((*lines, f"{or_else}: {sign_in}"))


def _subject(review: Document, call: Call, deadline: datetime) -> str:
    """Say how grave, what, where and until when; what must be cut is the name of the finding."""
    before = f"{URGENCY[call]}{review['severity']}: "
    listed = of_review(review)
    after = f" on {listed.words if listed else review['channel']}, by {deadline:%H:%M} UTC"
    what, room = _strongest(review), max(LONGEST_SUBJECT - len(before) - len(after), 10)
    if len(what) > room:
        what = f"{what[: room - 3]}..."
    return one_line(f"{before}{what}{after}")[:LONGEST_SUBJECT]


def _question(review: Document) -> str:
    listed = of_review(review)
    if listed and listed.images != 1:
        return f"May these {listed.images:,} images stay?"
    if review.get("asks") == "confirm":
        return "Does the stop of this stream stand?"
    if review.get("stop_failed") or review.get("breaker_open"):
        return "Shall this stream be stopped?"
    return "May this stream go on?" if review.get("channel_arn") else "May this image stay?"


def _asked_before(review: Document, call: Call, now: datetime) -> str:
    """Say who was asked already, and when; a first call has nothing to say here."""
    if call == "ask":
        return ""
    # A row of an earlier version does not hold when each rung was asked.
    times = [_clock(parse(at), now) for at in review.get("rung_times") or [review["opened_at"]]]
    asked = f"people were asked at {times[0]}"
    if call == "reminder":
        busy = f", and {review['claimed_name']} is looking now" if is_claimed(review, now) else ""
        return f"Nobody has decided yet; {asked}{busy}."
    if review.get("reminded_at"):
        asked += f" and reminded at {_clock(parse(review['reminded_at']), now)}"
    asked += "".join(f", and a lead at {at}" for at in times[1 : review["rung"]])
    by = review.get("escalated_by")
    why = f"{by} passed it on to a lead" if by else "Nobody decided, so a lead is asked"
    return f"{why}; {asked}."


def _circumstance(review: Document) -> str:
    if review.get("stop_failed"):
        _, still = stop_failure_words(review.get("stop_error"))
        return f"Its stop failed; {still}."
    if review.get("breaker_open"):
        return "It is still on air: more were to be stopped than the policy allows by itself."
    if not review.get("labels"):
        why = f" ({review['reason']})" if review.get("reason") else ""
        return f"No machine could judge it{why}: it may be anything."
    return ""


def _facts(review: Document, deadline: datetime) -> dict[str, str | None]:
    seen, frames = f"{parse(review['opened_at']):%Y-%m-%d %H:%M:%S} UTC", review.get("frames", 1)
    if frames > 1:
        seen += f", {frames} frames, the last at {parse(review['last_seen_at']):%H:%M:%S}"
    happened, _ = stop_failure_words(review.get("stop_error"))
    listed = of_review(review)
    return {
        "What": _strongest(review),
        "Stop": f"failed: {happened}" if review.get("stop_failed") else None,
        "Severity": review["severity"],
        **(_where(review, seen) if listed is None else _which(listed, review, seen)),
        "Decide by": f"{deadline:%Y-%m-%d %H:%M:%S} UTC",
        "Review": review["review_id"],
    }


def _where(review: Document, seen: str) -> dict[str, str | None]:
    where = review.get("channel_arn") or review["channel"]
    return {"Where": where, "Frame": review["frame"]["key"], "Seen": seen}


def _which(listed: FlaggedList, review: Document, seen: str) -> dict[str, str | None]:
    """Say which images a list has; the strongest of them is what was found."""
    return {
        "Images": f"{listed.images:,}, of which this is the surest",
        "Rule": one_line(listed.rule),
        "Batch": listed.batch_id,
        "List": review["frame"]["key"],
        "Asked": seen,
    }


def _otherwise(review: Document, now: datetime) -> list[str]:
    """Say what happens if nobody decides, rung by rung."""
    further = review["ladder"][review["rung"] + 1 :]
    moments = [_at(at) for at in accumulate([review["deadline"], *further])]
    acts = [*("a lead is asked" for _ in further), _default(review)]
    return [
        f"If nobody decides by {_clock(moment, now)}: {act}."
        for moment, act in zip(moments, acts, strict=True)
    ]


def _default(review: Document) -> str:
    default: str = review["default"]
    if default == "stop" and review.get("stop_failed"):
        return "another stop is tried"
    words = STREAM if review.get("channel_arn") else LIST if of_review(review) else STILL
    return words.get(default, default)


def _strongest(review: Document) -> str:
    labels = review.get("labels") or []
    if not labels:
        return str(review.get("category") or "not analysed")
    best = max(labels, key=lambda label: label["confidence"])
    return f"{best['name']} {best['confidence']:.1f} %"


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def _clock(moment: datetime, now: datetime) -> str:
    """Write the minute that a moment is in, and the day unless it is today."""
    moment, today = moment.astimezone(UTC), now.astimezone(UTC).date()
    day = "" if moment.date() == today else f" on {moment:%Y-%m-%d}"
    return f"{moment:%H:%M} UTC{day}"


def _left(moment: datetime, now: datetime) -> str:
    seconds = (moment - now).total_seconds()
    for unit, size, decimals in UNITS:
        if seconds >= 2 * size:
            return f"in {round(seconds / size, decimals):g} {unit}"
    return "about now"
