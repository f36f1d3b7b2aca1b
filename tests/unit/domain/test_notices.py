import pytest

from framewarden.domain.notices import reinstate_notice, review_notice, stop_notice

LINK = "https://desk.example/live/reviews/r1?exp=1&sig=abc"
REVIEW = {
    "review_id": "r1",
    "severity": "high",
    "category": "Explicit",
    "channel": "AbCdef1G2hij",
    "channel_arn": "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij",
    "frame": {"key": "ivs/thumb47.jpg"},
    "labels": [{"name": "Kissing", "confidence": 61.0}, {"name": "Nipple", "confidence": 92.34}],
    "opened_at": "2026-11-22T08:05:31.600Z",
    "default": "allow",
    "task_token": "THE-TASK-TOKEN",
}
FRAME = {"key": "ivs/thumb56.jpg", "channel": "demo"}
STOP = {
    "status": "stopped",
    "channel_arn": REVIEW["channel_arn"],
    "stream_id": "st-1",
    "accepted_at": "2026-11-22T08:05:31.700Z",
    "stopped_at": "2026-11-22T08:05:31.900Z",
    "by": "Ada",
    "confirm": False,
    "action": "stop_stream",
    "banned_until": "until_reinstated",
    "keys": "kept",
    "live_session": None,
}
MEDIALIVE = "arn:aws:medialive:us-east-1:111122223333:channel:1234567"


def notice(rung=0, **changes):
    return review_notice(REVIEW | changes, LINK, "2026-11-22T08:20:31.000Z", rung)


def test_a_notice_says_what_where_how_sure_when_and_the_link():
    subject, text = notice()
    assert subject == "high: Nipple 92.3 % on AbCdef1G2hij"
    for said in ("92.3 %", REVIEW["channel_arn"], "ivs/thumb47.jpg", "08:05:31", "08:20:31", LINK):
        assert said in text
    assert "allow" in text
    assert "THE-TASK-TOKEN" not in text


def test_the_second_rung_is_called_an_escalation():
    subject, text = notice(rung=1)
    assert subject.startswith("ESCALATED: high")
    assert text.startswith("ESCALATED: ")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"stop_failed": True}, "failed; it may still be on air"),
        ({"stop_failed": True, "stop_error": "ChannelNotFoundError"}, "nothing of it is on air"),
        ({"stop_failed": True, "stop_error": "StreamStillLiveError"}, "it is still on air"),
        ({"breaker_open": True}, "still on air: more were to be stopped than the policy allows"),
        ({"asks": "confirm"}, "The stream was stopped."),
        ({}, "A person is asked to decide."),
    ],
)
def test_the_first_line_says_what_is_asked(changes, says):
    assert says in notice(**changes)[1].splitlines()[0]


def test_what_was_never_analysed_says_so():
    assert notice(labels=[], category="unscreened")[0].startswith("high: unscreened on")
    assert notice(labels=[], category=None)[0].startswith("high: not analysed on")


def test_a_hostile_key_cannot_break_the_lines_of_a_notice():
    frame = {"key": "uploads/x\r\nSubject: forged\u2028.jpg"}
    subject, text = notice(channel_arn=None, channel="up\nloads", frame=frame)
    assert "\n" not in subject
    assert "Frame      uploads/x  Subject: forged .jpg" in text.split("\n")
    _, told = stop_notice(STOP, {"key": "a\nb", "channel": "c"}, why="policy\n: x")
    assert "Frame      a b" in told.split("\n")
    assert "Why        policy : x" in told.split("\n")
    subject, told = reinstate_notice("arn\n:x", "A\r\nda", None, None)
    assert "\n" not in subject
    assert "By         A  da" in told.split("\n")


def test_a_stop_that_failed_says_what_happened_and_what_is_still_true():
    _, text = notice(stop_failed=True, stop_error="StopDeniedError")
    [what] = [line for line in text.splitlines() if line.startswith("Stop")]
    assert "permission" in what
    assert "framewarden=moderated" in what
    assert "may still be on air" in text.splitlines()[0]
    assert "Stop " not in notice()[1]


def test_a_stop_is_told_with_its_session_who_wanted_it_and_how_to_undo_it():
    subject, text = stop_notice(STOP, FRAME, why="Ada")
    assert subject == "stopped: demo"
    said = ("verified offline", "Ada", STOP["channel_arn"], "st-1", "ivs/thumb56.jpg")
    for each in (*said, "08:05:31.700Z", "08:05:31.900Z", "until somebody reinstates it"):
        assert each in text
    undo = f"framewarden channels reinstate {STOP['channel_arn']} --by NAME"
    assert text.splitlines()[-1] == undo


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"keys": "revoked"}, "Key        revoked; reinstating makes a fresh one"),
        ({"keys": "kept"}, "Key        kept"),
        ({"keys": "denied"}, "Key        could not be revoked: permission is missing"),
        (
            {"banned_until": "2026-11-22T09:05:31.000Z"},
            "Kept off   until 2026-11-22T09:05:31.000Z; whatever comes back is stopped again",
        ),
        ({"banned_until": None}, "Kept off   no: another session may follow"),
        ({"action": "stop_channel"}, "A live channel was stopped and verified offline."),
        (
            {"action": "slate"},
            "A live channel was switched to its slate; its own picture is verified off air.",
        ),
    ],
)
def test_a_stop_says_what_was_done(changes, says):
    lines = stop_notice(STOP | changes, FRAME, why="Ada")[1].split("\n")
    assert says in lines
    if "action" in changes:
        assert not [line for line in lines if line.startswith("Key")], "MediaLive has no key"


@pytest.mark.parametrize(
    ("arn", "name"), [(STOP["channel_arn"], "AbCdef1G2hij"), (MEDIALIVE, "1234567")]
)
def test_an_order_has_no_frame_and_names_the_channel_by_its_arn(arn, name):
    subject, text = stop_notice(STOP | {"channel_arn": arn}, None, why="Ada")
    assert subject == f"stopped: {name}"
    assert "Frame" not in text


def test_a_channel_that_came_back_is_told_as_such():
    subject, text = stop_notice(STOP, None, why="a banned channel came back", again=True)
    assert subject == "stopped again: AbCdef1G2hij"
    assert text.startswith("A channel that is kept off came back, and was stopped again.")


@pytest.mark.parametrize(
    ("keys", "action", "says"),
    [
        ("kept", "stop_stream", "Done       its streamer may go live again"),
        (None, "stop_channel", "Done       the channel was started again"),
        (None, "slate", "Done       switched back from the slate"),
        (None, None, "Done       it is not kept off any more"),
    ],
)
def test_a_reinstated_channel_says_by_whom_and_what_was_done(keys, action, says):
    subject, text = reinstate_notice(MEDIALIVE, "Ada", keys, action)
    assert subject == "reinstated: 1234567"
    lines = text.split("\n")
    assert says in lines
    assert f"Channel    {MEDIALIVE}" in lines
    assert "By         Ada" in lines
    assert "Key" not in text


def test_a_fresh_key_is_told_of_but_never_told():
    _, text = reinstate_notice(STOP["channel_arn"], "Ada", "fresh", "stop_stream")
    assert "a fresh one was made" in text
