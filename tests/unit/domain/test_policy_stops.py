"""What a policy says about stops, and every way in which it can be wrong there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain.durations import format_duration
from framewarden.domain.errors import PolicyInvalidError
from framewarden.domain.policy import parse_policy
from framewarden.domain.policy_stops import DEFAULT_STOPS, LONGEST_BAN, MOST_STOPS

VIEWERS = "arn:aws:ivschat:us-east-1:111122223333:room/AbCdEfGhIjKl"
MODERATORS = "arn:aws:ivschat:us-east-1:111122223333:room/MnOpQrStUvWx"
DEFAULT_TERMS = {
    "ban_for": None,
    "revoke_keys": False,
    "medialive": "stop_channel",
    "slate_input": None,
    "rooms": {"viewers": None, "moderators": None},
    "breaker": {"stops": 20, "within": 600},
}


def policy(**changes):
    document = {
        "name": "test",
        "reviews": {"critical": {"deadline": "5m", "default": "stop"}},
        "rules": [{"name": "a", "label": "Explicit", "min_confidence": 97, "severity": "critical"}],
    }
    document["reviews"]["medium"] = {"deadline": "4h", "default": "allow"}
    return document | changes


def terms(channel=None, **changes):
    return parse_policy(policy(**changes)).for_channel(channel, None).stops.document()


def problems(**changes):
    with pytest.raises(PolicyInvalidError) as caught:
        parse_policy(policy(**changes))
    return dict(caught.value.problems)


# What is said, and what holds where nothing is said


def test_what_is_left_out_has_a_stated_default():
    assert terms() == DEFAULT_TERMS == DEFAULT_STOPS.document()
    assert terms(stops={}, rooms={}, breaker={}) == DEFAULT_TERMS


def test_everything_that_is_said_is_in_the_terms():
    said = terms(
        stops={
            "ban_for": "2h",
            "revoke_keys": True,
            "medialive": "slate",
            "slate_input": "replacement video",
        },
        rooms={"viewers": VIEWERS, "moderators": MODERATORS},
        breaker={"stops": 3, "within": "1h"},
    )
    assert said == {
        "ban_for": 7200,
        "revoke_keys": True,
        "medialive": "slate",
        "slate_input": "replacement video",
        "rooms": {"viewers": VIEWERS, "moderators": MODERATORS},
        "breaker": {"stops": 3, "within": 3600},
    }


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("until_reinstated", None),
        ("none", 0),
        (1, 1),
        ("90s", 90),
        ("30d", 30 * 86_400),
        ("365d", LONGEST_BAN),
    ],
)
def test_a_ban_lasts_as_long_as_it_says(written, seconds):
    assert terms(stops={"ban_for": written})["ban_for"] == seconds


def test_a_channel_replaces_key_by_key():
    above = {
        "stops": {"ban_for": "1h", "revoke_keys": True, "slate_input": "s", "medialive": "slate"},
        "rooms": {"viewers": VIEWERS, "moderators": MODERATORS},
        "breaker": {"stops": 5},
    }
    own = {
        "a": {"stops": {"ban_for": "none", "slate_input": "other"}},
        "b": {"stops": {"revoke_keys": False}, "rooms": {"viewers": VIEWERS + "2"}},
        "c": {"stops": {"medialive": "stop_channel"}},
        "d": {},
    }
    told = {name: terms(name, **above, channels=own) for name in "abcd"}
    assert told["d"] == terms(**above)
    assert told["a"] == told["d"] | {"ban_for": 0, "slate_input": "other"}
    rooms = {"viewers": VIEWERS + "2", "moderators": MODERATORS}
    assert told["b"] == told["d"] | {"revoke_keys": False, "rooms": rooms}
    assert told["c"] == told["d"] | {"medialive": "stop_channel"}
    assert {terms["breaker"]["stops"] for terms in told.values()} == {5}


def test_a_slate_may_take_its_input_from_above():
    above, own = {"slate_input": "s"}, {"a": {"stops": {"medialive": "slate"}}}
    said = terms("a", stops=above, channels=own)
    assert (said["medialive"], said["slate_input"]) == ("slate", "s")


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws-cn:ivschat:cn-north-1:111122223333:room/a",
        "arn:aws-us-gov:ivschat:us-gov-west-1:111122223333:room/A-1",
    ],
)
def test_a_room_may_be_in_any_partition(arn):
    assert terms(rooms={"viewers": arn})["rooms"] == {"viewers": arn, "moderators": None}


# What is wrong

BAN_FORMS = "must be until_reinstated, none, or a duration (whole seconds such as 90"
BAD = [
    (("stops",), {"stops": None}, "must be a mapping with ban_for, revoke_keys, medialive"),
    (("stops", "banfor"), {"stops": {"banfor": "1h"}}, "did you mean 'ban_for'?"),
    (("stops", "ban_for"), {"stops": {"ban_for": "until_reinstate"}}, "'until_reinstated'?"),
    (("stops", "ban_for"), {"stops": {"ban_for": "None"}}, "(did you mean 'none'?)"),
    (("stops", "ban_for"), {"stops": {"ban_for": "forever"}}, BAN_FORMS),
    (("stops", "ban_for"), {"stops": {"ban_for": None}}, "not null"),
    (("stops", "ban_for"), {"stops": {"ban_for": True}}, "not true"),
    (("stops", "ban_for"), {"stops": {"ban_for": 1.5}}, BAN_FORMS),
    (("stops", "ban_for"), {"stops": {"ban_for": ["none"]}}, "not a list"),
    (("stops", "ban_for"), {"stops": {"ban_for": -5}}, "not -5"),
    (("stops", "ban_for"), {"stops": {"ban_for": "-5m"}}, "not '-5m'"),
    (("stops", "ban_for"), {"stops": {"ban_for": 0}}, "not 0; for no ban write none"),
    (("stops", "ban_for"), {"stops": {"ban_for": "0s"}}, "for no ban write none"),
    (
        ("stops", "ban_for"),
        {"stops": {"ban_for": "366d"}},
        "must be 1s to 365d, not '366d'; for longer: until_reinstated",
    ),
    (("stops", "revoke_keys"), {"stops": {"revoke_keys": "yes"}}, "must be true or false"),
    (("stops", "medialive"), {"stops": {"medialive": "slat"}}, "did you mean 'slate'?"),
    (("stops", "medialive"), {"stops": {"medialive": None}}, "one of stop_channel, slate"),
    (
        ("stops", "slate_input"),
        {"stops": {"medialive": "slate"}},
        "missing: the name of the input attachment",
    ),
    (("stops", "slate_input"), {"stops": {"slate_input": 7}}, "must be text, not 7"),
    (("stops", "slate_input"), {"stops": {"slate_input": " "}}, "printable"),
    (("rooms",), {"rooms": VIEWERS}, "must be a mapping with viewers, moderators"),
    (("rooms", "viewer"), {"rooms": {"viewer": VIEWERS}}, "did you mean 'viewers'?"),
    (("rooms", "viewers"), {"rooms": {"viewers": None}}, "the ARN of an IVS Chat room, arn:aws:"),
    (("rooms",), {"rooms": {"viewers": VIEWERS, "moderators": VIEWERS}}, "a room of their own"),
    (("breaker",), {"breaker": 20}, "must be a mapping with stops, within"),
    (("breaker", "stop"), {"breaker": {"stop": 1}}, "did you mean 'stops'?"),
    (("breaker", "within"), {"breaker": {"within": 0}}, "must be 1s to 7d"),
    (("breaker", "within"), {"breaker": {"within": "soon"}}, "must be a duration"),
    (("breaker", "within"), {"breaker": {"within": None}}, "not null"),
]


@pytest.mark.parametrize(("path", "wrong", "says"), BAD)
def test_a_fault_is_placed_and_explained(path, wrong, says):
    found = problems(**wrong)
    assert list(found) == [path]
    assert says in found[path]


@pytest.mark.parametrize("stops", [0, -1, MOST_STOPS + 1, 1.5, "20", True, None, [20]])
def test_a_breaker_counts_whole_stops(stops):
    found = problems(breaker={"stops": stops})
    assert "must be a whole number from 1 to 1000" in found["breaker", "stops"]


@pytest.mark.parametrize("stops", [1, MOST_STOPS])
def test_a_breaker_has_bounds_that_may_be_reached(stops):
    assert terms(breaker={"stops": stops})["breaker"]["stops"] == stops


@pytest.mark.parametrize(
    "arn",
    [
        "AbCdEfGhIjKl",
        "",
        7,
        VIEWERS + "\n",
        VIEWERS.replace("ivschat", "ivs"),
        "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij",
        VIEWERS.replace("111122223333", "1111"),
        VIEWERS.replace("111122223333", "١١١١٢٢٢٢٣٣٣٣"),
        VIEWERS.replace("room/", "rooms/"),
        VIEWERS.replace("us-east-1", ""),
        f" {VIEWERS}",
    ],
)
def test_a_room_that_is_none_is_refused(arn):
    found = problems(rooms={"moderators": arn})
    assert list(found) == [("rooms", "moderators")]


CHANNEL_BAD = [
    ({"breaker": {"stops": 1}}, ("breaker",), "unknown key 'breaker'"),
    ({"stops": None}, ("stops",), "must be a mapping"),
    ({"stops": {"ban_for": 0}}, ("stops", "ban_for"), "for no ban write none"),
    ({"stops": {"medialive": "slate"}}, ("stops", "slate_input"), "missing"),
    ({"rooms": {"viewers": MODERATORS}}, ("rooms",), "a room of their own"),
]


@pytest.mark.parametrize(("own", "below", "says"), CHANNEL_BAD)
def test_a_channels_fault_is_the_channels(own, below, says):
    found = problems(rooms={"moderators": MODERATORS}, channels={"a": own, "b": {}})
    assert list(found) == [("channels", "a", *below)]
    assert says in found["channels", "a", *below]


@pytest.mark.parametrize(
    "wrong",
    [
        {"stops": {"medialive": "slate"}},
        {"stops": {"medialive": "slate", "slate_input": 7}},
        {"rooms": {"viewers": VIEWERS, "moderators": VIEWERS}},
    ],
)
def test_a_fault_above_is_not_told_again_for_every_channel(wrong):
    channels = {"a": {}, "b": {"stops": {"ban_for": "1h"}, "rooms": {}}}
    assert len(problems(**wrong, channels=channels)) == 1


# Properties

BANS = st.sampled_from(["until_reinstated", "none"]) | st.integers(1, LONGEST_BAN)
STOPS = st.fixed_dictionaries(
    {},
    optional={
        "ban_for": BANS,
        "revoke_keys": st.booleans(),
        "slate_input": st.sampled_from(["slate", "other"]),
    },
)


@settings(max_examples=100, deadline=None)
@given(STOPS, STOPS)
def test_a_channel_differs_from_above_only_in_what_it_says(above, own):
    everywhere = terms(stops=above)
    channel = terms("a", stops=above, channels={"a": {"stops": own}})
    said = terms(stops=own)
    for name in everywhere:
        assert channel[name] == (said if name in own else everywhere)[name]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, LONGEST_BAN))
def test_a_ban_means_the_same_however_it_is_spelt(seconds):
    spelt = terms(stops={"ban_for": format_duration(seconds)})
    assert spelt == terms(stops={"ban_for": seconds})
    assert spelt["ban_for"] == seconds
