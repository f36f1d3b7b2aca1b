"""Conclude from a raw answer and a policy how severe a frame is, and whether a stop may follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from framewarden.domain.errors import AnalysisMalformedError, FrameMalformedError
from framewarden.domain.policy import MODES, UNPLACED, ChannelPolicy, Policy
from framewarden.domain.policy_rules import CONTENT_TYPES, Rule
from framewarden.domain.severity import Severity, rank, strongest
from framewarden.domain.taxonomy import Finding, confidence_of, deepest, find
from framewarden.domain.times import iso, parse

CONTENT_TYPE_FROM: Final = 50.0
"""Per cent from which a content type counts: more likely than not. Rekognition documents no better
figure, and its own `MinConfidence` does not filter content types."""

UNKNOWN_LABEL_RULE: Final = "(unknown label)"
"""Stands for a rule where neither a label nor anything above it is in our taxonomy. Nobody can have
written a rule for it, so a person looks; it never stops a stream, for it may be harmless."""

DECIMALS: Final = 4
"""What Rekognition's own answers carry; rules are applied before rounding."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A confidence from which a finding is at least so severe, and the rule that says so."""

    threshold: float
    severity: Severity
    rule: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """A finding, every step that could ever apply to it, and the one that does."""

    finding: Finding
    steps: tuple[_Step, ...]
    deciding: _Step | None

    @property
    def severity(self) -> Severity:
        return self.deciding.severity if self.deciding else "none"


def classify(
    analysis: Mapping[str, Any],
    frame: Mapping[str, Any],
    policy: Policy | ChannelPolicy,
    mode: str,
    now: datetime,
) -> dict[str, Any]:
    """Return the verdict on one analysed frame.

    A `ChannelPolicy` is taken as it is, so that many frames of one channel resolve it once. `mode`
    is the stack's; the channel's own goes before it.

    Raises
    ------
    AnalysisMalformedError
        The answer cannot be read; such a frame is never cleared.
    FrameMalformedError
        The frame is not an object.
    ValueError
        The mode is neither `observe` nor `enforce`.
    """
    if not isinstance(analysis, Mapping):
        raise AnalysisMalformedError("the analysis is not an object")
    if not isinstance(frame, Mapping):
        raise FrameMalformedError("the frame is not an object")
    own = policy
    if isinstance(own, Policy):
        own = own.for_channel(frame.get("channel"), frame.get("channel_arn"))
    content_types = _content_types(analysis.get("content_types"))
    judged = [_judge(finding, own, content_types) for finding in deepest(analysis.get("labels"))]
    return _verdict(judged, frame, own, own.mode or mode, now)


def _verdict(
    judged: Sequence[_Judged],
    frame: Mapping[str, Any],
    policy: ChannelPolicy,
    mode: str,
    now: datetime,
) -> dict[str, Any]:
    if mode not in MODES:
        raise ValueError(f"the mode is one of {', '.join(MODES)}, not {mode!r}")
    severity = strongest(each.severity for each in judged)
    matched = sorted((each for each in judged if each.deciding), key=_strength, reverse=True)
    stale, streams = _is_stale(frame, policy, now), _is_of_stream(frame)
    stoppable = severity == "critical" and streams and not stale
    enforced = mode == "enforce"
    return {
        "severity": severity,
        "may_stop": stoppable and enforced,
        "would_stop": stoppable and not enforced,
        "stale": stale,
        "mode": mode,
        "category": matched[0].finding.category if matched else None,
        "matched": [_match(each) for each in matched],
        "labels": [_label(each.finding) for each in judged],
        "margin": _margin(judged, severity),
        "unknown_labels": _unknown(judged),
        "policy_hash": policy.policy_hash,
        "policy_name": policy.policy_name,
        "incident_window": policy.incident_window,
        "review": policy.review_document(
            severity, still=not streams, suspended=stale or not enforced
        ),
        "confirm_stop": policy.confirm_stop,
        "judged_at": iso(now),
    }


