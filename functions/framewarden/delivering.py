"""Deliver notices, chat events and callbacks: kept first, sent then, forgotten when sent.

A sweep resends. What will never be taken, or was tried for two days, is given up and left to be
seen; only an answer to a waiting execution is tried for as long as anybody may wait for it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from framewarden.aws import messages
from framewarden.aws.dynamo import Row
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.domain import chat_events
from framewarden.domain.errors import ChannelNotFoundError, PermanentError
from framewarden.domain.times import iso
from framewarden.observability import count, logger

Document = dict[str, Any]
VIEWERS, MODERATORS = "viewers", "moderators"
# The sweep leaves a fresh row to the worker that wrote it and is sending it just now.
GRACE = 30
# Doubling from a minute, never more than an hour apart.
FIRST_PAUSE, LONGEST_PAUSE = 60, 3600
# Two days of pauses: whoever was to be told then has heard of it otherwise, or from the alarm.
MOST_ATTEMPTS = 48
# How long a row that was given up is left to be seen; the table's TTL takes it away.
GIVEN_UP_LIFE = timedelta(days=14)


class Keepers(Protocol):
    """Settings of a function that keeps messages until they are delivered."""

    @property
    def outbox_table(self) -> str: ...


class Callbacks(Keepers, Protocol):
    """Settings of a function that answers waiting executions."""

    @property
    def reviews_table(self) -> str: ...


class Notices(Keepers, Protocol):
    """Settings of a function that tells owners."""

    @property
    def notice_topic_arn(self) -> str: ...


def callback(review_id: str, rung: int, output: Document, now: datetime) -> Row:
    """Word the row of an answer; the token is read from the review when it is sent."""
    row = _row(f"callback#{review_id}#{rung}", "callback", now)
    return row | {"review_id": review_id, "rung": rung, "output": output}


def notice(name: str, subject: str, text: str, now: datetime) -> Row:
    """Word the row of a notice, whose name begins with what it is about: `stop#…`."""
    return _row(f"notice#{name}", "notice", now) | {"subject": subject, "text": text}


def review_call(review: Row, rung: int, now: datetime, grace: int = GRACE) -> Row:
    """Word the row of a call for a decision: text and link are made when it is sent (`calling`).

    One for each rung and severity: people are told again when a review is raised.
    """
    name = f"notice#review#{review['review_id']}#{rung}#{review['severity']}"
    return _row(name, "review", now, grace) | {"review_id": review["review_id"]}


def review_reminder(review_id: str, now: datetime) -> Row:
    """Word the row of a reminder, which tells people again; no call has its id."""
    facts = {"review_id": review_id, "reminds": True}
    return _row(f"notice#review#{review_id}#reminder", "review", now) | facts


def viewers_event(
    name: str, channel_arn: str, rooms: Document | None, code: str, now: datetime
) -> Row:
    """Word the row of a code for a channel's viewers; its room is found when it is sent."""
    facts = {"audience": VIEWERS, "channel_arn": channel_arn, "rooms": rooms, "code": code}
    return _row(f"chat#{VIEWERS}#{name}", "chat", now) | facts


def moderators_event(review: Row, now: datetime, grace: int = GRACE) -> Row:
    """Word the row of the event of an open review; what it says is read when it is sent."""
    facts = {"audience": MODERATORS, "review_id": review["review_id"]}
    name = f"chat#review#{review['review_id']}#{review['severity']}"
    return _row(name, "chat", now, grace) | facts


def _row(row_id: str, kind: str, now: datetime, grace: int = GRACE) -> Row:
    return {"id": row_id, "kind": kind, "due": int(now.timestamp()) + grace, "attempts": 0}


def send_callback(row: Row, own: Callbacks, now: datetime) -> bool:
    """Answer the waiting execution for the first time; what fails stays in the outbox."""
    return attempt(row, own, now, lambda: _answer(row, own, iso(now)))


def publish_kept(row: Row, own: Notices, now: datetime) -> bool:
    """Publish a notice, or send viewers their event, that is in the outbox already."""
    return attempt(row, own, now, lambda: _tell(row, own))


