"""Check links, sessions and forms against our keys; keys rotated meanwhile are looked for once."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from framewarden.console.problems import Problem, RefusedError
from framewarden.domain import links
from framewarden.domain.errors import LinkInvalidError


class Keys(Protocol):
    """The keys that links are verified with."""

    def accepted(self) -> list[str]:
        """Return the keys as cached."""

    def refreshed(self) -> list[str] | None:
        """Return the keys as they are now; None where that was asked a moment ago."""


def link_key(keys: Keys, check: Callable[[list[str]], object], expired: Problem) -> str:
    """Return the key that signs now, where a link's check passes.

    Raises
    ------
    RefusedError
        We did not sign the link, or its time is over.
    """
    try:
        return _passing(keys, check)[0]
    except links.LinkExpiredError:
        raise RefusedError(expired) from None
    except LinkInvalidError:
        raise RefusedError(Problem.LINK_TAMPERED) from None


def session_key(keys: Keys, payload: str, sig: str) -> str:
    """Return the key that signs now, where we signed a session.

    Raises
    ------
    RefusedError
        We did not.
    """
    try:
        return _passing(keys, lambda known: links.verify_session(known, payload, sig))[0]
    except LinkInvalidError:
        raise RefusedError(Problem.SESSION_FORGED) from None


def check_nonce(keys: Keys, subject: str, nonce: str, now: datetime) -> None:
    """Accept a form of our own page about this review or channel.

    Raises
    ------
    RefusedError
        The form is not ours, or too old.
    """
    try:
        _passing(keys, lambda known: links.verify_nonce(known, subject, nonce, now))
    except links.LinkExpiredError:
        raise RefusedError(Problem.FORM_OLD) from None
    except LinkInvalidError:
        raise RefusedError(Problem.FORM_FOREIGN) from None


def _passing(keys: Keys, check: Callable[[list[str]], object]) -> list[str]:
    """Return the keys by which a check passes; keys rotated meanwhile are fetched once."""
    known = keys.accepted()
    try:
        check(known)
    except links.LinkExpiredError:
        raise
    except LinkInvalidError:
        fresh = keys.refreshed()
        if fresh is None:
            raise
        check(fresh)
        return fresh
    return known