def _content_types(reported: object) -> frozenset[str]:
    if not isinstance(reported, list | tuple):
        raise AnalysisMalformedError("the answer's content types are not a list")
    known = {name.casefold(): name for name in CONTENT_TYPES}
    names = set()
    for raw in reported:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("Name"), str):
            raise AnalysisMalformedError("a content type of the answer has no name")
        if confidence_of(raw) >= CONTENT_TYPE_FROM:
            names.add(known.get(raw["Name"].strip().casefold(), raw["Name"]))
    return frozenset(names)


def _judge(finding: Finding, policy: ChannelPolicy, content_types: frozenset[str]) -> _Judged:
    steps = _steps(finding, policy, content_types)
    reached = [step for step in steps if step.threshold <= finding.confidence]
    deciding = max(
        reached, key=lambda step: (rank(step.severity), step.threshold, step.rule), default=None
    )
    return _Judged(finding, steps, deciding)


def _steps(
    finding: Finding, policy: ChannelPolicy, content_types: frozenset[str]
) -> tuple[_Step, ...]:
    """Take the rules on the label and on everything above it.

    A rule of severity `none` exempts its label from the rules further up, and from nothing else.
    """
    if not any(find(name) for name in finding.lineage):
        return (_Step(0.0, UNPLACED, UNKNOWN_LABEL_RULE),)
    height = {name: place for place, name in enumerate(finding.lineage)}
    suited = [rule for rule in policy.rules if rule.label in height and rule.suits(content_types)]
    exempt = [height[rule.label] for rule in suited if rule.severity == "none"]
    ceiling = min(exempt, default=len(height))
    return tuple(_step(rule) for rule in suited if height[rule.label] <= ceiling)


def _step(rule: Rule) -> _Step:
    return _Step(rule.min_confidence, rule.severity, rule.name)


def _strength(judged: _Judged) -> tuple[int, float, str]:
    return rank(judged.severity), judged.finding.confidence, judged.finding.name


def _margin(judged: Sequence[_Judged], severity: Severity) -> float | None:
    """Return how far the nearest single confidence is from changing the frame's severity.

    In percentage points; None where no confidence, moved alone, would change it.
    """
    distances = []
    for place, each in enumerate(judged):
        others = strongest(x.severity for spot, x in enumerate(judged) if spot != place)
        confidence = each.finding.confidence
        for threshold in {step.threshold for step in each.steps}:
            falls = threshold <= confidence
            moved = [s for s in each.steps if s.threshold < threshold or not falls]
            reached = [s.severity for s in moved if s.threshold <= threshold]
            if threshold > 0 and strongest([others, *reached]) != severity:
                distances.append(abs(confidence - threshold))
    return round(min(distances), DECIMALS) if distances else None


def _match(judged: _Judged) -> dict[str, Any]:
    step = judged.deciding
    assert step is not None
    return {
        "rule": step.rule,
        "label": judged.finding.name,
        "confidence": round(judged.finding.confidence, DECIMALS),
        "threshold": step.threshold,
        "severity": step.severity,
    }


def _label(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "parent": finding.parent,
        "level": finding.level,
        "confidence": round(finding.confidence, DECIMALS),
    }


def _unknown(judged: Sequence[_Judged]) -> list[str]:
    names = {name for each in judged for name in each.finding.lineage}
    return sorted(name for name in names if find(name) is None)


def _is_of_stream(frame: Mapping[str, Any]) -> bool:
    """Say whether a stream could be stopped: an upload never aims at one, whatever it carries."""
    return bool(frame.get("channel_arn")) and frame.get("source") != "upload"


def _is_stale(frame: Mapping[str, Any], policy: ChannelPolicy, now: datetime) -> bool:
    """Say whether a frame is too old to stop anything; one of unknown age is."""
    put_at = frame.get("put_at")
    try:
        age = now - parse(put_at) if isinstance(put_at, str) else None
    except ValueError:
        age = None
    return age is None or age.total_seconds() > policy.max_age
