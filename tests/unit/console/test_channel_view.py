"""What a channel's page says: what is on air, what stands, what failed, and what can be done."""

import pytest

from tests.unit.console.channel_world import (
    ARN,
    MEDIALIVE,
    SESSION,
    TERMS,
    act,
    at,
    ban,
    stop,
    unseen,
)

LATER = 86_400


@pytest.fixture(autouse=True)
def lead(channel):
    """Let somebody look who may order everything, so that every button shows."""
    channel.role = "lead"


def soon(channel, seconds=LATER):
    return int(channel.now.timestamp()) + seconds


def test_a_live_channel_shows_its_session_and_since_when(channel):
    channel.goes_live()
    page = channel.get()
    assert f"on air Channel AbCdef1G2hij Amazon IVS · {ARN} On air now" in page.text
    assert f"Since 2 min ago 2026-11-22 08:04:31 UTC Session {SESSION}" in page.text
    assert "Not banned Nobody has banned this channel." in page.text
    assert "No session of this channel was ever stopped." in page.text
    assert "Nobody has ordered anything here." in page.text
    assert page.actions == ["stop", "ban"]
    assert page.fields["session"] == SESSION
    assert "Ends this live session. The policy decides about a ban." in page.text
    assert "Ends what is live. Whoever comes back is stopped again" in page.text


def test_each_button_has_a_key_that_leads_to_it_and_presses_nothing(channel):
    channel.goes_live()
    channel.ban_row = ban(until=1)
    body = channel.get().body
    for action, key in (("stop", "s"), ("ban", "b"), ("reinstate", "r")):
        assert f'value="{action}" class=' in body
        assert f'data-key="{key}" data-key-focus' in body
        assert f"<kbd>{key}</kbd>" in body
    assert "/desk.js?v=" in body


def test_a_session_of_an_unknown_start_has_no_since(channel):
    channel.arn = MEDIALIVE
    channel.goes_live("running", shows="studio")
    channel.live = type(channel.live)("running", None, "studio")
    text = channel.get().text
    assert "On air now Session running Shows input studio" in text
    assert "Takes the channel off air, or shows its slate, as the policy says." in text


def test_a_channel_that_is_off_air_can_be_banned_and_nothing_else(channel):
    page = channel.get()
    assert "Off air Nothing of this channel is on air." in page.text
    assert page.actions == ["ban"]
    assert page.fields["session"] == ""
    assert "Whoever goes live is stopped, until somebody reinstates." in page.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("StopDeniedError", "permission to stop it is missing: is the channel tagged"),
        ("VideoServiceThrottledError", "refused the call as one too many"),
        ("ReadTimeout", "an error that nobody foresaw (ReadTimeout)."),
    ],
)
def test_a_silent_video_service_leaves_the_page_and_a_ban(channel, error, words):
    channel.silence, channel.stops = error, [stop()]
    page = channel.get()
    assert page.status == 200
    assert "Nobody knows what is on air Amazon IVS did not answer: " in page.text
    assert words in page.text
    assert "It may still be on air." in page.text
    assert page.actions == ["ban", "reinstate"]
    assert "Stopped by policy: explicit-stop" in page.text


def test_a_banned_channel_of_a_silent_service_can_still_be_stopped(channel):
    channel.silence, channel.ban_row, channel.role = "VideoServiceThrottledError", ban(), None
    page = channel.get()
    assert page.actions == ["ban"]
    assert "Stop whatever is live Ends it if something is on air." in page.text


def test_a_channel_that_is_gone_shows_what_is_stored(channel):
    channel.silence, channel.ban_row = "ChannelNotFoundError", ban()
    channel.stops = [stop("failed", error="StreamStillLiveError")]
    page = channel.get()
    assert "There is no such channel any more" in page.text
    assert "A stop failed" not in page.text
    assert "It is off air now." in page.text
    assert page.actions == ["reinstate"]
    channel.ban_row = ban(status="lifted")
    assert "Nothing to do here This channel is gone." in channel.get().text


