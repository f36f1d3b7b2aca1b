"""Say what people may do at the desk: by the groups of their account, or by holding a link."""

from collections.abc import Iterable, Mapping
from typing import Final

LOOK: Final = "look"  # the queue, a case, a channel; no picture but a blurred one
REVEAL: Final = "reveal"  # the picture as it is, which is recorded
NOTE: Final = "note"
CLAIM: Final = "claim"
ALLOW: Final = "allow"  # decisions after which everything is as it was: allow, uphold, escalate
STOP: Final = "stop"  # decisions and orders that take something off: stop, block, ban
REINSTATE: Final = "reinstate"
LEAD: Final = "lead"  # decide what was escalated, take over what somebody else has claimed
INSPECT: Final = "inspect"  # executions, the story of a frame, the health of it all

_MODERATES: Final = frozenset({LOOK, REVEAL, NOTE, CLAIM, ALLOW, STOP})
ROLES: Final[Mapping[str, frozenset[str]]] = {
    "moderator": _MODERATES,
    "lead": _MODERATES | {REINSTATE, LEAD},
    "engineer": frozenset({LOOK, INSPECT}),
    "auditor": frozenset({LOOK, REVEAL, INSPECT}),
}
"""What each group of the user pool may do; the template makes groups of these names."""

LINKS: Final[Mapping[str, frozenset[str]]] = {
    "view": frozenset({LOOK, REVEAL}),
    "allow": frozenset({LOOK, REVEAL, ALLOW}),
    "stop": frozenset({LOOK, REVEAL, ALLOW, STOP}),
}
"""What the template's parameter LinkMay lets a link's holder do: never reinstate."""

_NEEDED: Final[Mapping[str, str]] = {
    "allow": ALLOW,
    "uphold": ALLOW,
    "escalate": ALLOW,
    "stop": STOP,
    "block": STOP,
    "ban": STOP,
    "reinstate": REINSTATE,
}


def acts_of(roles: Iterable[str]) -> frozenset[str]:
    """Return what somebody of several roles may do; a group that is no role of ours adds none."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))


def needed(decision: str, *, escalated: bool = False) -> str:
    """Return the act that a decision or an order needs, once it was escalated to a lead too.

    Whoever sees harm may stop it: an escalation takes only the milder decisions out of a
    moderator's hands.
    """
    act = _NEEDED[decision]
    return LEAD if escalated and act == ALLOW else act
