"""Read the form that signs people in or out; what is secret in it is in no repr."""

from dataclasses import dataclass, field, fields

from framewarden.console.posted import once, pairs_of
from framewarden.console.request import Request

# As Cognito's API reference bounds them (InitiateAuth, RespondToAuthChallenge).
LONGEST = {"username": 128, "password": 256, "new_password": 256, "session": 2048}
# All of them at their longest, every byte percent-encoded, and room to spare.
BODY_BYTES = 40_000
MOST_FIELDS = 20


@dataclass(frozen=True)
class Typed:
    """What came with a form; a field that was not sent is empty.

    `session` is the pool's: it lets whoever typed their first password choose one of their own.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    new_password: str = field(default="", repr=False)
    session: str = field(default="", repr=False)
    nonce: str = ""
    next: str = ""

    @classmethod
    def of(cls, request: Request) -> "Typed":
        """Read the form that a request sends.

        Raises
        ------
        RefusedError
            It is no form, is too large, cannot be read, or has a field twice.
        """
        names = {one.name for one in fields(cls)}
        sent = once(pairs_of(request, BODY_BYTES, MOST_FIELDS), names)
        return cls(**{**sent, "username": sent.get("username", "").strip()})

    @property
    def is_too_long(self) -> bool:
        """Tell whether a field is longer than any that the pool takes."""
        return any(len(getattr(self, name)) > most for name, most in LONGEST.items())
