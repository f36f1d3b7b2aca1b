import pytest

from framewarden.domain.notices import review_notice, stop_notice

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
STOP = {"channel_arn": "arn:x", "stream_id": "st-1", "accepted_at": "2026-11-22T08:05:31.700Z"}


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
        ({"stop_failed": True}, "may still be on air"),
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
    assert "Frame     a b" in told.split("\n")
    assert "Why       policy : x" in told.split("\n")


def test_a_stop_is_told_with_its_session_and_who_wanted_it():
    subject, text = stop_notice(STOP, {"key": "ivs/thumb56.jpg", "channel": "demo"}, why="Ada")
    assert subject == "stopped: demo"
    for said in ("verified offline", "Ada", "arn:x", "st-1", "ivs/thumb56.jpg", "08:05:31.700Z"):
        assert said in text
