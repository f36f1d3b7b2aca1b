"""Turn a policy document into what a verdict needs, or say everything that is wrong with it."""

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any, Final

from framewarden.domain.errors import PolicyInvalidError
from framewarden.domain.policy_document import Problem, Section
from framewarden.domain.policy_reviews import Review, read_reviews
from framewarden.domain.policy_rules import Placed, Rule, find_conflicts, merge_rules, read_rules
from framewarden.domain.policy_stops import Stops, read_stops
from framewarden.domain.severity import REVIEWED, SEVERITIES, rank

MODES: Final = ("observe", "enforce")
ON_ERROR: Final = ("hold", "review", "stop")
UNPLACED: Final = "medium"
"""The severity of a label that nothing above it explains: a person looks, no machine stops."""

SHARED_KEYS: Final = ("max_age", "on_error", "confirm_stop", "stops", "rooms", "reviews", "rules")
POLICY_KEYS: Final = ("name", "incident_window", *SHARED_KEYS, "breaker", "channels")
CHANNEL_KEYS: Final = ("mode", *SHARED_KEYS)


@dataclass(frozen=True, slots=True)
class ChannelPolicy:
    """What holds for one channel; durations in seconds, `mode` None where the stack's holds."""

    policy_name: str
    policy_hash: str
    mode: str | None
    max_age: int
    on_error: str
    incident_window: int
    confirm_stop: bool
    rules: tuple[Rule, ...]
    reviews: Mapping[str, Review]
    stops: Stops

    def review_for(self, severity: str) -> Review:
        """Return the review of a severity, or of the nearest that has one, a stronger one first."""
        wanted = rank(severity)
        stronger = [word for word in SEVERITIES[wanted:] if word in self.reviews]
        milder = [word for word in reversed(SEVERITIES[:wanted]) if word in self.reviews]
        return self.reviews[(stronger + milder)[0]]

    def review_document(
        self, severity: str, *, still: bool, suspended: bool = False
    ) -> dict[str, Any]:
        """Return ladder, default and reminder of a review as the state machine carries them.

        A still has no stream to stop, so its `stop` is `block`. Where automatic stops are
        suspended (mode `observe`, a stale frame) a deadline must not stop either: it allows, and
        the frame ends as unscreened.
        """
        review = self.review_for(severity)
        default = review.default
        if default == "stop" and (still or suspended):
            default = "block" if still else "allow"
        return {"ladder": list(review.ladder), "default": default, "remind": review.remind}


@dataclass(frozen=True, slots=True)
class Policy:
    """A valid policy: what holds everywhere, and the channels for which something else does."""

    name: str
    hash: str
    everywhere: ChannelPolicy
    channels: Mapping[str, ChannelPolicy]

    def for_channel(self, channel: str | None, channel_arn: str | None) -> ChannelPolicy:
        """Return what holds for a channel, found by its ARN or else by its short id."""
        for key in (channel_arn, channel, _short_id(channel_arn)):
            if isinstance(key, str) and key in self.channels:
                return self.channels[key]
        return self.everywhere


def policy_hash(document: object) -> str:
    """Return the SHA-256 of a document's canonical JSON in hex: its version, wherever it lies."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def parse_policy(document: object) -> Policy:
    """Return the policy that a document describes.

    Raises
    ------
    PolicyInvalidError
        With every problem of the document, not only the first.
    """
    problems: list[Problem] = []
    if not document:
        raise PolicyInvalidError([((), "the policy is empty: it needs a name, rules and reviews")])
    section = Section(document, (), problems, POLICY_KEYS)
    if not section.is_mapping:
        raise PolicyInvalidError(problems)
    everywhere, rules = _everywhere(section)
    channels = _channels(section, everywhere, rules)
    if problems:
        raise PolicyInvalidError(problems)
    version = policy_hash(document)
    return Policy(
        everywhere.policy_name,
        version,
        replace(everywhere, policy_hash=version),
        {key: replace(channel, policy_hash=version) for key, channel in channels.items()},
    )


def _everywhere(section: Section) -> tuple[ChannelPolicy, list[Placed]]:
    rules = read_rules(section)
    section.problems.extend(find_conflicts(rules))
    section.require("reviews", f"{UNPLACED} and every severity that a rule gives")
    policy = ChannelPolicy(
        policy_name=section.text("name"),
        policy_hash="",
        mode=None,
        max_age=section.duration("max_age", 300),
        on_error=section.choice("on_error", ON_ERROR, "hold"),
        incident_window=section.duration("incident_window", 600),
        confirm_stop=section.flag("confirm_stop", False),
        rules=tuple(rule for rule, _ in rules),
        reviews=read_reviews(section),
        stops=read_stops(section),
    )
    if section.has("reviews"):
        _note_missing_reviews(section, policy)
    return policy, rules


def _channels(
    section: Section, everywhere: ChannelPolicy, rules: list[Placed]
) -> dict[str, ChannelPolicy]:
    below = section.section("channels", None)
    channels: dict[str, ChannelPolicy] = {}
    for key, value in below.fields.items():
        own = Section(value, (*below.path, key), section.problems, CHANNEL_KEYS)
        if not key.strip() or not key.isprintable() or " " in key:
            own.note((), "a channel is named by its id or its ARN")
        if _short_id(key) in below.fields:
            own.note((), f"{_short_id(key)!r} is the same channel and has a part of its own")
        channels[key] = _channel(own, everywhere, rules)
    return channels


def _channel(own: Section, everywhere: ChannelPolicy, rules: list[Placed]) -> ChannelPolicy:
    merged = rules
    if own.has("rules"):
        merged = merge_rules(rules, read_rules(own))
        before = set(find_conflicts(rules))
        own.problems.extend(found for found in find_conflicts(merged) if found not in before)
    policy = replace(
        everywhere,
        mode=own.choice("mode", MODES) if own.has("mode") else None,
        max_age=own.duration("max_age", everywhere.max_age),
        on_error=own.choice("on_error", ON_ERROR, everywhere.on_error),
        confirm_stop=own.flag("confirm_stop", everywhere.confirm_stop),
        rules=tuple(rule for rule, _ in merged),
        reviews={**everywhere.reviews, **read_reviews(own)},
        stops=read_stops(own, everywhere.stops),
    )
    if own.has("rules"):
        _note_missing_reviews(own, policy, known=_severities(everywhere))
    return policy


def _severities(policy: ChannelPolicy) -> set[str]:
    """Return the severities that may need a person under this policy."""
    return {rule.severity for rule in policy.rules if rule.severity in REVIEWED} | {UNPLACED}


def _note_missing_reviews(
    section: Section, policy: ChannelPolicy, known: Set[str] = frozenset()
) -> None:
    for severity in sorted(_severities(policy) - known - set(policy.reviews), key=rank):
        why = "a rule gives it" if severity != UNPLACED else "labels unknown to us get it"
        section.note(("reviews", severity), f"missing: {why}, so people need a deadline for it")


def _short_id(channel_arn: str | None) -> str | None:
    if not isinstance(channel_arn, str) or not channel_arn.startswith("arn:"):
        return None
    return channel_arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
