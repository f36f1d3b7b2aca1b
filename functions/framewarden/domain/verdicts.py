"""Conclude from a raw answer and a policy how severe a frame is, and whether a stop may follow."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from framewarden.domain.errors import AnalysisMalformedError, FrameMalformedError
from framewarden.domain.policy import MODES, ChannelPolicy, Policy
from framewarden.domain.policy_matching import Judged, Step, judge, margin
from framewarden.domain.policy_rules import CONTENT_TYPES
from framewarden.domain.severity import rank, strongest
from framewarden.domain.taxonomy import Finding, confidence_of, deepest, find
from framewarden.domain.times import iso, parse

CONTENT_TYPE_FROM: Final = 50.0
"""Per cent from which a content type counts: more likely than not, and the `MinConfidence` that
Rekognition takes where a caller names none."""

DECIMALS: Final = 4
"""What Rekognition's own answers carry; rules are applied before rounding."""


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
    judged = [judge(finding, own, content_types) for finding in deepest(analysis.get("labels"))]
    return _verdict(judged, frame, own, own.mode or mode, now)


def _verdict(
    judged: Sequence[Judged],
    frame: Mapping[str, Any],
    policy: ChannelPolicy,
    mode: str,
    now: datetime,
) -> dict[str, Any]:
    if mode not in MODES:
        raise ValueError(f"the mode is one of {', '.join(MODES)}, not {mode!r}")
    severity = strongest(each.severity for each in judged)
    matched = sorted((each for each in judged if each.deciding), key=_strength, reverse=True)
    distance = margin(judged)
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
        "matched": [_match(each.finding, each.deciding) for each in matched if each.deciding],
        "labels": [_label(each.finding) for each in judged],
        "margin": None if distance is None else round(distance, DECIMALS),
        "unknown_labels": _unknown(judged),
        "policy_hash": policy.policy_hash,
        "policy_name": policy.policy_name,
        "incident_window": policy.incident_window,
        "review": policy.review_document(
            severity, still=not streams, suspended=stale or not enforced
        ),
        "confirm_stop": policy.confirm_stop,
        "stops": policy.stops.document(),
        "judged_at": iso(now),
    }


def _content_types(reported: object) -> frozenset[str]:
    if not isinstance(reported, list | tuple):
        raise AnalysisMalformedError("the answer's content types are not a list")
    known = {name.casefold(): name for name in CONTENT_TYPES}
    names: set[str] = set()
    for raw in reported:
        name = raw.get("Name") if isinstance(raw, Mapping) else None
        if not isinstance(name, str):
            raise AnalysisMalformedError("a content type of the answer has no name")
        if confidence_of(raw) >= CONTENT_TYPE_FROM:
            names.add(known.get(name.strip().casefold(), name))
    return frozenset(names)


def _strength(judged: Judged) -> tuple[int, float, str]:
    return rank(judged.severity), judged.finding.confidence, judged.finding.name


def _match(finding: Finding, step: Step) -> dict[str, Any]:
    return {
        "rule": step.rule,
        "label": finding.name,
        "confidence": round(finding.confidence, DECIMALS),
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


def _unknown(judged: Sequence[Judged]) -> list[str]:
    names = {name for each in judged for name in each.finding.lineage}
    return sorted(name for name in names if find(name) is None)


def _is_of_stream(frame: Mapping[str, Any]) -> bool:
    """Say whether a stream could be stopped: an upload never aims at one, whatever it carries."""
    arn = frame.get("channel_arn")
    return isinstance(arn, str) and bool(arn) and frame.get("source") != "upload"


def _is_stale(frame: Mapping[str, Any], policy: ChannelPolicy, now: datetime) -> bool:
    """Say whether a frame is too old to stop anything; one of unknown age is."""
    put_at = frame.get("put_at")
    try:
        age = now - parse(put_at) if isinstance(put_at, str) else None
    except ValueError:
        age = None
    return age is None or age.total_seconds() > policy.max_age
