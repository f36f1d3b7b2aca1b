"""Say what became of an image that a person sent."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from framewarden.domain.answered import adapter_words

FLAGGED = frozenset({"medium", "high", "critical"})
JUDGED = frozenset({"cleared", "reviewed", "stopped"})


@dataclass(frozen=True)
class Verdict:
    """What became of one image; `url` is the review's link while people have to decide.

    `adapter` is the ARN of the one that answered, and `adapter_asked` of the one that was asked.
    """

    file: str
    key: str = ""
    version_id: str = ""
    frame_id: str = ""
    severity: str | None = None
    labels: list[dict[str, Any]] = field(default_factory=list)
    adapter: str | None = None
    adapter_asked: str | None = None
    outcome: str = "unscreened"
    reason: str | None = None
    review_id: str | None = None
    url: str | None = None

    def document(self) -> dict[str, Any]:
        """Give the entry of `moderate --json`."""
        return asdict(self)

    @property
    def answered(self) -> str:
        """Name the adapter that answered, or say that it did not; nothing of the base model."""
        return adapter_words({"adapter": self.adapter, "adapter_asked": self.adapter_asked})

    @property
    def flagged(self) -> bool:
        """Tell whether the policy or a person has something against the image."""
        return self.severity in FLAGGED or self.url is not None

    @property
    def unscreened(self) -> bool:
        """Tell whether nobody has looked at it."""
        return self.url is None and self.outcome not in JUDGED


def exit_code(verdicts: list[Verdict]) -> int:
    """Sum up a run: 4 where nobody looked at an image, 3 where one is flagged, else 0."""
    if any(verdict.unscreened for verdict in verdicts):
        return 4
    return 3 if any(verdict.flagged for verdict in verdicts) else 0
