"""What somebody pastes into one box, from wherever they copied it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.frames import execution_name, read_execution_name
from framewarden.domain.pasted import LONGEST, NOTHING, Pasted, read

FRAME, REVIEW = "ab" * 32, "0f" * 10
STATES = "arn:aws:states:us-east-1:111122223333"
ORDER = "order-" + "a" * 40
KEY = "ivs/v1/111122223333/AbCdef1G2hij/media/thumbnails/thumb1.jpg"
DESK = "https://abc.execute-api.us-east-1.amazonaws.com/live"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (FRAME, "frame", FRAME),
        (f"  {FRAME}\n", "frame", FRAME),
        (f"<{FRAME}>", "frame", FRAME),
        (f"`{FRAME}-2`", "name", f"{FRAME}-2"),
        (REVIEW, "review", REVIEW),
        (ORDER, "order", ORDER),
        ("restop-" + "0" * 40, "order", "restop-" + "0" * 40),
        (f"{REVIEW}-2", "batch", f"{REVIEW}-2"),
        (f"{DESK}/batches/{REVIEW}", "batch", REVIEW),
        (f"{DESK}/batches/{REVIEW}/verify?rule=x", "batch", REVIEW),
        ("adapter-v2026-11-22-080531-2", "adapter", "adapter-v2026-11-22-080531-2"),
        ("adapter-1.5-12", "adapter", "adapter-1.5-12"),
        (f"{DESK}/adapters/v2026-11-22-080531", "adapter", "adapter-v2026-11-22-080531-1"),
        (f"{DESK}/adapters/v2/promote", "adapter", "adapter-v2-1"),
        (
            f"{STATES}:execution:fw-Batch/Analyze:1f-2",
            "arn",
            f"{STATES}:execution:fw-Batch/Analyze:1f-2",
        ),
        (f"{STATES}:mapRun:fw-Batch/Analyze:1f-2", "arn", f"{STATES}:mapRun:fw-Batch/Analyze:1f-2"),
        ("AbCdef1G2hij", "channel", "AbCdef1G2hij"),
        ("1234567", "channel", "1234567"),
        (KEY, "key", KEY),
        ("uploads/a%20b+c.jpg", "key", "uploads/a%20b+c.jpg"),
        ("<b>hi</b", "key", "<b>hi</b"),
        ("cat.jpg", "key", "cat.jpg"),
        (f"s3://frames/{KEY}", "key", KEY),
        (f"arn:aws:s3:::frames/{KEY}", "key", KEY),
        (f"s3://evidence/none/AbC/2026/11/22/{FRAME}-3.json", "frame", FRAME),
        (f"high/AbC/2026/11/22/{FRAME}.jpg", "frame", FRAME),
        (
            "https://frames.s3.us-east-1.amazonaws.com/uploads/a%20b.jpg?X=1",
            "key",
            "uploads/a b.jpg",
        ),
        ("https://s3.us-east-1.amazonaws.com/frames/uploads/a.jpg", "key", "uploads/a.jpg"),
        ("https://frames.s3.amazonaws.com/uploads/a.jpg", "key", "uploads/a.jpg"),
        ("https://b.s3.cn-north-1.amazonaws.com.cn/uploads/a.jpg", "key", "uploads/a.jpg"),
        (f"{DESK}/reviews/{REVIEW}?exp=1&sig=x", "review", REVIEW),
        (f"{DESK}/reviews/{REVIEW}/around", "review", REVIEW),
        (f"http://127.0.0.1:1/_aws/execute-api/x/live/frames/{FRAME}", "frame", FRAME),
        (f"{DESK}/executions/moderate/{FRAME}-2", "execution", f"moderate/{FRAME}-2"),
        (f"{DESK}/channels/ivs/AbCdef1G2hij", "page", "ivs/AbCdef1G2hij"),
        (f"{STATES}:execution:Moderate:{FRAME}", "arn", f"{STATES}:execution:Moderate:{FRAME}"),
        (f"{STATES}:stateMachine:Moderate", "arn", f"{STATES}:stateMachine:Moderate"),
        (
            f"https://x.console.aws.amazon.com/states/home#/v2/executions/details/"
            f"{STATES}:execution:Moderate:x?tab=1",
            "arn",
            f"{STATES}:execution:Moderate:x",
        ),
        ("arn:aws:ivs:eu-west-1:1:channel/x", "nothing", ""),
        (
            "arn:aws:ivs:eu-west-1:111122223333:channel/x",
            "arn",
            "arn:aws:ivs:eu-west-1:111122223333:channel/x",
        ),
        (
            "arn:aws:medialive:us-east-1:111122223333:channel:1234567",
            "arn",
            "arn:aws:medialive:us-east-1:111122223333:channel:1234567",
        ),
    ],
)
def test_what_is_pasted_is_recognised(text, kind, value):
    assert read(text) == Pasted(kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "two words",
        FRAME[:-1],  # half an id
        f"{FRAME}-1",  # the first attempt has no number
        "adapter-of-a-camera-without-a-number",
        f"{DESK}/adapters",
        f"{STATES}:express:Moderate:x:y",
        "arn:aws:lambda:us-east-1:111122223333:function:x",
        f"{STATES}:execution:Moderate:{'x' * 81}",
        "https://example.com/",
        "https://[",
        f"{DESK}/reviews/short",
        "https://frames.s3.amazonaws.com/",
        "x" * (LONGEST + 1),
        "uploads/" + "x" * 1_020,
        "ü/" + "ü" * 512,
    ],
)
def test_whatever_else_is_nothing(text):
    assert read(text) is NOTHING


def test_a_key_may_be_as_long_as_s3_lets_it_be():
    key = "uploads/" + "x" * 1_016
    assert read(key) == Pasted("key", key)


@given(st.text(max_size=200))
def test_no_text_is_an_error(text):
    read(text)
    read(f"https://{text}")
    read(f"arn:{text}")


@given(st.binary(min_size=32, max_size=32), st.integers(1, 999_999))
def test_the_name_of_an_execution_is_read_as_it_was_given(digest, attempt):
    assert read_execution_name(execution_name(digest.hex(), attempt)) == (digest.hex(), attempt)


@pytest.mark.parametrize("name", ["order-1", FRAME + "-0", FRAME + "-01", FRAME + "-1", "", "x"])
def test_another_name_is_none_of_ours(name):
    assert read_execution_name(name) is None
