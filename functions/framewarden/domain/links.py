"""Sign what a person holds: links of reviews and channels, the nonce of a form, and a session.

A link is a bearer: whoever holds it may look, and may do what the stack lets links do. A nonce
proves that a form came from a page which we showed a moment ago, so that opening a link decides
nothing. All are stateless, and a mark of one kind never passes as another.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from framewarden.domain.errors import LinkInvalidError

NONCE_LIFE = timedelta(minutes=15)
# Two workers' clocks differ a little: a nonce may be this much younger than now.
SKEW = timedelta(minutes=1)
# A blank or guessable key would sign anything for anybody.
SHORTEST_KEY = 16
# Epoch seconds up to the year 33658; a longer number is no moment.
LONGEST_MOMENT = 12

Purpose = Literal["link", "channel", "nonce", "session"]
# A link shows what was decided for a day after the deadline that it was made for.
VIEW_ONLY = timedelta(days=1)


class LinkExpiredError(LinkInvalidError):
    """We signed it, and its time is over; every other failure is a `LinkInvalidError` as such."""


def sign_link(key: str, review_id: str, exp: int) -> str:
    """Return the signature of a review's link that ends at `exp` (epoch seconds)."""
    return _mark(key, "link", review_id, exp)


def verify_link(
    keys: Sequence[str], review_id: str, exp: int | str, sig: str, now: datetime
) -> int:
    """Return the moment (epoch seconds) at which a link ends.

    Raises
    ------
    LinkExpiredError
        We signed it, and `now` is at or after `exp`.
    LinkInvalidError
        It was not signed with any of the keys for this review and this moment.
    """
    moment = _moment(str(exp))
    if moment is None or not _signed(keys, sig, "link", review_id, moment):
        raise LinkInvalidError("the link was not signed by us, or not for this review")
    return _unexpired(moment, now)


def sign_channel(key: str, channel_arn: str, exp: int) -> str:
    """Return the signature of a channel's link that ends at `exp` (epoch seconds)."""
    return _mark(key, "channel", channel_arn, exp)


def verify_channel(
    keys: Sequence[str], channel_arn: str, exp: int | str, sig: str, now: datetime
) -> int:
    """Return the moment (epoch seconds) at which a channel's link ends.

    Raises
    ------
    LinkExpiredError
        We signed it, and `now` is at or after `exp`.
    LinkInvalidError
        It was not signed with any of the keys for this channel and this moment.
    """
    moment = _moment(str(exp))
    if moment is None or not _signed(keys, sig, "channel", channel_arn, moment):
        raise LinkInvalidError("the link was not signed by us, or not for this channel")
    return _unexpired(moment, now)


def make_nonce(key: str, subject: str, now: datetime) -> str:
    """Return the nonce of a form that is shown now: of a review's id, or of a channel's ARN."""
    issued = int(now.timestamp())
    return f"{issued}.{_mark(key, 'nonce', subject, issued)}"


def verify_nonce(keys: Sequence[str], subject: str, nonce: str, now: datetime) -> None:
    """Accept a form's nonce.

    Raises
    ------
    LinkExpiredError
        The form was ours and is older than 15 minutes.
    LinkInvalidError
        The form was not ours, or belongs to another review or channel.
    """
    stamp, _, mark = nonce.partition(".")
    issued = _moment(stamp)
    if issued is None or not _signed(keys, mark, "nonce", subject, issued):
        raise LinkInvalidError("the form was not made by us for this page")
    age = now.timestamp() - issued
    if not -SKEW.total_seconds() <= age < NONCE_LIFE.total_seconds():
        raise LinkExpiredError("the form is too old")


def sign_session(key: str, payload: str) -> str:
    """Return the signature of a signed-in person's session, whatever text describes it."""
    return _mark(key, "session", payload)


def verify_session(keys: Sequence[str], payload: str, sig: str) -> None:
    """Accept a session that we signed; when it ends stands in it.

    Raises
    ------
    LinkInvalidError
        It was not signed with any of the keys.
    """
    if not _signed(keys, sig, "session", payload):
        raise LinkInvalidError("the session was not signed by us")


def _moment(text: str) -> int | None:
    """Read epoch seconds in their one spelling, so that a link has one spelling too."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_MOMENT):
        return None
    return int(text) if str(int(text)) == text else None


def _unexpired(moment: int, now: datetime) -> int:
    if now.timestamp() >= moment:
        raise LinkExpiredError("the link has expired")
    return moment


def _signed(keys: Sequence[str], mark: str, purpose: Purpose, *fields: str | int) -> bool:
    given = mark.encode("utf-8", "replace")
    # Every key is tried, whichever fits: the time taken says nothing about the keys.
    matches = [
        hmac.compare_digest(_mark(key, purpose, *fields).encode("ascii"), given) for key in keys
    ]
    return any(matches)


def _mark(key: str, purpose: Purpose, *fields: str | int) -> str:
    """Return the base64url HMAC-SHA256 of one unambiguous message; JSON keeps the fields apart."""
    secret = key.encode()
    if len(secret) < SHORTEST_KEY:
        raise ValueError(f"the key for links has fewer than {SHORTEST_KEY} bytes")
    message = json.dumps(["framewarden", purpose, 1, *fields], separators=(",", ":"))
    digest = hmac.digest(secret, message.encode("ascii"), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