def test_a_ban_says_since_when_by_whom_until_when_and_how_often_it_came_back(channel):
    channel.ban_row = ban(note="See case 41.", restops=3)
    text = channel.get().text
    assert "banned Channel" in text
    assert "Banned until somebody reinstates it Since 5 min ago 2026-11-22 08:01:31 UTC" in text
    assert "By Ana via link Note See case 41. Came back 3 times, and was stopped again" in text
    channel.ban_row = ban(until=soon(channel), restops=1, via="")
    text = channel.get().text
    assert "Banned until 2026-11-23 08:06:31 UTC Since" in text
    assert "By Ana Until in 1 d 2026-11-23 08:06:31 UTC Came back 1 time, and" in text
    channel.ban_row = ban(via="desk")
    assert "By Ana Came back not since" in channel.get().text


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"status": "lifting", "lifted_at": at(-2), "lifted_by": "Ben"}, "The ban is being lifted"),
        (
            {"status": "lifted", "lifted_at": at(-60), "lifted_by": "Ben"},
            "Not banned: reinstated 1 min ago",
        ),
        ({"until": 1}, "Not banned: the ban ended"),
        ({"until": 1, "terms": {"ban_for": 0}}, "Not banned: only a session was stopped"),
    ],
)
def test_a_ban_that_is_over_says_how(channel, changes, heading):
    channel.ban_row = ban(**changes)
    page = channel.get()
    assert heading in page.text
    assert "banned Channel" not in page.text
    assert ("Ben" in page.text) == ("lifted_by" in changes)
    assert ("Until" in page.text) == (changes == {"until": 1})
    assert "ban" in page.actions
    assert ("reinstate" in page.actions) == (changes.get("status") != "lifted")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("kept", "Not revoked. Whoever has it can try to come back, and is stopped again."),
        ("revoked", "Revoked. Nobody can go live until Reinstate makes a fresh one."),
        ("denied", "Revoking was refused: permission is missing."),
        ("fresh", "A fresh one was made when the ban was lifted."),
    ],
)
def test_what_is_true_about_the_keys(channel, keys, words):
    channel.ban_row = ban(keys=keys)
    assert f"Stream key {words}" in channel.get().text
    channel.arn = MEDIALIVE
    assert "Stream key" not in channel.get().text


def test_keys_that_nobody_knows_of_are_not_spoken_of(channel):
    channel.ban_row = ban(keys=None)
    assert "Stream key" not in channel.get().text


@pytest.mark.parametrize(
    ("arn", "changes", "words"),
    [
        (ARN, {"keys": "revoked"}, "Lifts the ban. A fresh stream key is made, because the old"),
        (ARN, {}, "Lifts the ban. The channel may go live again with the stream key it has."),
        (ARN, {"until": 1}, "Takes the stop back. The channel may go live again"),
        (MEDIALIVE, {"action": "slate", "input": "cam"}, "switches back from the slate to cam."),
        (MEDIALIVE, {"action": "slate"}, "Lifts the ban, and switches back from the slate."),
        (MEDIALIVE, {"action": "stop_channel"}, "Lifts the ban, and starts the channel again."),
        (MEDIALIVE, {"action": None}, "Lifts the ban. The channel may be started again."),
    ],
)
def test_reinstate_says_what_it_will_do(channel, arn, changes, words):
    channel.arn, channel.ban_row = arn, ban(**changes)
    assert words in channel.get().text.partition("Reinstate ")[2]


def test_where_only_a_lead_could_do_something_the_page_says_so(channel):
    channel.ban_row, channel.role = ban(), None
    page = channel.get()
    assert page.actions == []
    assert "You can look here A link takes no stop and no ban back" in page.text
    assert "Nothing to do here" not in page.text


def test_where_nobody_could_do_anything_the_page_says_that(channel):
    channel.silence, channel.ban_row = "ChannelNotFoundError", ban(status="lifted")
    for channel.role in ("lead", "auditor", None):
        text = channel.get().text
        assert "Nothing to do here This channel is gone." in text
        assert "Your role" not in text


def test_while_an_order_is_under_way_nobody_is_told_what_they_cannot_do(channel):
    channel.ban_row, channel.role = ban(), None
    placed = str(int(channel.now.timestamp()))
    text = channel.get(order="order-" + "a" * 40, placed=placed).text
    assert "Your order is under way" in text
    assert "A link takes" not in text


