"""Verdicts: severity, whether a stop may follow, and what is never cleared."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain import taxonomy
from framewarden.domain.errors import AnalysisMalformedError, FrameMalformedError
from framewarden.domain.policy import parse_policy
from framewarden.domain.severity import SEVERITIES, at_least, rank
from framewarden.domain.times import iso
from framewarden.domain.verdicts import classify

NOW = datetime(2026, 11, 22, 8, 5, 31, 123456, tzinfo=UTC)
ARN = "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij"
REVIEWS = {
    "critical": {"deadline": "5m", "default": "stop"},
    "high": {"deadline": "15m", "remind": "11m", "escalate": "10m", "default": "allow"},
    "medium": {"deadline": "4h", "default": "allow"},
}


def rule(name, label, min_confidence, severity, include=None, exclude=None):
    types = {"include": include, "exclude": exclude}
    types = {key: names for key, names in types.items() if names}
    document = {
        "name": name,
        "label": label,
        "min_confidence": min_confidence,
        "severity": severity,
    }
    return document | ({"content_types": types} if types else {})


EXPLICIT = [
    rule("stop", "Explicit", 97, "critical"),
    rule("likely", "Explicit", 80, "high"),
    rule("maybe", "Explicit", 60, "medium"),
    rule("any", "Explicit", 0, "low"),
]


def policy(*rules, **changes):
    document = {"name": "test", "reviews": REVIEWS, "rules": list(rules or EXPLICIT)}
    return parse_policy(document | changes)


def raw(name, confidence, parent=""):
    label = taxonomy.find(name)
    level = label.level if label else 2
    return {
        "Name": name,
        "ParentName": parent or (label and label.parent) or "",
        "TaxonomyLevel": level,
        "Confidence": confidence,
    }


def branch(name, confidence):
    return [raw(each, confidence) for each in (name, *taxonomy.ancestors(name))]


def analysis(*labels, content_types=()):
    return {
        "labels": list(labels),
        "content_types": [{"Name": n, "Confidence": c} for n, c in content_types],
        "model_version": "7.0",
    }


def frame(**changes):
    return {
        "source": "ivs",
        "channel": "AbCdef1G2hij",
        "channel_arn": ARN,
        "put_at": iso(NOW - timedelta(seconds=1)),
    } | changes


UPLOAD = {"source": "upload", "channel": "uploads", "channel_arn": None}


def judge(*labels, rules=None, content_types=(), mode="enforce", at=None, **changes):
    return classify(
        analysis(*labels, content_types=content_types),
        frame(**(at or {})),
        rules or policy(**changes),
        mode,
        NOW,
    )


def test_a_verdict_is_exactly_what_the_contract_says():
    parsed = policy(incident_window="7m", confirm_stop=True)
    verdict = judge(*branch("Exposed Female Nipple", 98.12114), rules=parsed)
    assert verdict == {
        "severity": "critical",
        "may_stop": True,
        "would_stop": False,
        "stale": False,
        "mode": "enforce",
        "category": "Explicit",
        "matched": [
            {
                "rule": "stop",
                "label": "Exposed Female Nipple",
                "confidence": 98.1211,
                "threshold": 97.0,
                "severity": "critical",
            }
        ],
        "labels": [
            {
                "name": "Exposed Female Nipple",
                "parent": "Explicit Nudity",
                "level": 3,
                "confidence": 98.1211,
            }
        ],
        "margin": 1.1211,
        "unknown_labels": [],
        "policy_hash": parsed.hash,
        "policy_name": "test",
        "incident_window": 420,
        "review": {"ladder": [300], "default": "stop", "remind": None},
        "confirm_stop": True,
        "stops": parsed.everywhere.stops.document(),
        "judged_at": "2026-11-22T08:05:31.123Z",
    }


def test_nothing_found_is_none():
    verdict = judge()
    assert (verdict["severity"], verdict["category"], verdict["margin"]) == ("none", None, None)
    assert (verdict["matched"], verdict["labels"]) == ([], [])
    assert (verdict["may_stop"], verdict["would_stop"]) == (False, False)


@pytest.mark.parametrize(
    ("confidence", "severity", "margin"),
    [
        (100, "critical", 3),
        (97, "critical", 0),
        (96.99999, "high", 0),
        (92, "high", 5),
        (85, "high", 5),
        (80, "high", 0),
        (79.9, "medium", 0.1),
        (60, "medium", 0),
        (59, "low", 1),
        (0, "low", 60),
    ],
)
def test_severity_and_margin_follow_the_confidence(confidence, severity, margin):
    verdict = judge(raw("Explicit", confidence))
    assert verdict["severity"] == severity
    assert verdict["margin"] == pytest.approx(margin, abs=1e-4)


def test_a_label_without_a_rule_is_none():
    verdict = judge(raw("Gambling", 99))
    assert (verdict["severity"], verdict["category"], verdict["margin"]) == ("none", None, None)
    assert [label["name"] for label in verdict["labels"]] == ["Gambling"]
    assert verdict["unknown_labels"] == []


def test_the_strongest_label_decides_and_the_rest_is_listed():
    rules = policy(*EXPLICIT, rule("violence", "Violence", 50, "medium"))
    verdict = judge(*branch("Weapons", 99), *branch("Sex Toys", 85), rules=rules)
    assert (verdict["severity"], verdict["category"]) == ("high", "Explicit")
    assert [(m["rule"], m["label"]) for m in verdict["matched"]] == [
        ("likely", "Sex Toys"),
        ("violence", "Weapons"),
    ]
    assert verdict["margin"] == 5  # Sex Toys to 80: there, Weapons' medium would be left


def test_the_margin_is_that_of_the_nearest_label():
    rules = policy(*EXPLICIT, rule("violence", "Violence", 90, "critical"))
    verdict = judge(raw("Violence", 89), raw("Explicit", 85), rules=rules)
    assert (verdict["severity"], verdict["margin"]) == ("high", 1)


def test_two_labels_that_both_decide_hold_each_other():
    rules = policy(rule("a", "Explicit", 90, "high"), rule("b", "Violence", 90, "high"))
    assert judge(raw("Explicit", 95), raw("Violence", 91), rules=rules)["margin"] is None


def test_a_particular_rule_and_a_wide_one_both_count():
    rules = policy(rule("wide", "Violence", 90, "high"), rule("self", "Self-Harm", 50, "medium"))
    assert judge(raw("Self-Harm", 60), rules=rules)["severity"] == "medium"
    assert judge(raw("Self-Harm", 95), rules=rules)["severity"] == "high"
    assert judge(raw("Weapons", 60), rules=rules)["severity"] == "none"


def test_a_rule_of_severity_none_exempts_from_wider_rules_only():
    rules = policy(
        *EXPLICIT,
        rule("art", "Explicit Nudity", 0, "none"),
        rule("but", "Exposed Male Genitalia", 90, "high"),
    )
    exempt = judge(*branch("Exposed Female Nipple", 99), rules=rules)
    assert (exempt["severity"], exempt["margin"]) == ("none", None)
    assert [m["rule"] for m in exempt["matched"]] == ["art"]
    assert judge(*branch("Exposed Male Genitalia", 95), rules=rules)["severity"] == "high"
    assert judge(*branch("Sex Toys", 99), rules=rules)["severity"] == "critical"
    surer_parent = [raw("Explicit", 99), raw("Explicit Nudity", 70)]
    assert judge(*surer_parent, rules=rules)["severity"] == "critical"


def test_of_two_exemptions_the_more_particular_one_holds():
    rules = policy(
        rule("wide", "Explicit", 0, "none"),
        rule("between", "Explicit Nudity", 50, "high"),
        rule("art", "Exposed Female Nipple", 0, "none"),
    )
    assert judge(*branch("Exposed Female Nipple", 99), rules=rules)["severity"] == "none"
    assert judge(*branch("Exposed Male Genitalia", 99), rules=rules)["severity"] == "high"


# Content types


@pytest.mark.parametrize(
    ("content_types", "severity"),
    [
        ((), "high"),
        ([("Animated", 49.9)], "high"),
        ([("Animated", 50)], "low"),
        ([("illustrated", 93.9)], "low"),
        ([("Animated", 90), ("Illustrated", 90)], "low"),
        ([("Photograph", 90)], "high"),
    ],
)
def test_content_types_include_and_exclude(content_types, severity):
    drawn = ["Animated", "Illustrated"]
    rules = policy(
        rule("real", "Violence", 80, "high", exclude=drawn),
        rule("drawn", "Violence", 80, "low", include=drawn),
    )
    verdict = judge(raw("Violence", 92), rules=rules, content_types=content_types)
    assert verdict["severity"] == severity


# Unknown labels


def test_an_unknown_label_takes_the_rules_of_what_is_above_it():
    verdict = judge(raw("Deepfake", 98, "Explicit Nudity"), *branch("Explicit Nudity", 98))
    assert (verdict["severity"], verdict["category"]) == ("critical", "Explicit")
    assert verdict["matched"][0]["label"] == "Deepfake"
    assert verdict["unknown_labels"] == ["Deepfake"]


def test_an_unknown_label_under_an_uncovered_parent_is_still_told():
    verdict = judge(raw("Slots", 98, "Gambling"))
    assert (verdict["severity"], verdict["unknown_labels"]) == ("none", ["Slots"])


@pytest.mark.parametrize("parent", ["", "Scams"])
def test_a_label_that_nothing_explains_goes_to_a_person(parent):
    verdict = judge(raw("Phishing", 21, parent))
    assert (verdict["severity"], verdict["may_stop"]) == ("medium", False)
    assert verdict["category"] == parent or verdict["category"] == "Phishing"
    assert verdict["matched"][0]["rule"] == "(unknown label)"
    assert "Phishing" in verdict["unknown_labels"]
    assert verdict["review"] == {"ladder": [14400], "default": "allow", "remind": None}
    assert verdict["margin"] is None


# Stops


@pytest.mark.parametrize(
    ("mode", "changes", "may", "would", "default"),
    [
        ("enforce", {}, True, False, "stop"),
        ("observe", {}, False, True, "allow"),
        ("enforce", {"source": "medialive"}, True, False, "stop"),
        ("enforce", UPLOAD, False, False, "block"),
        ("observe", UPLOAD, False, False, "block"),
        ("enforce", {"source": "upload"}, False, False, "block"),
        ("enforce", {"put_at": iso(NOW - timedelta(seconds=301))}, False, False, "allow"),
        ("observe", {"put_at": iso(NOW - timedelta(seconds=301))}, False, False, "allow"),
        ("enforce", {"put_at": iso(NOW - timedelta(seconds=299))}, True, False, "stop"),
        ("enforce", {"put_at": "2026-11-22T09:05:31+01:00"}, True, False, "stop"),
    ],
)
def test_only_a_fresh_frame_of_a_stream_may_stop_it(mode, changes, may, would, default):
    verdict = judge(raw("Explicit", 98), mode=mode, at=changes)
    assert verdict["severity"] == "critical"
    assert (verdict["may_stop"], verdict["would_stop"]) == (may, would)
    assert verdict["review"]["default"] == default


def test_what_is_not_critical_stops_nothing():
    verdict = judge(raw("Explicit", 96))
    assert (verdict["may_stop"], verdict["would_stop"]) == (False, False)
    assert verdict["review"] == {"ladder": [900, 600], "default": "allow", "remind": 660}


def test_a_channel_has_its_own_mode_rules_and_age():
    own = {"mode": "observe", "max_age": "2s", "rules": [rule("stop", "Explicit", 90, "critical")]}
    channels = {"AbCdef1G2hij": own}
    verdict = judge(raw("Explicit", 91), channels=channels)
    assert (verdict["mode"], verdict["would_stop"]) == ("observe", True)
    late = {"put_at": iso(NOW - timedelta(seconds=3))}
    assert judge(raw("Explicit", 91), channels=channels, at=late)["stale"]
    elsewhere = {"channel": "other", "channel_arn": ARN + "x"}
    assert judge(raw("Explicit", 91), channels=channels, at=elsewhere)["severity"] == "high"


def test_a_verdict_carries_what_a_stop_of_its_channel_does():
    channels = {"AbCdef1G2hij": {"stops": {"ban_for": "none", "revoke_keys": True}}}
    terms = judge(raw("Explicit", 98), channels=channels)["stops"]
    assert (terms["ban_for"], terms["revoke_keys"]) == (0, True)
    elsewhere = {"channel": "other", "channel_arn": ARN + "x"}
    terms = judge(raw("Explicit", 98), channels=channels, at=elsewhere)["stops"]
    assert (terms["ban_for"], terms["revoke_keys"]) == (None, False)


def test_a_resolved_channel_policy_is_taken_as_it_is():
    parsed = policy(channels={"AbCdef1G2hij": {"mode": "observe"}})
    answer = analysis(raw("Explicit", 98))
    resolved = parsed.for_channel("AbCdef1G2hij", ARN)
    assert classify(answer, frame(), resolved, "enforce", NOW) == classify(
        answer, frame(), parsed, "enforce", NOW
    )


# Bad input


@pytest.mark.parametrize("put_at", [None, "", "yesterday", 7, [], "2026-13-45T00:00:00Z"])
def test_a_frame_of_unknown_age_stops_nothing_and_is_not_cleared(put_at):
    verdict = judge(raw("Explicit", 98), at={"put_at": put_at})
    assert (verdict["severity"], verdict["stale"], verdict["may_stop"]) == ("critical", True, False)


@pytest.mark.parametrize("channel_arn", [None, "", 7, [], {}])
def test_a_frame_without_a_plain_channel_stops_nothing(channel_arn):
    verdict = judge(raw("Explicit", 98), at={"channel_arn": channel_arn})
    assert (verdict["severity"], verdict["may_stop"]) == ("critical", False)


def test_an_empty_frame_is_judged():
    verdict = classify(analysis(raw("Explicit", 98)), {}, policy(), "enforce", NOW)
    assert (verdict["severity"], verdict["may_stop"]) == ("critical", False)


@pytest.mark.parametrize("odd", [None, [], "frame", 7])
def test_what_is_no_frame_is_named(odd):
    with pytest.raises(FrameMalformedError, match="not an object"):
        classify(analysis(), odd, policy(), "enforce", NOW)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"labels": []},
        {"content_types": []},
        {"labels": None, "content_types": []},
        {"labels": [], "content_types": None},
        {"labels": [], "content_types": ["Animated"]},
        {"labels": [], "content_types": [{"Confidence": 90}]},
        {"labels": [], "content_types": [{"Name": "Animated"}]},
        {"labels": [{"Name": "Explicit"}], "content_types": []},
    ],
)
def test_a_malformed_answer_is_never_cleared(answer):
    with pytest.raises(AnalysisMalformedError):
        classify(answer, frame(), policy(), "enforce", NOW)


@pytest.mark.parametrize("mode", ["", "Enforce", "off", None])
def test_a_mode_is_one_of_two(mode):
    with pytest.raises(ValueError, match="observe, enforce"):
        judge(mode=mode)


# Properties

NAMES = st.sampled_from(taxonomy.LABEL_NAMES)
LABELS = st.lists(st.tuples(NAMES, st.integers(0, 100)), max_size=6)
RULES = st.lists(
    st.tuples(NAMES, st.integers(0, 100), st.sampled_from(SEVERITIES[1:])),
    min_size=1,
    max_size=6,
    unique_by=lambda each: each[:2],
)


def read(rules):
    return policy(*(rule(f"r{n}", *each) for n, each in enumerate(rules)))


@settings(max_examples=150, deadline=None)
@given(LABELS, RULES, st.integers(0, 5), st.integers(0, 100))
def test_a_surer_answer_is_never_judged_more_mildly(labels, rules, place, more):
    rules = read(rules)
    before = judge(*(raw(*each) for each in labels), rules=rules)
    surer = [(n, min(100, c + more)) if at == place else (n, c) for at, (n, c) in enumerate(labels)]
    after = judge(*(raw(*each) for each in surer), rules=rules)
    assert at_least(after["severity"], before["severity"])


@settings(max_examples=100, deadline=None)
@given(LABELS, RULES, st.randoms())
def test_the_order_of_labels_and_rules_means_nothing(labels, rules, random):
    placed = [rule(f"r{n}", *each) for n, each in enumerate(rules)]
    shuffled, mixed = list(labels), list(placed)
    random.shuffle(shuffled)
    random.shuffle(mixed)
    one = judge(*(raw(*each) for each in labels), rules=policy(*placed))
    other = judge(*(raw(*each) for each in shuffled), rules=policy(*mixed))
    assert one | {"policy_hash": ""} == other | {"policy_hash": ""}


@settings(max_examples=100, deadline=None)
@given(LABELS, RULES)
def test_repeating_a_finding_on_the_levels_above_it_changes_nothing(labels, rules):
    rules = read(rules)
    bare = judge(*(raw(*each) for each in labels), rules=rules)
    full = judge(*(each for label in labels for each in branch(*label)), rules=rules)
    assert full == bare


@settings(max_examples=30, deadline=None)
@given(NAMES, st.integers(0, 100), RULES)
def test_the_margin_is_where_the_severity_changes(name, confidence, rules):
    rules = read(rules)
    verdict = judge(raw(name, confidence), rules=rules)
    severities = {c: judge(raw(name, c), rules=rules)["severity"] for c in range(101)}
    if verdict["margin"] is None:
        assert set(severities.values()) == {verdict["severity"]}
        return
    near = [c for c in severities if abs(c - confidence) < verdict["margin"]]
    assert {severities[c] for c in near} <= {verdict["severity"]}
    reach = {confidence + verdict["margin"], confidence - verdict["margin"] - 1}
    changed = [c for c in reach if c in severities and severities[c] != verdict["severity"]]
    assert changed


@settings(max_examples=100, deadline=None)
@given(LABELS, RULES)
def test_the_severity_is_that_of_the_strongest_match(labels, rules):
    verdict = judge(*(raw(*each) for each in labels), rules=read(rules))
    ranks = [rank(match["severity"]) for match in verdict["matched"]]
    assert ranks == sorted(ranks, reverse=True)
    assert rank(verdict["severity"]) == max(ranks, default=0)
    assert (verdict["category"] is None) == (not ranks)
