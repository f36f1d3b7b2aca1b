"""The policy document: what it means, and every way in which it can be wrong."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain import taxonomy
from framewarden.domain.durations import format_duration, parse_duration
from framewarden.domain.errors import PolicyInvalidError
from framewarden.domain.policy import Policy, parse_policy, policy_hash
from framewarden.domain.policy_reviews import Review
from framewarden.domain.severity import SEVERITIES, at_least, rank, strongest

ARN = "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij"
ROOM = "arn:aws:ivschat:us-east-1:111122223333:room/AbCdEfGhIjKl"
MEDIALIVE_ARN = "arn:aws:medialive:us-east-1:111122223333:channel:1234567"


def rule(name="stop", label="Explicit", min_confidence=97, severity="critical", **more):
    return {
        "name": name,
        "label": label,
        "min_confidence": min_confidence,
        "severity": severity,
        **more,
    }


def policy(**changes):
    document = {
        "name": "test",
        "max_age": "5m",
        "on_error": "hold",
        "incident_window": "10m",
        "confirm_stop": False,
        "reviews": {
            "critical": {"deadline": "5m", "default": "stop"},
            "high": {"deadline": "15m", "remind": "10m", "escalate": "1h", "default": "allow"},
            "medium": {"deadline": "4h", "default": "allow"},
        },
        "rules": [rule(), rule("look", min_confidence=80, severity="high")],
    }
    return document | changes


def without(key):
    return {name: value for name, value in policy().items() if name != key}


def problems(document):
    with pytest.raises(PolicyInvalidError) as caught:
        parse_policy(document)
    assert all(message for _, message in caught.value.problems)
    return dict(caught.value.problems)


# Durations and severities


@pytest.mark.parametrize(
    ("written", "seconds"),
    [(90, 90), (0, 0), ("90s", 90), ("5m", 300), ("4h", 14400), ("2d", 172800)],
)
def test_a_duration_is_read(written, seconds):
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written",
    ["", "5", "m", "5 m", "5M", "-5m", "1.5h", "1h30m", "٣m", "9" * 5000 + "s"],
)
def test_text_that_is_no_duration_is_refused(written):
    with pytest.raises(ValueError, match="a duration is"):
        parse_duration(written)


@pytest.mark.parametrize("written", [-1, 10**12, True, 1.0, None, [], {}])
def test_what_is_no_duration_is_refused(written):
    with pytest.raises(ValueError, match="a duration is"):
        parse_duration(written)


@given(st.integers(0, 10**8))
def test_a_duration_survives_being_written(seconds):
    assert parse_duration(format_duration(seconds)) == seconds


def test_severities_are_ordered():
    assert sorted(SEVERITIES, key=rank) == ["none", "low", "medium", "high", "critical"]
    assert strongest(["low", "critical", "none"]) == "critical"
    assert strongest([]) == "none"
    assert at_least("high", "high")
    assert at_least("critical", "high")
    assert not at_least("medium", "high")
    with pytest.raises(ValueError, match="grave"):
        rank("grave")


# What a document means


def test_a_valid_document_is_read():
    parsed = parse_policy(policy())
    own = parsed.for_channel("any", None)
    assert (parsed.name, parsed.hash) == ("test", policy_hash(policy()))
    assert (own.policy_name, own.policy_hash) == (parsed.name, parsed.hash)
    assert (own.max_age, own.incident_window, own.on_error) == (300, 600, "hold")
    assert (own.mode, own.confirm_stop) == (None, False)
    assert (own.reviews["high"].ladder, own.reviews["high"].remind) == ((900, 3600), 600)
    assert own.reviews["medium"].remind is None
    assert [r.min_confidence for r in own.rules] == [97.0, 80.0]


def test_what_is_left_out_has_a_stated_default():
    short = {"name": "x", "rules": [rule()], "reviews": policy()["reviews"]}
    own = parse_policy(short).everywhere
    assert (own.max_age, own.incident_window) == (300, 600)
    assert (own.on_error, own.confirm_stop) == ("hold", False)


def test_labels_and_content_types_are_read_in_any_case():
    types = {"include": ["animated"], "exclude": ["ILLUSTRATED"]}
    (read,) = parse_policy(
        policy(rules=[rule(label="explicit", content_types=types)])
    ).everywhere.rules
    assert read.label == "Explicit"
    assert (read.include, read.exclude) == ({"Animated"}, {"Illustrated"})


@pytest.mark.parametrize("key", ["AbCdef1G2hij", ARN])
def test_a_channel_is_found_by_id_or_arn(key):
    parsed = parse_policy(policy(channels={key: {"mode": "observe"}}))
    assert parsed.for_channel("AbCdef1G2hij", ARN).mode == "observe"
    assert parsed.for_channel(None, ARN).mode == "observe"
    assert parsed.for_channel("other", ARN.replace("AbCdef", "Other")).mode is None
    assert parsed.for_channel(None, None) is parsed.everywhere
    assert parsed.for_channel([], {}) is parsed.everywhere


def test_the_arn_goes_before_the_id_of_another_account():
    other = ARN.replace("111122223333", "444455556666")
    parsed = parse_policy(policy(channels={ARN: {"mode": "observe"}, other: {"mode": "enforce"}}))
    assert parsed.for_channel("AbCdef1G2hij", other).mode == "enforce"


def test_a_medialive_channel_is_found_by_the_tail_of_its_arn():
    parsed = parse_policy(policy(channels={"1234567": {"on_error": "stop"}}))
    assert parsed.for_channel(None, MEDIALIVE_ARN).on_error == "stop"


def test_a_channel_inherits_replaces_and_adds():
    own = {
        "max_age": "1m",
        "confirm_stop": True,
        "reviews": {
            "critical": {"deadline": "1m", "remind": 30, "default": "block"},
            "high": {"deadline": "15m", "default": "stop"},
        },
        "rules": [
            rule("look", min_confidence=70, severity="medium"),
            rule("new", "Violence", 0, "low"),
        ],
    }
    parsed = parse_policy(policy(channels={"a": own}))
    channel = parsed.for_channel("a", None)
    assert [(r.name, r.min_confidence) for r in channel.rules] == [
        ("stop", 97),
        ("look", 70),
        ("new", 0),
    ]
    assert (channel.max_age, channel.confirm_stop, channel.on_error) == (60, True, "hold")
    assert channel.reviews["critical"] == Review((60,), "block", 30)
    assert channel.reviews["high"] == Review((900,), "stop", None), "replaced as a whole"
    assert channel.reviews["medium"] == parsed.everywhere.reviews["medium"]
    assert channel.policy_hash == parsed.hash
    assert len(parsed.everywhere.rules) == 2


def test_a_review_is_found_for_every_severity():
    reviews = {name: policy()["reviews"][name] for name in ("critical", "medium")}
    own = parse_policy(policy(rules=[rule()], reviews=reviews)).everywhere
    assert own.review_for("high") == own.reviews["critical"]
    assert own.review_for("none") == own.reviews["medium"]
    only = parse_policy(policy(rules=[rule(severity="low")], reviews={"medium": reviews["medium"]}))
    assert only.everywhere.review_for("critical") == only.everywhere.reviews["medium"]


@pytest.mark.parametrize(
    ("severity", "still", "suspended", "default"),
    [
        ("critical", False, False, "stop"),
        ("critical", True, False, "block"),
        ("critical", False, True, "allow"),
        ("critical", True, True, "block"),
        ("high", True, False, "allow"),
        ("high", False, True, "allow"),
    ],
)
def test_a_default_never_stops_where_nothing_may(severity, still, suspended, default):
    own = parse_policy(policy()).everywhere
    document = own.review_document(severity, still=still, suspended=suspended)
    review = own.reviews[severity]
    assert document == {
        "ladder": list(review.ladder),
        "default": default,
        "remind": review.remind,
    }


# The hash


def test_the_hash_is_of_the_meaning_not_of_the_spelling():
    document = policy()
    shuffled = dict(reversed(document.items()))
    assert policy_hash(shuffled) == policy_hash(json.loads(json.dumps(document, indent=3)))
    assert policy_hash(document) != policy_hash(policy(name="other"))
    assert len(policy_hash(document)) == 64


def test_what_json_cannot_say_has_no_hash():
    with pytest.raises(ValueError, match="JSON"):
        policy_hash({"min_confidence": float("nan")})


# Every way in which a document can be wrong


@pytest.mark.parametrize(
    "document", [None, {}, [], "", 0, False, [policy()], "name: x", 7, 1.5, True]
)
def test_what_is_no_document_is_refused(document):
    ((path, message),) = problems(document).items()
    assert path == ()
    assert "empty" in message or "must be a mapping" in message


BAD = [
    (("extra",), policy(extra=1), "unknown key 'extra'; allowed: name, incident_window"),
    (("max_ages",), policy(max_ages=1), "did you mean 'max_age'?"),
    (("mode",), policy(mode="observe"), "unknown key"),
    ((7,), policy() | {7: 1}, "put 7 in quotes"),
    (("null",), policy() | {None: 1}, "put null in quotes"),
    (("name",), without("name"), "missing"),
    (("name",), policy(name=7), "must be text, not 7"),
    (("name",), policy(name=False), "must be text, not false"),
    (("name",), policy(name=" "), "printable"),
    (("name",), policy(name="a\nb"), "printable"),
    (("name",), policy(name="x" * 129), "1 to 128"),
    (("max_age",), policy(max_age="5 minutes"), "must be a duration"),
    (("max_age",), policy(max_age=True), "not true"),
    (("max_age",), policy(max_age=None), "not null"),
    (("max_age",), policy(max_age=0), "must be 1s to 7d"),
    (("max_age",), policy(max_age="8d"), "must be 1s to 7d"),
    (("incident_window",), policy(incident_window=1.5), "must be a duration"),
    (("on_error",), policy(on_error="pass"), "must be one of hold, review, stop, not 'pass'"),
    (("on_error",), policy(on_error="reviw"), "did you mean 'review'?"),
    (("on_error",), policy(on_error=False), "not false"),
    (("on_error",), policy(on_error=[]), "not a list"),
    (("confirm_stop",), policy(confirm_stop="yes"), "must be true or false, not 'yes'"),
    (("confirm_stop",), policy(confirm_stop=1), "must be true or false, not 1"),
    (("rules",), without("rules"), "not null"),
    (("rules",), policy(rules=[]), "not an empty list"),
    (("rules",), policy(rules={"a": 1}), "not a mapping"),
    (("rules", 0), policy(rules=[None]), "must be a mapping with name, label"),
    (("rules", 0, "name"), policy(rules=[{"label": "Explicit"}]), "missing"),
    (("rules", 1, "name"), policy(rules=[rule(), rule(min_confidence=1)]), "already the name"),
    (("rules", 0, "label"), policy(rules=[rule(label="Explict")]), "did you mean 'Explicit'?"),
    (("rules", 0, "label"), policy(rules=[rule(label="zzzz")]), "allowed: the 52 names"),
    (("rules", 0, "label"), policy(rules=[rule(label=None)]), "must be text"),
    (("rules", 0, "min_confidence"), policy(rules=[rule(min_confidence=101)]), "0 to 100, not 101"),
    (("rules", 0, "min_confidence"), policy(rules=[rule(min_confidence=-0.1)]), "0 to 100"),
    (("rules", 0, "min_confidence"), policy(rules=[rule(min_confidence=float("nan"))]), "not nan"),
    (("rules", 0, "min_confidence"), policy(rules=[rule(min_confidence=float("inf"))]), "not inf"),
    (("rules", 0, "min_confidence"), policy(rules=[rule(min_confidence=10**400)]), "0 to 100"),
    (("rules", 0, "min_confidence"), policy(rules=[rule(min_confidence=True)]), "not true"),
    (("rules", 0, "min_confidence"), policy(rules=[rule(min_confidence="1e2")]), "not '1e2'"),
    (("rules", 0, "min_confidence"), policy(rules=[rule(severity="none")]), "must be 0"),
    (("rules", 0, "severity"), policy(rules=[rule(severity="crtical")]), "did you mean 'critical'"),
    (("rules", 0, "severity"), policy(rules=[rule(severity=None)]), "not null"),
    (("rules", 0, "min"), policy(rules=[rule(min=1)]), "unknown key"),
    (("rules", 0, "content_types"), policy(rules=[rule(content_types=["Animated"])]), "a list"),
    (("reviews",), without("reviews"), "missing: medium"),
    (("reviews",), policy(reviews=None), "must be a mapping"),
    (("reviews", "low"), policy(reviews=policy()["reviews"] | {"low": {}}), "unknown key"),
]


@pytest.mark.parametrize(("path", "document", "says"), BAD)
def test_a_fault_is_placed_and_explained(path, document, says):
    assert says in problems(document)[path]


@pytest.mark.parametrize(
    ("types", "below", "says"),
    [
        ({"include": ["Animate"]}, ("include", 0), "did you mean 'Animated'?"),
        ({"include": ["Animated", 3]}, ("include", 1), "unknown content type 3"),
        ({"include": []}, ("include",), "leave it out"),
        ({"exclude": "Animated"}, ("exclude",), "must be a list"),
        ({"only": ["Animated"]}, ("only",), "allowed: include, exclude"),
        ({"include": ["Animated"], "exclude": ["Animated"]}, (), "no picture can match"),
    ],
)
def test_content_types_are_checked(types, below, says):
    found = problems(policy(rules=[rule(content_types=types)]))
    assert says in found["rules", 0, "content_types", *below]


@pytest.mark.parametrize(
    ("review", "below", "says"),
    [
        ({"default": "stop"}, ("deadline",), "missing"),
        ({"deadline": "5m"}, ("default",), "missing: one of allow, stop, block"),
        ({"deadline": "0s", "default": "stop"}, ("deadline",), "must be 1s to 7d"),
        ({"deadline": "5m", "default": "alow"}, ("default",), "did you mean 'allow'?"),
        ({"deadline": "4d", "escalate": "4d", "default": "stop"}, (), "more than 7d together"),
        ({"deadline": "5m", "escalate": None, "default": "stop"}, ("escalate",), "not null"),
        (
            {"deadline": "5m", "remnid": "1m", "default": "stop"},
            ("remnid",),
            "did you mean 'remind'",
        ),
        ({"deadline": "5m", "remind": "5m", "default": "stop"}, ("remind",), "which is 5m"),
        (
            {"deadline": "5m", "remind": "4h", "default": "stop"},
            ("remind",),
            "shorter than the dead",
        ),
        ({"deadline": "5m", "remind": "0s", "default": "stop"}, ("remind",), "must be 1s to 7d"),
        ({"deadline": "5m", "remind": None, "default": "stop"}, ("remind",), "not null"),
        ({"deadline": "5m", "remind": "soon", "default": "stop"}, ("remind",), "not 'soon'"),
        (None, (), "must be a mapping"),
    ],
)
def test_reviews_are_checked(review, below, says):
    found = problems(policy(reviews=policy()["reviews"] | {"critical": review}))
    assert says in found["reviews", "critical", *below]


@pytest.mark.parametrize("severity", ["critical", "high", "medium"])
def test_every_severity_that_a_rule_gives_needs_a_review(severity):
    kept = {name: review for name, review in policy()["reviews"].items() if name != severity}
    found = problems(policy(reviews=kept, rules=[rule(severity=severity)]))
    assert "people need a deadline" in found["reviews", severity]


def test_a_broken_review_is_not_missing_as_well():
    found = problems(policy(reviews=policy()["reviews"] | {"critical": {"deadline": "5m"}}))
    assert list(found) == [("reviews", "critical", "default")]


@pytest.mark.parametrize("deadline", [None, "soon", "8d"])
def test_a_reminder_is_not_blamed_for_a_broken_deadline(deadline):
    broken = {"deadline": deadline, "remind": "1m", "default": "stop"}
    found = problems(policy(reviews=policy()["reviews"] | {"critical": broken}))
    assert list(found) == [("reviews", "critical", "deadline")]


@given(deadline=st.integers(1, 6 * 86_400), remind=st.integers(1, 6 * 86_400))
def test_people_are_reminded_before_the_deadline_or_not_at_all(deadline, remind):
    review = {"deadline": deadline, "remind": remind, "default": "allow"}
    document = policy(reviews=policy()["reviews"] | {"high": review})
    if remind < deadline:
        assert parse_policy(document).everywhere.reviews["high"].remind == remind
    else:
        assert list(problems(document)) == [("reviews", "high", "remind")]


def test_two_rules_that_disagree_are_refused():
    found = problems(policy(rules=[rule("a"), rule("b", label="explicit", severity="high")]))
    assert found == {
        ("rules", 1): "two rules disagree about Explicit from 97: 'a' says critical, 'b' says high"
    }


@pytest.mark.parametrize(
    "second",
    [
        rule("b"),
        rule("b", min_confidence=96, severity="high"),
        rule("b", "Violence", severity="high"),
        rule("b", severity="high", content_types={"exclude": ["Animated"]}),
    ],
)
def test_rules_that_do_not_meet_do_not_disagree(second):
    first = rule("a", content_types={"include": ["Animated"]})
    parse_policy(policy(rules=[first, second]))


def test_overlapping_content_types_disagree():
    first = rule("a", content_types={"include": ["Animated"]})
    second = rule("b", severity="high", content_types={"include": ["Illustrated"]})
    assert ("rules", 1) in problems(policy(rules=[first, second]))  # a picture may be both


CHANNEL_BAD = [
    (None, (), "must be a mapping"),
    ({"mode": "obsrve"}, ("mode",), "did you mean 'observe'?"),
    ({"incident_window": "1m"}, ("incident_window",), "allowed: mode, max_age"),
    ({"rules": []}, ("rules",), "empty list"),
    ({"rules": [rule("new", severity="high")]}, ("rules", 0), "'stop' says critical"),
    ({"rules": [rule("look")], "max_age": "x"}, ("max_age",), "must be a duration"),
]


@pytest.mark.parametrize(("own", "below", "says"), CHANNEL_BAD)
def test_channels_are_checked(own, below, says):
    assert says in problems(policy(channels={"a": own}))["channels", "a", *below]


def test_a_conflict_with_a_later_rule_is_the_channels():
    own = {"rules": [rule("stop", min_confidence=80)]}  # takes the first place, meets `look`
    assert list(problems(policy(channels={"a": own}))) == [("channels", "a", "rules", 0)]


def test_a_channels_new_severity_needs_a_review():
    reviews = {name: policy()["reviews"][name] for name in ("high", "medium")}
    rules = [rule("look", severity="high")]
    channels = {"a": {"rules": [rule("new", min_confidence=99)]}}
    found = problems(policy(reviews=reviews, rules=rules, channels=channels))
    assert list(found) == [("channels", "a", "reviews", "critical")]


@pytest.mark.parametrize("key", ["", " ", "a b", "a\n", "x\u200b"])
def test_a_channel_has_a_plausible_name(key):
    assert "id or its ARN" in problems(policy(channels={key: {}}))["channels", key]


def test_a_channel_has_one_part():
    found = problems(policy(channels={"AbCdef1G2hij": {}, ARN: {}}))
    assert "is the same channel" in found["channels", ARN]


def test_all_problems_are_told_at_once():
    document = policy(
        name=1, max_age="x", rules=[rule(label="Explict", severity="hihg"), rule("b", 7)]
    )
    assert set(problems(document)) == {
        ("name",),
        ("max_age",),
        ("rules", 0, "label"),
        ("rules", 0, "severity"),
        ("rules", 1, "label"),
    }


def test_a_message_stays_short_whatever_the_value():
    (message,) = problems(policy(on_error="x" * 10_000)).values()
    assert len(message) < 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_garbage_is_an_invalid_policy_and_nothing_else(document):
    problems(document)


def _places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in items if isinstance(value, dict | list) else ():
        if isinstance(below, dict | list):
            yield from _places(below, (*path, key))
        else:
            yield (*path, key)


FULL = policy(
    rules=[rule(content_types={"include": ["Animated"], "exclude": ["Illustrated"]})],
    stops={"ban_for": "1h", "revoke_keys": True, "medialive": "slate", "slate_input": "s"},
    rooms={"viewers": ROOM, "moderators": ROOM + "2"},
    breaker={"stops": 20, "within": "10m"},
    channels={
        "a": {"mode": "observe", "rules": [rule("new", "Violence")], "stops": {"ban_for": "none"}}
    },
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from([place for place in _places(FULL) if place]), JSON)
def test_garbage_anywhere_is_refused_or_harmless(place, garbage):
    document = copy.deepcopy(FULL)
    around = document
    for step in place[:-1]:
        around = around[step]
    around[place[-1]] = garbage
    try:
        assert isinstance(parse_policy(document), Policy)
    except PolicyInvalidError as invalid:
        assert invalid.problems
        assert str(invalid)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(taxonomy.LABEL_NAMES), st.randoms())
def test_every_label_may_be_named_in_any_case(label, random):
    spelt = "".join(random.choice((c.upper(), c.lower())) for c in label)
    (read,) = parse_policy(policy(rules=[rule(label=spelt)])).everywhere.rules
    assert read.label == label
