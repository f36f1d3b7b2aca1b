"""Say what is wrong with an installation, and what mends it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from framewarden.domain.attention import RECORDING_FAILED
from framewarden.domain.live_adapter import SILENT

Document = Mapping[str, Any]

NAMED: Final = 10
"""Of an entry like another each is a problem of its own, but a screen of them helps nobody."""

UNKNOWN: Final = "unknown"
REPEATED: Final = "It is tried again by itself; if it stays, mend what the error names."
_AGAIN = "Look again; if it stays, look at the permissions and at the AWS Health Dashboard."
_STOP = "Stop it again on its page."
_RECORDING = "Let its encoder connect anew; or stop it, on its page."
_FRAMES = "Look at its recording or frame capture; or stop it, on its page."
_UNJUDGED = "nothing is judged, and every frame ends unscreened"
_DEAD_LETTERS = "Read the queues of the outputs, then give frames another try: framewarden rescan"
_ADAPTER = "Promote another one, or roll back."
_OVERDUE = "Decide it, or find somebody who does."
_WHAT_FAILED = {
    "chat": "Correct the room (policy, or the channel's tags) or what the stack may send there.",
    "callback": "Look at its review and its execution.",
}
_TOPIC = "Look at the topic of the output NoticeTopicArn and what the stack may send there."
_PARTS = {
    "policy": "the policy",
    "adapter": "which adapter is live",
    "live": "what is on air",
    "unscreened": "how many frames are unscreened",
    "dead_letters": "how many dead letters there are",
    "open_reviews": "which reviews are open",
    "failed_stops": "which stops failed",
    "unseen": "which channels nobody sees",
    "bans": "which bans stand",
    "undelivered": "which messages are not delivered",
}


@dataclass(frozen=True)
class Trouble:
    """What is wrong with which entry; `about` is the one thing that it is wrong with."""

    entry: str
    says: str
    remedy: str
    about: Document | None = None

    def __str__(self) -> str:
        return f"{self.says}. {self.remedy}" if self.remedy else self.says


def of_policy(reason: str) -> Trouble:
    """Say that nothing is judged, and why."""
    why = f"{reason[:1].upper()}{reason[1:]}"
    return Trouble("policy", _UNJUDGED, why, {"reason": reason})


def of_stops(entries: Sequence[Document]) -> list[Trouble]:
    """Say which stops failed or hang."""
    return _named("failed_stops", entries, lambda _: _STOP)


def of_unseen(entries: Sequence[Document]) -> list[Trouble]:
    """Say which channels nobody sees."""

    def remedy(one: Document) -> str:
        return _RECORDING if one["reason"] == RECORDING_FAILED else _FRAMES

    return _named("unseen", entries, remedy)


def of_given_up(entries: Sequence[Document]) -> list[Trouble]:
    """Say which messages nobody will get."""
    return _named("given_up", entries, lambda one: what_failed(one["kind"]))


def of_dead_letters(number: int) -> list[Trouble]:
    """Say that there are events which could not be admitted or settled."""
    if not number:
        return []
    letters = "1 dead letter waits" if number == 1 else f"{number} dead letters wait"
    says = f"{letters}: what could not be admitted, or an execution that could not be settled"
    return [Trouble("dead_letters", says, _DEAD_LETTERS)]


def of_adapter(adapter: Document | None) -> list[Trouble]:
    """Say that the live adapter does not answer; that it may expire is no trouble yet."""
    if adapter is None or adapter["state"] != SILENT:
        return []
    return [Trouble("adapter", adapter["says"], _ADAPTER, adapter)]


def of_oldest(oldest: Document | None) -> list[Trouble]:
    """Say that a deadline has passed without a decision."""
    if oldest is None or oldest["seconds_left"] > 0:
        return []
    says = f"review {oldest['review_id']} was to be decided by {oldest['deadline']}"
    return [Trouble("oldest", says, _OVERDUE, oldest)]


def of_unread(part: str, error: str) -> Trouble:
    """Say that a part could not be looked at."""
    about = {"part": part, "error": error}
    return Trouble(UNKNOWN, f"{_PARTS[part]} cannot be read ({error})", _AGAIN, about)


def what_failed(kind: str) -> str:
    """Say where to look when a message of a kind was given up."""
    return _WHAT_FAILED.get(kind, _TOPIC)


def _named(
    entry: str, entries: Sequence[Document], remedy: Callable[[Document], str]
) -> list[Trouble]:
    found = [Trouble(entry, one["says"], remedy(one), one) for one in entries[:NAMED]]
    if len(entries) > NAMED:
        found.append(Trouble(entry, f"{len(entries) - NAMED} more {entry.replace('_', ' ')}", ""))
    return found
