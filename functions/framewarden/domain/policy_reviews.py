"""Read how long people have for each severity, and what happens if nobody decides."""

from dataclasses import dataclass
from typing import Final

from framewarden.domain.durations import format_duration
from framewarden.domain.policy_document import WEEK, Section
from framewarden.domain.severity import REVIEWED

DEFAULTS: Final = ("allow", "stop", "block")
REVIEW_KEYS: Final = ("deadline", "escalate", "default")


@dataclass(frozen=True, slots=True)
class Review:
    """How long people have, in seconds for each rung, and what happens if nobody decides."""

    ladder: tuple[int, ...]
    default: str


def read_reviews(section: Section) -> dict[str, Review]:
    """Read the reviews; one with a fault still counts as there, so that it is named only once."""
    below = section.section("reviews", REVIEWED)
    return {
        severity: _review(Section(value, (*below.path, severity), section.problems, REVIEW_KEYS))
        for severity, value in below.fields.items()
    }


def _review(section: Section) -> Review:
    ladder = [section.duration("deadline", None)]
    if section.has("escalate"):
        ladder.append(section.duration("escalate", None))
    if sum(ladder) > WEEK:
        longest = format_duration(WEEK)
        section.note((), f"deadline and escalate come to more than {longest} together")
    return Review(tuple(ladder), section.choice("default", DEFAULTS))
