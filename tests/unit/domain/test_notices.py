import pytest

from framewarden.domain.notices import reinstate_notice, stop_notice

IVS = "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij"
FRAME = {"key": "ivs/thumb56.jpg", "channel": "demo"}
STOP = {
    "status": "stopped",
    "channel_arn": IVS,
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


def test_a_hostile_key_cannot_break_the_lines_of_a_notice():
    _, told = stop_notice(STOP, {"key": "a\nb", "channel": "c"}, why="policy\n: x")
    assert "Frame      a b" in told.split("\n")
    assert "Why        policy : x" in told.split("\n")
    subject, told = reinstate_notice("arn\n:x", "A\r\nda", None, None)
    assert "\n" not in subject
    assert "By         A  da" in told.split("\n")


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