@pytest.mark.parametrize(
    ("row", "stops", "offered"),
    [
        (None, [], False),
        (None, [stop("ended"), stop("reinstated", "st-2"), stop("refused", "st-3")], False),
        (None, [stop("ended"), stop("stopped", "st-2")], True),
        (ban(status="lifted"), [stop("reinstated")], False),
        (ban(status="lifting"), [], True),
        (ban(until=1), [], True),
    ],
)
def test_reinstate_is_offered_where_something_stands(channel, row, stops, offered):
    channel.ban_row, channel.stops = row, stops
    assert ("reinstate" in channel.get().actions) is offered


def test_a_banned_channel_that_is_on_air_can_be_stopped_now(channel):
    channel.goes_live()
    channel.ban_row = ban()
    page = channel.get()
    assert "It is on air although it is banned." in page.text
    assert "Ends this live session. The channel stays banned." in page.text
    assert page.actions == ["stop", "reinstate"]


def test_a_ban_with_an_end_can_be_made_one_without(channel):
    channel.ban_row = ban(until=soon(channel))
    assert channel.get().actions == ["ban", "reinstate"]


def test_what_is_being_stopped_is_not_offered_to_be_stopped(channel):
    channel.goes_live()
    channel.stops = [stop("stopping", "st-old"), stop("stopping")]
    page = channel.get()
    assert page.actions == ["ban"]
    assert "It is being stopped by policy: explicit-stop, 5 min ago." in page.text
    channel.stops[1]["lease_until"] = int(channel.now.timestamp()) - 1
    page = channel.get()
    assert page.actions == ["stop", "ban"]
    assert "Stop begun and not ended by policy: explicit-stop, 5 min ago" in page.text
    assert "Nobody works on it just now." in page.text
    channel.stops[1]["status"] = "failed"
    assert channel.get().actions == ["stop", "ban"]


def test_the_slate_is_no_session(channel):
    channel.arn = MEDIALIVE
    channel.ban_row = ban(action="slate", terms=TERMS | {"slate_input": "slate-1"})
    channel.stops = [stop(session="running", action="slate")]
    text = channel.get().text
    assert "Off air, or showing its slate Viewers see the slate slate-1" in text
    assert "The slate was put in its place." in text
    channel.ban_row |= {"status": "lifted", "lifted_at": at(-1), "lifted_by": "Ben"}
    assert "Viewers see the slate" not in channel.get().text


def test_a_channel_that_nobody_looks_at_says_so(channel):
    channel.goes_live()
    channel.unseen_row = unseen()
    text = channel.get().text
    assert "not looked at" in text
    assert "It is on air, and its frames do not come. Noticed 40 s ago; the last" in text
    assert "the last frame came 1 min ago" in text
    channel.unseen_row = unseen(reason="recording_start_failure", last_frame_at=None)
    text = channel.get().text
    assert "is not recorded, so no frames come." in text
    assert "the last frame came never" in text
    channel.live = None
    assert "not looked at" not in channel.get().text
    channel.silence = "VideoServiceThrottledError"
    assert "not looked at" in channel.get().text


def test_stops_show_how_each_ended(channel):
    channel.stops = [
        stop("stopping", "st-1"),
        stop("stopped", "st-2", action="stop_channel"),
        stop("failed", "st-3", error="StopDeniedError"),
        stop("refused", "st-4", ended_at=at(-50), begun_at=None),
        stop("ended", "st-5", by=None),
        stop("reinstated", "st-6", begun_at=None, frame_key=None),
        stop("odd", "st-7"),
    ]
    text = channel.get().text
    for words in (
        "Being stopped by policy: explicit-stop, 5 min ago",
        "Stopped by policy: explicit-stop, 4 min 58 s ago",
        "The channel was stopped. session st-2, for frame ivs/v1/thumb47.jpg",
        "Could not be stopped by policy: explicit-stop, 4 min 58 s ago",
        "framewarden=moderated? It is off air now. session st-3",
        "Left to people by policy: explicit-stop, 50 s ago 2026-11-22 08:05:41 UTC More automatic",
        "Went off by itself, 5 min ago",
        "Stopped, then taken back by policy: explicit-stop session st-6 odd",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Stop by Ana via link, 4 min 59 s ago 2026-11-22 08:01:32 UTC Stopped, and verified."),
        ({"via": "desk"}, "Stop by Ana, 4 min 59 s ago 2026-11-22 08:01:32 UTC"),
        ({"action": "ban"}, "Banned; what was live was stopped, and that is verified."),
        ({"action": "ban", "result": "already_offline"}, "Banned; nothing was on air."),
        ({"result": "already_offline"}, "Nothing had to be stopped: that session had ended."),
        (
            {"action": "restop", "by": "policy: ban", "via": "policy"},
            "Stop again: the banned channel came back by policy: ban, 4 min 59 s ago",
        ),
        ({"action": "restop", "result": "ban_lifted"}, "the ban had been lifted meanwhile."),
        ({"action": "reinstate", "result": "reinstated"}, "The channel may go live again."),
        ({"action": "reinstate", "result": "not_banned"}, "no ban and no stop stood."),
        ({"result": "some_other_end"}, "Some other end."),
        ({"result": None}, "Done."),
        ({"action": "odd", "note": "why <b>not</b>", "session": None}, "odd by Ana via link"),
    ],
)
def test_orders_show_what_came_of_each(channel, changes, words):
    channel.acts = [act(**changes)]
    page = channel.get()
    assert words in page.text
    assert "<b>" not in page.body


