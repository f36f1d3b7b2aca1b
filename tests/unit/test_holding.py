"""The terms of a stop that a held frame carries; the rest of holding is in test_settling."""

import pytest

from framewarden import holding, settings
from framewarden.domain.policy_stops import DEFAULT_STOPS
from framewarden.domain.times import parse
from tests.unit.scenes import policy, state

NOW = parse("2026-11-22T08:06:30Z")
ROOM = "arn:aws:ivschat:us-east-1:111122223333:room/AbCdEfGhIjKl"


def hold(scenario="analyzer_throttled"):
    own = settings.HoldUnscreened.read()
    return holding.hold(state(f"hold_unscreened/{scenario}"), own, NOW)


@pytest.mark.parametrize("on_error", ["hold", "review", "stop"])
def test_what_is_held_says_what_a_stop_of_its_channel_does(aws, on_error):
    own = {"stops": {"ban_for": "1h"}, "rooms": {"moderators": ROOM}}
    aws.publish(policy({"AbCdef1G2hij": own}, on_error=on_error))
    terms = hold()["stops"]
    assert (terms["ban_for"], terms["rooms"]["moderators"]) == (3600, ROOM)
    assert hold("image_invalid")["stops"] == DEFAULT_STOPS.document()


def test_what_is_held_carries_the_reminder_of_its_channel(aws):
    soon = {"deadline": "9m", "remind": "7m", "default": "stop"}
    aws.publish(policy({"AbCdef1G2hij": {"reviews": {"high": soon}}}))
    assert hold()["review"] == {"ladder": [540], "default": "stop", "remind": 420}
    still = hold("image_invalid")["review"]
    assert still == {"ladder": [900, 900], "default": "block", "remind": None}


def test_where_no_policy_can_be_read_there_are_no_terms(aws):
    aws.published.clear()
    assert hold()["stops"] is None
