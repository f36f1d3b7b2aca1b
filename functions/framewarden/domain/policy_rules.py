"""Read the rules of a policy: which label, from which confidence, is how severe."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

from framewarden.domain.policy_document import Path, Section, any_of, closest, shown
from framewarden.domain.severity import SEVERITIES, Severity
from framewarden.domain.taxonomy import CATEGORIES, LABEL_NAMES, find

RULE_KEYS: Final = ("name", "label", "min_confidence", "severity", "content_types")
CONTENT_TYPES: Final = ("Animated", "Illustrated")
"""The content types that Rekognition reports beside the labels."""

_MIXES: Final = tuple(
    frozenset(mix) for mix in ((), ("Animated",), ("Illustrated",), ("Animated", "Illustrated"))
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy; it covers its label and everything below that label."""

    name: str
    label: str
    min_confidence: float
    severity: Severity
    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    def suits(self, content_types: frozenset[str]) -> bool:
        """Say whether the rule counts for a picture of these content types."""
        included = not self.include or bool(self.include & content_types)
        return included and not self.exclude & content_types

    def overlaps(self, other: "Rule") -> bool:
        """Say whether some picture suits both rules."""
        return any(self.suits(mix) and other.suits(mix) for mix in _MIXES)


Placed = tuple[Rule, Path]


def read_rules(section: Section) -> list[Placed]:
    """Read the rules of the policy or of one channel, each with its place in the document."""
    placed: list[Placed] = []
    names: set[str] = set()
    for item in section.sections("rules", RULE_KEYS):
        faults = len(item.problems)
        rule = _rule(item)
        if rule.name in names:
            item.note(("name",), f"{shown(rule.name)} is already the name of a rule above")
        names.update({rule.name} - {""})
        if len(item.problems) == faults and item.is_mapping:
            placed.append((rule, item.path))
    return placed


def merge_rules(base: Iterable[Placed], own: Iterable[Placed]) -> list[Placed]:
    """Return a channel's rules: the policy's, replaced by name, then the channel's new ones."""
    merged = {rule.name: (rule, path) for rule, path in base}
    merged.update({rule.name: (rule, path) for rule, path in own})
    return list(merged.values())


def find_conflicts(placed: Iterable[Placed]) -> list[tuple[Path, str]]:
    """Return a problem for each pair of rules that contradict each other."""
    problems: list[tuple[Path, str]] = []
    alike: dict[tuple[str, float], list[Placed]] = {}
    for rule, path in placed:
        for other, where in alike.setdefault((rule.label, rule.min_confidence), []):
            if rule.severity != other.severity and rule.overlaps(other):
                blamed = max(path, where, key=len)  # a channel's rule rather than the policy's
                problems.append((blamed, _disagreement(other, rule)))
        alike[rule.label, rule.min_confidence].append((rule, path))
    return problems


def _disagreement(one: Rule, other: Rule) -> str:
    what = f"two rules disagree about {one.label} from {one.min_confidence:g}"
    says = (f"{shown(rule.name)} says {rule.severity}" for rule in (one, other))
    return f"{what}: {', '.join(says)}"


def _rule(item: Section) -> Rule:
    name, label = item.text("name"), _label(item)
    threshold = item.percentage("min_confidence")
    severity = cast(Severity, item.choice("severity", SEVERITIES))
    include, exclude = _content_types(item)
    rule = Rule(name, label, threshold, severity, include, exclude)
    if item.fields.get("severity") == "none" and threshold > 0:
        why = "or a surer answer would be judged more mildly than a doubtful one"
        item.note(("min_confidence",), f"must be 0 where severity is none, {why}")
    if not any(rule.suits(mix) for mix in _MIXES):
        item.note(("content_types",), "no picture can match: all that is included is excluded")
    return rule


def _label(item: Section) -> str:
    name = item.text("label")
    label = find(name)
    if label is not None or not name:
        return label.name if label else ""
    hint = closest(name, LABEL_NAMES, cutoff=0.5)
    allowed = f"the {len(LABEL_NAMES)} names of Rekognition's taxonomy 7, the widest of them "
    item.note(
        ("label",), f"unknown label {shown(name)}{hint}; allowed: {allowed}{any_of(CATEGORIES)}"
    )
    return ""


def _content_types(item: Section) -> tuple[frozenset[str], frozenset[str]]:
    if not item.has("content_types"):
        return frozenset(), frozenset()
    section = item.section("content_types", ("include", "exclude"))
    return _names(section, "include"), _names(section, "exclude")


def _names(section: Section, key: str) -> frozenset[str]:
    """Read a list of content types; an empty list says nothing and is refused."""
    if not section.has(key):
        return frozenset()
    value = section.fields[key]
    if not isinstance(value, list) or not value:
        section.note((key,), f"must be a list of {any_of(CONTENT_TYPES)}; leave it out for any")
        return frozenset()
    known = {word.casefold(): word for word in CONTENT_TYPES}
    names = set()
    for place, word in enumerate(value):
        name = known.get(word.strip().casefold()) if isinstance(word, str) else None
        if name is None:
            hint = closest(word, CONTENT_TYPES) if isinstance(word, str) else ""
            allowed = any_of(CONTENT_TYPES)
            message = f"unknown content type {shown(word)}{hint}; allowed: {allowed}"
            section.note((key, place), message)
        else:
            names.add(name)
    return frozenset(names)