def resend(row: Row, own: Any, now: datetime) -> bool:
    """Send a callback, a notice or viewers' event of the outbox again."""
    send: Callable[[Row, Any], bool] = _answer if row["kind"] == "callback" else _tell
    return attempt(row, own, now, lambda: send(row, own))


def _answer(row: Row, own: Callbacks, first_at: str | None = None) -> bool:
    """Answer the wait that a callback is for, if it still waits.

    Only a first try tells that nobody does: a later one may meet the answer of an earlier.
    """
    reviews = Reviews(own.reviews_table)
    review = reviews.get(row["review_id"]) or {}
    token = review.get("task_token")
    if review and not token:
        return False  # decided before the wait began: it begins within moments
    # The token of a later rung's wait is not for the answer of an earlier one.
    late = review.get("waiting_rung", 0) > row["rung"]
    if late or not token or not messages.succeed(token, row["output"]):
        logger.info("nobody waits", extra={"review_id": row["review_id"]})
        if first_at:
            reviews.nobody_waited(row["review_id"], first_at)
    return True


def _tell(row: Row, own: Notices) -> bool:
    if row["kind"] == "chat":
        attributes = chat_events.viewers_attributes(row["code"])
        send_to_room(VIEWERS, row["rooms"], row["channel_arn"], attributes)
    else:
        about = {"call": row["id"].split("#")[1]}  # stop or reinstate
        messages.publish(own.notice_topic_arn, row["subject"], row["text"], about)
    return True


def send_to_room(
    audience: str, rooms: Document | None, channel_arn: str | None, attributes: dict[str, str]
) -> None:
    """Send an event to a channel's room; where nobody gave it one, nobody is to be told.

    Raises
    ------
    RoomNotFoundError, MessageRefusedError, StopDeniedError
        It will never be taken, or we may not look for the room.
    StoreThrottledError, VideoServiceThrottledError
        Try again.
    """
    # Loaded with the first event: most functions that keep rows never send one.
    from framewarden.aws import chat

    room = _room(audience, rooms, channel_arn)
    if room:
        chat.send_event(room, chat_events.event_name(attributes["code"]), attributes)


def _room(audience: str, rooms: Document | None, channel_arn: str | None) -> str | None:
    """Return the policy's room, else the one that the channel's tags name."""
    from framewarden.aws import video

    named = (rooms or {}).get(audience)
    if named or not channel_arn:
        return named
    try:
        tags: dict[str, str] = video.service(channel_arn).tags(channel_arn)
    except ChannelNotFoundError:
        return None  # its tags are gone with it
    return tags.get(f"framewarden-{audience}-room")


def attempt(row: Row, own: Keepers, now: datetime, send: Callable[[], bool]) -> bool:
    """Send a row that is kept; whatever fails here, the sweep finds the row and tries again."""
    outbox = Outbox(own.outbox_table)
    why, for_good = "nobody waits yet", False
    try:
        if send():
            outbox.delivered(row["id"], row["due"])
            return True
    except Exception as failure:  # a row that cannot be sent holds up no other
        why, for_good = type(failure).__name__, isinstance(failure, PermanentError)
        logger.warning("not delivered", extra={"row": row["id"], "error": why})
    try:
        if row["kind"] != "callback" and (for_good or row.get("attempts", 0) >= MOST_ATTEMPTS):
            _give_up(outbox, row, why, now)
        else:
            outbox.postpone(row, _next_try(row, now), why)
    except Exception as failure:  # the row stays due
        logger.warning("not postponed", extra={"row": row["id"], "error": type(failure).__name__})
    return False


def _next_try(row: Row, now: datetime) -> int:
    doubled: int = FIRST_PAUSE * 2 ** min(row.get("attempts", 0), 10)
    return int(now.timestamp()) + min(doubled, LONGEST_PAUSE)


def _give_up(outbox: Outbox, row: Row, why: str, now: datetime) -> None:
    expires_at = int((now + GIVEN_UP_LIFE).timestamp())
    if outbox.give_up(row, iso(now), why, expires_at):
        count("NoticeGivenUp")
        logger.error("given up", extra={"row": row["id"], "error": why})
