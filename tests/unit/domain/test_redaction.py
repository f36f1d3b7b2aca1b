"""What nobody may read is taken out wherever it stands; what says which thing is which stays."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.redaction import (
    REDACTED,
    redacted,
    redacted_json,
    redacted_text,
    secrets_in,
)

TOKEN = "AQCkAAAAKgAAAAMAAAAAAAAAAbDPM1bYVnqHcSRn5Yqs+8/w==" * 8
KEY = (
    "ivs/v1/111122223333/AbCdef1G2hij/2026/11/22/8/5/j8Z9O91ndcVs/media/thumbnails/high/thumb42.jpg"
)
ARN = (
    "arn:aws:states:us-east-1:111122223333:execution:framewarden-ModerateStateMachine-13284F3473C4B"
    ":60a020bd9d309066839103ad7e6b3a2369f5bbece6254ff42cd6df378fe30835-2"
)
FRAME = {
    "frame_id": "60a020bd9d309066839103ad7e6b3a2369f5bbece6254ff42cd6df378fe30835",
    "bucket": "framewarden-framesbucket-" + "a" * 38,
    "key": KEY,
    "version_id": "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH",
    "etag": "b1946ac92492d2347c6235b4d2611184",
    "channel_arn": "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij",
    "policy_hash": "ab" * 32,
    "evidence": f"critical/AbCdef1G2hij/2026/11/22/{'ab' * 32}-2.json",
    "size": 48213,
    "put_at": "2026-11-22T08:05:31.000Z",
}


@pytest.mark.parametrize(
    "name",
    [
        *("task_token", "TaskToken", "token", "Token", "taskToken", "secret", "password"),
        *("passwd", "Authorization", "authorisation", "Cookie", "credential", "credentials"),
        *("nonce", "access_key", "AccessKey", "api_key", "private_key", "secret_key"),
        *("session_key", "signature", "sig"),
    ],
)
def test_what_stands_under_a_secrets_name_is_taken_out(name):
    assert redacted({name: "short"}) == {name: REDACTED}
    assert redacted({"a": [{name: TOKEN}]}) == {"a": [{name: REDACTED}]}


@pytest.mark.parametrize(("name", "value"), [("token", None), ("token", ""), ("sig", 4)])
def test_what_can_be_no_secret_stays(name, value):
    assert redacted({name: value}) == {name: value}
    assert secrets_in({name: value}) == frozenset()


def test_a_document_under_a_secrets_name_is_looked_into():
    assert redacted({"token": {"rule": "x", "other": TOKEN}}) == {
        "token": {"rule": "x", "other": REDACTED}
    }
    assert redacted({"credentials": [TOKEN, "x"]}) == {"credentials": [REDACTED, "x"]}


def test_what_names_a_frame_stays():
    assert redacted(FRAME) == FRAME
    assert redacted({"samples": [FRAME], "frame": FRAME})["frame"] == FRAME
    assert redacted_text(f"frame {FRAME['frame_id']} of {ARN}") == (
        f"frame {FRAME['frame_id']} of {ARN}"
    )


@pytest.mark.parametrize("key", [KEY, "uploads/" + "k" * 900, "uploads/Straße/a b/ü.jpg"])
def test_an_objects_key_stays_however_long_it_is(key):
    for name in ("key", "Key", "frame_key"):
        assert redacted({name: key}) == {name: key}


@pytest.mark.parametrize("name", ["review_id", "id", "channel_arn", "policy_hash", "evidence"])
def test_a_token_under_another_name_of_ours_is_none_of_it(name):
    assert redacted({name: TOKEN}) == {name: REDACTED}
    assert redacted({name: [TOKEN]}) == {name: [REDACTED]}
    assert redacted({name: {"x": TOKEN}}) == {name: {"x": REDACTED}}
    assert redacted({name: "a" * 79}) == {name: "a" * 79}


def test_a_known_secret_is_taken_out_of_a_key_too():
    secret = "s3cr3t-" + "x" * 20
    assert redacted({"key": f"uploads/{secret}.jpg"}, [secret]) == {
        "key": f"uploads/{REDACTED}.jpg"
    }
    assert redacted({secret: "x"}, [secret]) == {REDACTED: "x"}
    assert redacted_text(f"{secret}, {secret}", [secret]) == f"{REDACTED}, {REDACTED}"


def test_of_two_known_secrets_the_longer_one_goes_first():
    assert redacted_text("abcdef", ["abc", "abcdef"]) == REDACTED
    assert redacted("abcdef", ["abc", "abcdef"]) == REDACTED


def test_secrets_are_found_wherever_they_stand():
    document = {"a": [{"task_token": TOKEN}, ({"Token": "t" * 12},)], "sig": "short", "x": TOKEN}
    assert secrets_in(document) == {TOKEN, "t" * 12}
    assert secrets_in("text") == frozenset()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"the token {TOKEN} is", f"the token {REDACTED} is"),
        ("?exp=1&sig=abc&x=2", f"?exp=1&sig={REDACTED}&x=2"),
        ("https://d/?nonce=1.2 then", f"https://d/?nonce={REDACTED} then"),
        ("X-Amz-Signature=00ff&X-Amz-Date=1", f"X-Amz-Signature={REDACTED}&X-Amz-Date=1"),
        ('X-Amz-Security-Token=Fw/="', f'X-Amz-Security-Token={REDACTED}"'),
        ("a" * 79, "a" * 79),
        ("a" * 80, REDACTED),
        ("design=bold", "design=bold"),
        ("", ""),
    ],
)
def test_what_looks_like_a_secret_is_taken_out_of_a_text(text, left):
    assert redacted_text(text) == left


def test_a_text_of_json_is_read_and_another_is_a_text():
    assert redacted_json(json.dumps({"token": "x", "n": 1})) == {"token": REDACTED, "n": 1}
    assert redacted_json(f"no json {TOKEN}") == f"no json {REDACTED}"
    assert redacted_json(None) is None
    assert redacted_json("[1") == "[1"
    assert redacted_json('{"a": "bcd"}', ["bcd"]) == {"a": REDACTED}
    assert redacted_json("bcd", ["bcd"]) == REDACTED


@pytest.mark.parametrize("depth", [400, 900, 100_000])
def test_what_is_nested_beyond_all_sense_is_a_text(depth):
    text = "[" * depth + f'"{TOKEN}"' + "]" * depth
    assert TOKEN not in json.dumps(redacted_json(text))


def test_json_inside_json_hides_no_token():
    inner = json.dumps({"task_token": TOKEN, "note": "x"})
    assert TOKEN not in json.dumps(redacted({"input": inner}))
    assert TOKEN not in redacted_text(json.dumps({"cause": json.dumps({"errorMessage": TOKEN})}))


TOKENS = st.text(
    alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", min_size=80,
    max_size=300,
)  # fmt: skip
NAMES = st.text(max_size=6) | st.sampled_from(
    ("note", "task_token", "output", "cause", "labels", "Token", "frame_id", "channel_arn")
)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=12)


def documents(leaves):
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(NAMES, inner, max_size=3)
            | inner.map(json.dumps)
        ),
        max_leaves=6,
    )


@given(TOKENS, st.data())
def test_no_token_survives_however_deep_it_lies(token, data):
    around = st.tuples(st.text(max_size=5), st.text(max_size=5))
    leaves = LEAVES | around.map(lambda pair: f"{pair[0]} {token} {pair[1]}")
    shown = json.dumps(redacted(data.draw(documents(leaves))), ensure_ascii=False)
    assert token not in shown
    assert not re.search(r"[A-Za-z0-9+/=]{80,}", shown)


@given(TOKENS, documents(LEAVES))
def test_a_token_is_no_name_of_a_member_either(token, document):
    assert token not in json.dumps(redacted({token: document}))


@given(documents(LEAVES | TOKENS))
def test_what_was_redacted_once_stays_as_it_is(document):
    once = redacted(document)
    assert redacted(once) == once
    text = json.dumps(document)
    assert redacted_text(redacted_text(text)) == redacted_text(text)


@given(documents(LEAVES))
def test_what_holds_no_secret_comes_back_as_it_was(document):
    named = re.compile("token", re.IGNORECASE)
    if not named.search(json.dumps(document)) and "=" not in json.dumps(document):
        assert redacted(document) == document


@given(st.text(max_size=200))
def test_a_key_of_any_shape_survives(key):
    assert redacted({"key": key, "frame_key": key}) == {"key": key, "frame_key": key}
