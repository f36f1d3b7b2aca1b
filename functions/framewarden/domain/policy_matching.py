"""Hold findings against the rules of a policy: how severe is each, and how near to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewarden.domain.policy import UNPLACED, ChannelPolicy
from framewarden.domain.policy_rules import Rule
from framewarden.domain.severity import Severity, rank, strongest
from framewarden.domain.taxonomy import Finding, find

UNKNOWN_LABEL_RULE: Final = "(unknown label)"
"""Stands for a rule where neither a label nor anything above it is in our taxonomy. Nobody can have
written a rule for it, so a person looks; it never stops a stream, for it may be harmless."""


@dataclass(frozen=True, slots=True)
class Step:
    """A confidence from which a finding is at least so severe, and the rule that says so."""

    threshold: float
    severity: Severity
    rule: str

    @classmethod
    def of(cls, rule: Rule) -> "Step":
        """Take a rule that is known to suit."""
        return cls(rule.min_confidence, rule.severity, rule.name)


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding, every step that its confidence could reach, and the one that decides."""

    finding: Finding
    steps: tuple[Step, ...]
    deciding: Step | None

    @property
    def severity(self) -> Severity:
        """Return the severity of the deciding step, `none` where no rule covers the finding."""
        return self.deciding.severity if self.deciding else "none"


def judge(finding: Finding, policy: ChannelPolicy, content_types: frozenset[str]) -> Judged:
    """Return what the strongest rule that a finding reaches says about it."""
    steps = _steps(finding, policy, content_types)
    reached = [step for step in steps if step.threshold <= finding.confidence]
    deciding = max(reached, key=lambda s: (rank(s.severity), s.threshold, s.rule), default=None)
    return Judged(finding, steps, deciding)


def margin(judged: Sequence[Judged]) -> float | None:
    """Return how far the nearest confidence is from changing the severity of them all.

    In percentage points; None where no single confidence, wherever it moved, would change it.
    """
    severity = strongest(each.severity for each in judged)
    distances = []
    for place, each in enumerate(judged):
        others = [other.severity for spot, other in enumerate(judged) if spot != place]
        confidence = each.finding.confidence
        for threshold in {step.threshold for step in each.steps if step.threshold > 0}:
            moved = _reached(each.steps, threshold, below=threshold <= confidence)
            if strongest([*others, *moved]) != severity:
                distances.append(abs(confidence - threshold))
    return min(distances, default=None)


def _reached(steps: Sequence[Step], threshold: float, *, below: bool) -> list[Severity]:
    """Return the severities that a confidence right at a threshold, or just below it, reaches."""
    return [
        step.severity
        for step in steps
        if step.threshold < threshold or (step.threshold == threshold and not below)
    ]


def _steps(
    finding: Finding, policy: ChannelPolicy, content_types: frozenset[str]
) -> tuple[Step, ...]:
    """Take the rules on the label and on everything above it.

    A rule of severity `none` exempts its label from the rules further up, and from nothing else.
    """
    if not any(find(name) for name in finding.lineage):
        return (Step(0.0, UNPLACED, UNKNOWN_LABEL_RULE),)
    height = {name: place for place, name in enumerate(finding.lineage)}
    suited = [rule for rule in policy.rules if rule.label in height and rule.suits(content_types)]
    exempt = [height[rule.label] for rule in suited if rule.severity == "none"]
    ceiling = min(exempt, default=len(height))
    return tuple(Step.of(rule) for rule in suited if height[rule.label] <= ceiling)
