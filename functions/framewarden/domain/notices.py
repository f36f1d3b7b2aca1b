"""Word what owners are told: what, where, how sure, when, and the link; never the picture."""

from typing import Any

Document = dict[str, Any]


def review_notice(review: Document, link: str, deadline: str, rung: int) -> tuple[str, str]:
    """Return subject and text of the call for a decision."""
    urgency = "ESCALATED: " if rung else ""
    what = _strongest(review)
    subject = _line(f"{urgency}{review['severity']}: {what} on {review['channel']}")
    text = "\n".join(
        (
            f"{urgency}{_question(review)}",
            "",
            f"What       {what}",
            f"Severity   {review['severity']}",
            f"Where      {_where(review)}",
            f"Frame      {_line(review['frame']['key'])}",
            f"Seen       {review['opened_at']}",
            f"Decide by  {deadline}; after that: {review['default']}",
            f"Review     {review['review_id']}",
            "",
            "Look and decide (the link alone decides nothing):",
            link,
        )
    )
    return subject, text


def stop_notice(stop: Document, frame: Document, why: str) -> tuple[str, str]:
    """Return subject and text of the word that a stream was stopped."""
    subject = _line(f"stopped: {frame['channel']}")
    text = "\n".join(
        (
            "A live stream was stopped and verified offline.",
            "",
            f"Why       {_line(why)}",
            f"Channel   {stop['channel_arn']}",
            f"Session   {stop['stream_id']}",
            f"Frame     {_line(frame['key'])}",
            f"Accepted  {stop['accepted_at']}",
        )
    )
    return subject, text


def _question(review: Document) -> str:
    if review.get("stop_failed"):
        return "The stop failed and the stream may still be on air. A person is asked to decide."
    if review.get("asks") == "confirm":
        return "The stream was stopped. A person is asked whether that stands."
    return "A person is asked to decide."


def _strongest(review: Document) -> str:
    labels = review.get("labels") or []
    if not labels:
        return str(review.get("category") or "not analysed")
    best = max(labels, key=lambda label: label["confidence"])
    return f"{best['name']} {best['confidence']:.1f} %"


def _where(review: Document) -> str:
    return _line(review.get("channel_arn") or review["channel"])


def _line(text: str) -> str:
    """Keep a text on one line: an object's key may hold anything, and a subject must not break."""
    return "".join(char if char.isprintable() else " " for char in str(text))
