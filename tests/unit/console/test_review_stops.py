"""What the page of a review says about stops: under way, failed, or of a session that had ended."""

import re
from datetime import timedelta

import pytest

from framewarden.domain import links
from tests.unit.console.browser import FORM, ask, typed
from tests.unit.console.channel_world import ARN, MEDIALIVE

DECIDED = {"status": "decided", "decision": "stop", "by": "Ana", "via": "link"}
ENDED = {"outcome": "stopped", "outcome_reason": "already_offline"}
NEXT = "st-9Z8y7X6w5V4u32tsr1Qponm"


def came_back(world, **changes):
    live = {"stream_id": NEXT, "started_at": world.at(-45)}
    row = DECIDED | ENDED | {"decided_at": world.at(-30), "live_session": live}
    return world.add(**row | changes)


def signed(address):
    """Return path and query of a link on a page of `/reviews/r1`."""
    path, _, query = address.replace("&amp;", "&").partition("?")
    assert path.startswith("../channels/")
    return path.removeprefix(".."), dict(pair.split("=") for pair in query.split("&"))


def channel_links(page):
    return re.findall(r'(?:href|action)="(\.\./channels/[^"]+)"', page.body)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("StopDeniedError", "framewarden=moderated? It may still be on air."),
        ("StreamStillLiveError", "The stop was accepted but the stream is still there. It is"),
        ("ChannelNotFoundError", "The channel does not exist (any more). Nothing of it is on air."),
        (None, "No reason was kept. It may still be on air."),
    ],
)
def test_a_failed_stop_says_what_happened_and_what_is_still_true(world, error, words):
    world.add(stop_failed=True, stop_error=error)
    text = world.get().text
    assert "The stop failed" in text
    assert words in text
    assert "Decide now; pressing stop tries again." in text
    world.press("stop")
    assert "The stop failed" not in world.get().text


def test_a_stop_that_did_not_fail_says_nothing(world):
    world.add(stop_error="StopDeniedError")
    assert "The stop failed" not in world.get().text


@pytest.mark.parametrize("status", ["decided", "expired"])
def test_a_decision_is_looked_at_again_until_its_outcome_is_there(world, status):
    row = world.add(**DECIDED | {"status": status}, decided_at=world.at(-1))
    page = world.get()
    assert page.headers["Refresh"] == "2"
    assert "Outcome being carried out; this page looks again by itself" in page.text
    row["outcome"] = "stopped"
    assert "Refresh" not in world.get().headers


def test_a_decision_is_waited_for_no_longer_than_a_minute(world):
    world.add(**DECIDED, decided_at=world.at(0))
    world.now += timedelta(seconds=59)
    assert "Refresh" in world.get().headers
    world.now += timedelta(seconds=1)
    page = world.get()
    assert "Refresh" not in page.headers
    assert "not known yet; look again in a moment" in page.text


def test_what_has_no_decision_is_not_waited_for(world):
    world.add()
    assert "Refresh" not in world.get().headers
    world.add(**DECIDED)
    assert "Refresh" not in world.get().headers


def test_the_answer_to_a_form_stays_until_it_was_read(world):
    world.add()
    page = world.get()
    world.post(**page.fields, decision="stop", name="Ana")
    second = world.post(**page.fields, decision="allow", name="Ben")
    assert "Yours came second" in second.text
    assert "Refresh" not in second.headers


@pytest.mark.parametrize(
    ("outcome", "reason", "words"),
    [
        ("stopped", "already_offline", "nothing to stop: the session had ended already"),
        ("unscreened", "stop_failed", "the stop failed: the stream may still be on air"),
        ("stopped", "by_person", "stopped (by person)"),
        ("reviewed", None, "reviewed"),
    ],
)
def test_an_outcome_in_words(world, outcome, reason, words):
    world.add(**DECIDED, decided_at=world.at(-9), outcome=outcome, outcome_reason=reason)
    assert f"Outcome {words} A review" in world.get().text


def test_a_new_session_has_a_button_of_its_own(world):
    came_back(world)
    page = world.get()
    assert (
        "This session had ended; the channel is live again since 2026-11-22 08:05:46 UTC"
        in page.text
    )
    assert page.fields["session"] == NEXT
    assert page.fields["note"] == "Came back during review r1"
    assert (page.actions, page.decisions) == (["stop"], [])


def test_the_button_is_signed_for_the_channel_and_no_longer_than_the_review(world):
    came_back(world)
    page, end = world.get(), world.query()["exp"]
    for address in channel_links(page):
        path, query = signed(address)
        assert path == "/channels/ivs/AbCdef1G2hij"
        assert query["exp"] == end
        links.verify_channel([world.KEY], ARN, query["exp"], query["sig"], world.now)
    assert len(channel_links(page)) == 3
    nonce = page.form("came-back")["nonce"]
    links.verify_nonce([world.KEY], f"{ARN}|link", nonce, world.now)


def test_the_button_stops_that_session_on_the_channels_own_page(world, channel):
    came_back(world)
    page = world.get()
    [action] = re.findall(r'<form method="post" action="([^"]+)"', page.body)
    path, query = signed(action)
    body = typed(page.form("came-back") | {"action": "stop", "name": "Ana"})
    reply = ask(channel.handler, "POST", path, query, body, FORM)
    assert reply.status == 303
    [(order, _)] = channel.placed
    assert (order["action"], order["session"], order["by"]) == ("stop", NEXT, "Ana")
    assert (order["channel_arn"], order["note"]) == (ARN, "Came back during review r1")


@pytest.mark.parametrize(
    "changes",
    [
        {"live_session": None},
        {"outcome_reason": "by_person"},
        {"outcome": "unscreened"},
        {"decision": "allow"},
        {"outcome": None, "outcome_reason": None},
    ],
)
def test_a_button_of_its_own_needs_a_stop_that_found_another_session(world, changes):
    came_back(world, **changes)
    page = world.get()
    assert "live again" not in page.text
    assert page.actions == []


def test_a_session_of_an_unknown_start_is_live_all_the_same(world):
    came_back(world, live_session={"stream_id": "running"}, channel_arn=MEDIALIVE)
    page = world.get()
    assert "the channel is live again The stop was of" in page.text
    assert signed(channel_links(page)[0])[0] == "/channels/medialive/1234567"


def test_every_review_of_a_stream_leads_to_its_channel_and_no_still_does(world):
    world.add()
    world.add(review_id="r2", channel_arn=None, channel="uploads", default="block")
    [address] = channel_links(world.get())
    assert signed(address)[0] == "/channels/ivs/AbCdef1G2hij"
    assert "What is on air there, and its stop button" in world.get().text
    assert channel_links(world.get("r2")) == []
    assert "stop button" not in world.get("r2").text


def test_an_arn_of_no_channel_leads_nowhere(world):
    came_back(world, channel_arn="arn:of:something:else")
    page = world.get()
    assert channel_links(page) == page.actions == []
    assert "live again" not in page.text


def test_the_channels_link_follows_a_rotated_key(world):
    world.add()
    newer = "n" * 32
    world.keys = [newer, world.KEY]
    [address] = channel_links(world.get())
    _, query = signed(address)
    links.verify_channel([newer], ARN, query["exp"], query["sig"], world.now)


def test_decisions_say_what_becomes_of_the_ban(world):
    world.add()
    assert "s Stop the stream Ends it now. The policy decides about a ban." in world.get().text
    world.add(asks="confirm", default="uphold")
    text = world.signed_in("lead").get().text
    assert "Reinstate It was wrong: the ban is lifted, and the channel may go live again." in text
    assert "Uphold the stop It was right: the stop and its ban stay." in text
