"""Keep who signed in in a cookie that we sign: the functions themselves remember nobody."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from framewarden.console.problems import Problem, RefusedError
from framewarden.console.trust import Keys, session_key
from framewarden.domain import links

if TYPE_CHECKING:
    from framewarden.aws.accounts import Signed

# `__Host-`: a browser takes them from this very host only, over TLS, for every path.
COOKIE, REFRESH = "__Host-framewarden", "__Host-framewarden-refresh"
# How long a session holds before the pool is asked again, as its own id tokens do at the least.
LIFE = timedelta(minutes=15)
# How much longer it holds while the pool does not answer.
GRACE = timedelta(hours=1)
# A shift: the pool's refresh token and the cookies end with it.
KEPT = timedelta(hours=12)
# Browsers drop a cookie of 4096 bytes; an account's name has at most 128 characters.
NAME_LENGTH = 80


@dataclass(frozen=True)
class Session:
    """Somebody who signed in; `until` is when the pool is asked again, in epoch seconds."""

    sub: str
    account: str
    name: str
    roles: tuple[str, ...]
    until: int

    @classmethod
    def of(cls, signed: "Signed", now: datetime) -> "Session":
        """Begin a session of somebody whom the pool has just named."""
        name = signed.name[:NAME_LENGTH]
        until = int((now + LIFE).timestamp())
        return cls(signed.sub, signed.account, name, signed.roles, until)


def seal(session: Session, key: str) -> str:
    """Return the value of a session's cookie."""
    text = json.dumps(asdict(session), ensure_ascii=False, separators=(",", ":"))
    payload = urlsafe_b64encode(text.encode("utf-8", "replace")).rstrip(b"=").decode("ascii")
    return f"{payload}.{links.sign_session(key, payload)}"


def unseal(value: str, keys: Keys) -> tuple[Session, str]:
    """Return the session of a cookie, whatever its age, and the key that signs now.

    Raises
    ------
    RefusedError
        We did not sign it.
    """
    payload, _, sig = value.partition(".")
    key = session_key(keys, payload, sig)
    try:
        said = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return Session(**{**said, "roles": tuple(said["roles"])}), key
    except (ValueError, LookupError, TypeError):
        # Ours, but of a release that wrote another kind.
        raise RefusedError(Problem.SESSION_FORGED) from None


def cookie(name: str, value: str, kept: timedelta = KEPT) -> str:
    """Return the line that sets a cookie."""
    age = int(kept.total_seconds())
    return f"{name}={value}; Max-Age={age}; Path=/; HttpOnly; Secure; SameSite=Lax"


# The lines that make a browser forget a session.
CLEARED = tuple(cookie(name, "", timedelta()) for name in (COOKIE, REFRESH))
