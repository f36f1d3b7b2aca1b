"""What a person meant, and what they are told where it is not of this desk."""

import pytest

from framewarden.aws.executions import Executions
from framewarden.domain.frames import Home
from framewarden.domain.pasted import Pasted
from framewarden.meaning import Meant, channel_arn
from framewarden.searching import Wanted, meant
from tests.unit.console.executions_world import CHANNEL, MACHINES

HOME = Home("aws", "us-east-1", "111122223333")
EXECUTIONS = Executions(MACHINES)
FRAME, REVIEW = "ab" * 32, "0f" * 10
STATES = "arn:aws:states:us-east-1:111122223333"
MEDIALIVE = "arn:aws:medialive:us-east-1:111122223333:channel:"


def means(text):
    return meant(text, EXECUTIONS, HOME)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (FRAME, Meant("frame", frame_id=FRAME)),
        (f"{FRAME}-2", Meant("execution", "moderate", f"{FRAME}-2")),
        ("order-" + "a" * 40, Meant("execution", "order", "order-" + "a" * 40)),
        (EXECUTIONS.arn("moderate", FRAME), Meant("execution", "moderate", FRAME)),
        (EXECUTIONS.arn("order", "by-hand"), Meant("execution", "order", "by-hand")),
        ("https://d/executions/order/by-hand", Meant("execution", "order", "by-hand")),
        (MACHINES["order"], Meant("search", wanted=Wanted(machine="order"))),
        (f"{REVIEW}-2", Meant("execution", "batch", f"{REVIEW}-2")),
        (f"https://d/batches/{REVIEW}", Meant("execution", "batch", REVIEW)),
        (EXECUTIONS.arn("batch", REVIEW), Meant("execution", "batch", REVIEW)),
        ("adapter-v2-3", Meant("execution", "adapter", "adapter-v2-3")),
        ("https://d/adapters/v2", Meant("execution", "adapter", "adapter-v2-1")),
        (EXECUTIONS.arn("adapter", "adapter-v2-1"), Meant("execution", "adapter", "adapter-v2-1")),
        (MACHINES["adapter"], Meant("search", wanted=Wanted(machine="adapter"))),
        (REVIEW, Meant("search", wanted=Wanted(review_id=REVIEW))),
        ("s3://b/uploads/a.jpg", Meant("search", wanted=Wanted(key="uploads/a.jpg"))),
        ("AbCdef1G2hij", Meant("search", wanted=Wanted(channel_arn=CHANNEL))),
        (CHANNEL, Meant("search", wanted=Wanted(channel_arn=CHANNEL))),
        (
            "https://d/channels/ivs/AbCdef1G2hij",
            Meant("search", wanted=Wanted(channel_arn=CHANNEL)),
        ),
        ("1234567", Meant("search", wanted=Wanted(channel_arn=f"{MEDIALIVE}1234567"))),
    ],
)
def test_what_is_of_this_desk_is_understood(text, meaning):
    assert means(text) == meaning


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "arn:aws:states:eu-west-1:111122223333:execution:framewarden-Moderate:x",
            "This execution is of account 111122223333 in eu-west-1; this desk shows account "
            "111122223333 in us-east-1. Sign in at the desk that runs there",
        ),
        (
            "arn:aws:states:us-east-1:999988887777:stateMachine:x",
            "This state machine is of account 999988887777 in us-east-1",
        ),
        (
            "arn:aws:ivs:us-east-1:999988887777:channel/AbCdef1G2hij",
            "This channel is of account 999988887777 in us-east-1",
        ),
        (
            f"{STATES}:execution:Billing:x",
            "The machine Billing is not framewarden's here: this desk shows framewarden-Moderate, "
            "framewarden-Order, framewarden-Batch and framewarden-Adapter. Look at it in the AWS "
            "console.",
        ),
        (
            f"{STATES}:execution:framewarden-Batch/AnalyzeBatch:0a1b",
            "This is of a part of a batch: each ran as a child of the batch's Distributed Map",
        ),
        (f"{STATES}:mapRun:framewarden-Batch/AnalyzeBatch:0a1b", "This is of a part of a batch"),
        (
            "arn:aws:states:eu-west-1:111122223333:mapRun:framewarden-Batch/AnalyzeBatch:0a1b",
            "This execution is of account 111122223333 in eu-west-1",
        ),
        (f"{STATES}:mapRun:Billing/Each:0a1b", "The machine Billing is not framewarden's here"),
        (f"{STATES}:stateMachine:Billing", "The machine Billing is not framewarden's here"),
    ],
)
def test_what_is_of_another_place_is_named_with_a_way_there(text, says):
    meaning = means(text)
    assert meaning.kind == "foreign"
    assert meaning.says.startswith(says)
    assert meaning.wanted is None


@pytest.mark.parametrize(
    "text", ["two words", "https://d/executions/other/x", "https://d/channels/medialive/AbC"]
)
def test_whatever_else_is_told_what_can_be_pasted(text):
    meaning = means(text)
    assert meaning.kind == "unknown"
    assert "a frame's id (64 digits)" in meaning.says


@pytest.mark.parametrize(
    ("read", "arn"),
    [
        (Pasted("arn", CHANNEL), CHANNEL),
        (Pasted("arn", MACHINES["order"]), None),
        (Pasted("channel", "1234567"), f"{MEDIALIVE}1234567"),
        (Pasted("review", "1" * 20), f"{MEDIALIVE}{'1' * 20}"),
        (Pasted("page", "medialive/12"), f"{MEDIALIVE}12"),
        (Pasted("page", "medialive/x"), None),
        (Pasted("key", "a/b"), None),
        (Pasted("nothing"), None),
    ],
)
def test_a_channel_is_named_by_its_id_or_its_arn(read, arn):
    assert channel_arn(read, HOME) == arn