@pytest.mark.parametrize(
    ("action", "live", "words"),
    [
        ("stop", SESSION, "It failed. Permission to stop it is missing"),
        ("stop", SESSION, "framewarden=moderated? It is on air now."),
        ("stop", "st-next", "framewarden=moderated? It is off air now."),
        ("reinstate", None, "It failed. Permission is missing: is the channel tagged"),
    ],
)
def test_an_order_that_failed_says_why(channel, action, live, words):
    if live:
        channel.goes_live(live)
    channel.acts = [act(action, status="failed", result=None, error="StopDeniedError")]
    page = channel.get()
    assert words in page.text
    assert ("A stop failed" in page.text) == (live == SESSION)


def test_a_failed_stop_whose_stream_may_be_on_air_comes_first(channel):
    failed = stop("failed", error="StreamStillLiveError")
    channel.stops, channel.ban_row = [failed], ban(failed_at=at(-20))
    channel.goes_live()
    text = channel.get().text
    assert f"A stop failed The stop of session {SESSION} failed. The stop was accepted" in text
    assert "the stream is still there. It is on air now." in text
    assert "Failed It could not be kept off 20 s ago" in text
    assert "It is on air although it is banned." not in text
    channel.live, channel.silence = None, "VideoServiceThrottledError"
    assert "A stop failed" in channel.get().text
    assert "the stream is still there. It is still on air." in channel.get().text
    channel.silence = None
    assert "A stop failed" not in channel.get().text
    channel.goes_live("st-next")
    assert "A stop failed" not in channel.get().text


def test_an_order_that_failed_before_any_stop_was_begun_comes_first_too(channel):
    failed = {"status": "failed", "result": None, "error": "StopDeniedError", "session": None}
    channel.acts, channel.silence = [act("ban", **failed)], "StopDeniedError"
    assert "A stop failed The last order failed. Permission" in channel.get().text
    channel.acts.insert(0, act("ban"))
    assert "A stop failed" not in channel.get().text
    channel.acts = [act("reinstate", **failed)]
    assert "A stop failed" not in channel.get().text
    channel.acts, channel.silence = [act("ban", **failed)], None
    assert "A stop failed" not in channel.get().text


MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_markup_stays_text_wherever_it_comes_from(channel):
    channel.goes_live(MARKUP, shows=MARKUP)
    channel.ban_row = ban(by=MARKUP, via=MARKUP, note=MARKUP, lifted_by=MARKUP, lifted_at=at(-1))
    channel.stops = [
        stop(status, MARKUP, by=MARKUP, frame_key=MARKUP, error=MARKUP)
        for status in ("stopping", "failed", MARKUP)
    ]
    channel.acts = [act(MARKUP, by=MARKUP, via=MARKUP, note=MARKUP, result=MARKUP, session=MARKUP)]
    channel.unseen_row = unseen(reason=MARKUP)
    page = channel.get()
    assert page.status == 200
    assert "<script>" not in page.body
    assert "<img src=x" not in page.body
    assert page.text.count("alert(1)") >= 10
