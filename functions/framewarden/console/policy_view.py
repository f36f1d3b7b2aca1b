"""Say in words what a published version of the policy does, rule by rule."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from framewarden.aws.published import Version
from framewarden.console.moments import span
from framewarden.console.words import words_of
from framewarden.domain.errors import PolicyInvalidError
from framewarden.domain.policy import ChannelPolicy, Policy, parse_policy
from framewarden.domain.policy_rules import Rule
from framewarden.domain.severity import REVIEWED

QUIET = {
    "low": "archived with its findings; nobody is asked",
    "none": "archived; the wider rules above it do not count for it",
}


@dataclass(frozen=True)
class RuleLine:
    """One rule; `anchor` is what an address names it by."""

    name: str
    anchor: str
    label: str
    pictures: str
    threshold: str
    severity: str
    grave: bool
    then: str


@dataclass(frozen=True)
class PolicyView:
    """Everything that the page shows; `channels` have the rules that differ there.

    `readable` is false where this framewarden would refuse the version: it is older than its form.
    """

    number: int
    hash: str
    name: str
    newest: bool
    readable: bool
    rules: tuple[RuleLine, ...]
    channels: tuple[tuple[str, tuple[RuleLine, ...]], ...]
    document: str


def view_of(version: Version, policy_hash: str) -> PolicyView:
    """Word one version."""
    policy = _parsed(version)
    return PolicyView(
        number=version.number,
        hash=policy_hash,
        name=policy.name if policy else str(version.document.get("name") or ""),
        newest=version.newest,
        readable=policy is not None,
        rules=tuple(_lines(policy.everywhere, policy.everywhere.rules)) if policy else (),
        channels=tuple(_channels(policy)) if policy else (),
        document=json.dumps(version.document, ensure_ascii=False, indent=2),
    )


def _parsed(version: Version) -> Policy | None:
    try:
        return parse_policy(version.document)
    except PolicyInvalidError:
        return None


def _channels(policy: Policy) -> Iterable[tuple[str, tuple[RuleLine, ...]]]:
    everywhere = policy.everywhere.rules
    for name, channel in policy.channels.items():
        own = [rule for rule in channel.rules if rule not in everywhere]
        if own:
            yield name, tuple(_lines(channel, own, f"-of-{name}"))


def _lines(policy: ChannelPolicy, rules: Iterable[Rule], below: str = "") -> Iterable[RuleLine]:
    for rule in rules:
        yield RuleLine(
            name=rule.name,
            anchor=f"rule-{rule.name}{below}",
            label=rule.label,
            pictures=_pictures(rule),
            threshold=f"{rule.min_confidence:g}",
            severity=rule.severity,
            grave=rule.severity in REVIEWED,
            then=_then(policy, rule.severity),
        )


def _pictures(rule: Rule) -> str:
    """Say which pictures a rule counts for, where not for all of them."""
    only = f"only {' or '.join(sorted(rule.include)).lower()}" if rule.include else ""
    never = f"not {' or '.join(sorted(rule.exclude)).lower()}" if rule.exclude else ""
    return ", ".join(filter(None, (only, never)))


def _then(policy: ChannelPolicy, severity: str) -> str:
    """Say what happens to a frame of a severity."""
    if severity in QUIET:
        return QUIET[severity]
    review = policy.review_for(severity)
    within, *more = (span(seconds) for seconds in review.ladder)
    lead = "".join(f", then a lead within {rung}" for rung in more)
    default = words_of(review.default, stream=review.default != "block").default
    person = f"a person decides within {within}{lead}; if nobody does, {default}"
    if severity != "critical":
        return person
    return f"the stream is stopped at once; where nothing may be stopped by itself, {person}"
