import json
import re

import pytest

from framewarden import ordering
from framewarden.domain.errors import StoreThrottledError
from tests.unit.scenes import CHANNEL, state

ORDER = state("stop_stream/order")["order"]


def place(aws, unique="nonce-1", **changes):
    return ordering.place(ORDER | changes, unique, aws.orders)


def test_an_order_starts_an_execution_of_its_own_machine(aws):
    name = place(aws)
    assert re.fullmatch(r"order-[0-9a-f]{40}", name)
    [asked] = aws.wire.made("StartExecution")
    assert (asked["stateMachineArn"], asked["name"]) == (aws.orders, name)
    assert json.loads(asked["input"]) == {"order": ORDER, "attempt": 1}
    assert aws.ordered() == [ORDER]
    assert aws.started() == []


@pytest.mark.parametrize(
    ("action", "kind"),
    [("stop", "order"), ("ban", "order"), ("reinstate", "order"), ("restop", "restop")],
)
def test_what_a_ban_orders_is_told_from_what_people_order(aws, action, kind):
    assert place(aws, action=action).startswith(f"{kind}-")


def test_the_same_order_placed_twice_is_one_order(aws):
    first = place(aws)
    assert place(aws, note="another word", at="2026-11-22T08:09:00.000Z") == first
    assert len(aws.ordered()) == 1


@pytest.mark.parametrize(
    ("unique", "changes"),
    [("nonce-2", {}), ("nonce-1", {"action": "ban"}), ("nonce-1", {"channel_arn": CHANNEL + "2"})],
)
def test_another_form_action_or_channel_is_another_order(aws, unique, changes):
    assert place(aws, unique, **changes) != place(aws)
    assert len(aws.ordered()) == 2


def test_an_order_that_could_not_be_placed_is_no_order(aws):
    aws.wire.fails("StartExecution", "ThrottlingException")
    with pytest.raises(StoreThrottledError):
        place(aws)
    assert place(aws)


def test_what_is_logged_names_nobody(aws, logged):
    place(aws, by="Ada Lovelace", note="private words")
    assert "ordered" in logged.getvalue()
    for secret in ("Lovelace", "private words"):
        assert secret not in logged.getvalue()
