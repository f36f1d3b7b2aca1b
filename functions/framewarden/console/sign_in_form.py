"""Read the form that signs people in or out; what is secret in it is in no repr."""

from dataclasses import dataclass, field, fields
from urllib.parse import parse_qsl

from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request

# As Cognito's API reference bounds them (InitiateAuth, RespondToAuthChallenge).
LONGEST = {"username": 128, "password": 256, "new_password": 256, "session": 2048}
# All of them at their longest, every byte percent-encoded, and room to spare.
BODY_BYTES = 40_000


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
        if not request.is_form:
            raise RefusedError(Problem.NOT_A_FORM)
        if request.body is None:
            raise RefusedError(Problem.MALFORMED)
        if len(request.body) > BODY_BYTES:
            raise RefusedError(Problem.TOO_LARGE)
        sent = _fields(request.body.decode("utf-8", "replace"))
        return cls(**{**sent, "username": sent.get("username", "").strip()})

    @property
    def is_too_long(self) -> bool:
        """Tell whether a field is longer than any that the pool takes."""
        return any(len(getattr(self, name)) > most for name, most in LONGEST.items())


def _fields(body: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise RefusedError(Problem.MALFORMED) from None
    ours = {one.name for one in fields(Typed)}
    known = [(name, value) for name, value in pairs if name in ours]
    if len(dict(known)) != len(known):
        raise RefusedError(Problem.MALFORMED)
    return dict(known)
