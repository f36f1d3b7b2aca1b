"""Read how long people have for each severity, and what happens if nobody decides."""

from dataclasses import dataclass
from typing import Final

from framewarden.domain.durations import format_duration
from framewarden.domain.policy_document import WEEK, Section
from framewarden.domain.severity import REVIEWED

DEFAULTS: Final = ("allow", "stop", "block")
REVIEW_KEYS: Final = ("deadline", "remind", "escalate", "default")


@dataclass(frozen=True, slots=True)
class Review:
    """How long people have, in seconds for each rung, and what happens if nobody decides.

    `remind` is so many seconds after the first call; None where people are called only once.
    """

    ladder: tuple[int, ...]
    default: str
    remind: int | None


def read_reviews(section: Section) -> dict[str, Review]:
    """Read the reviews; one with a fault still counts as there, so that it is named only once."""
    below = section.section("reviews", REVIEWED)
    return {
        severity: _review(Section(value, (*below.path, severity), section.problems, REVIEW_KEYS))
        for severity, value in below.fields.items()
    }


def _review(section: Section) -> Review:
    faults = len(section.problems)
    ladder = [section.duration("deadline", None)]
    remind = section.duration("remind", None) if section.has("remind") else None
    if remind and remind >= ladder[0] and len(section.problems) == faults:
        deadline = format_duration(ladder[0])
        section.note(("remind",), f"must be shorter than the deadline, which is {deadline}")
    if section.has("escalate"):
        ladder.append(section.duration("escalate", None))
    if sum(ladder) > WEEK:
        longest = format_duration(WEEK)
        section.note((), f"deadline and escalate come to more than {longest} together")
    return Review(tuple(ladder), section.choice("default", DEFAULTS), remind)
