"""The calls for a decision: some of them whole, as people read them, and what holds for all."""

from datetime import UTC, datetime, timedelta
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.plain_text import one_line, paragraph
from framewarden.domain.review_notices import review_notice
from framewarden.domain.severity import REVIEWED

OPENED = datetime(2026, 11, 22, 8, 5, 31, tzinfo=UTC)
BASE = "https://desk.example/live"
LINK = f"{BASE}/reviews/r1?exp=1&sig=abc"
SIGN_IN = f"{BASE}/sign-in?next=reviews/r1"
REVIEW = {
    "review_id": "r1",
    "asks": "decide",
    "severity": "high",
    "category": "Explicit",
    "reason": None,
    "channel": "AbCdef1G2hij",
    "channel_arn": "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij",
    "frame": {"key": "ivs/thumb47.jpg"},
    "labels": [{"name": "Kissing", "confidence": 61.0}, {"name": "Nipple", "confidence": 92.34}],
    "opened_at": "2026-11-22T08:05:31.600Z",
    "last_seen_at": "2026-11-22T08:07:12.100Z",
    "frames": 1,
    "ladder": [900, 900],
    "rung": 0,
    "rung_times": ["2026-11-22T08:05:31.600Z"],
    "deadline": int(OPENED.timestamp()) + 900,
    "default": "allow",
    "task_token": "THE-TASK-TOKEN",
}
# The lead is asked when the first quarter of an hour is over.
SECOND = {
    "rung": 1,
    "deadline": REVIEW["deadline"] + 900,
    "rung_times": [*REVIEW["rung_times"], "2026-11-22T08:20:32.000Z"],
    "escalated_by": None,
}


def notice(call="ask", minutes=0.0, **changes):
    now = OPENED + timedelta(minutes=minutes)
    return review_notice(REVIEW | changes, call, LINK, SIGN_IN, now)


def text(call="ask", minutes=0.0, **changes):
    return notice(call, minutes, **changes)[1]


def test_a_call_as_people_read_it():
    subject, told = notice()
    assert subject == "high: Nipple 92.3 % on AbCdef1G2hij, by 08:20 UTC"
    assert told == dedent(
        """\
        May this stream go on? Decide by 08:20 UTC (in 15 minutes).

        What       Nipple 92.3 %
        Severity   high
        Where      arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij
        Frame      ivs/thumb47.jpg
        Seen       2026-11-22 08:05:31 UTC
        Decide by  2026-11-22 08:20:31 UTC
        Review     r1

        Look and decide:
        https://desk.example/live/reviews/r1?exp=1&sig=abc

        If nobody decides by 08:20 UTC: a lead is asked.
        If nobody decides by 08:35 UTC: the stream goes on, and its frames count as
        not looked at.

        Opening the link decides nothing; what you press on its page does.
        Or sign in: https://desk.example/live/sign-in?next=reviews/r1"""
    )


def test_a_reminder_as_people_read_it():
    subject, told = notice("reminder", minutes=10.6, frames=5)
    assert subject == "REMINDER: high: Nipple 92.3 % on AbCdef1G2hij, by 08:20 UTC"
    assert told.startswith(
        dedent(
            """\
            REMINDER: May this stream go on? Decide by 08:20 UTC (in 4 minutes).
            Nobody has decided yet; people were asked at 08:05 UTC.

            What       Nipple 92.3 %
            Severity   high
            Where      arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij
            Frame      ivs/thumb47.jpg
            Seen       2026-11-22 08:05:31 UTC, 5 frames, the last at 08:07:12
            """
        )
    )


def test_an_escalation_of_a_stop_that_failed_as_a_lead_reads_it():
    failed = {"severity": "critical", "stop_failed": True, "stop_error": "StopDeniedError"}
    more = SECOND | failed | {"default": "stop", "reminded_at": "2026-11-22T08:15:40.000Z"}
    subject, told = notice("escalation", minutes=15.1, **more)
    assert subject == "ESCALATED: critical: Nipple 92.3 % on AbCdef1G2hij, by 08:35 UTC"
    assert told == dedent(
        """\
        ESCALATED: Shall this stream be stopped? Decide by 08:35 UTC (in 15 minutes).
        Nobody decided, so a lead is asked; people were asked at 08:05 UTC and
        reminded at 08:15 UTC.
        Its stop failed; it may still be on air.

        What       Nipple 92.3 %
        Stop       failed: permission to stop it is missing: is the channel tagged framewarden=moderated?
        Severity   critical
        Where      arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij
        Frame      ivs/thumb47.jpg
        Seen       2026-11-22 08:05:31 UTC
        Decide by  2026-11-22 08:35:31 UTC
        Review     r1

        Look and decide:
        https://desk.example/live/reviews/r1?exp=1&sig=abc

        If nobody decides by 08:35 UTC: another stop is tried.

        Opening the link decides nothing; what you press on its page does.
        Or sign in: https://desk.example/live/sign-in?next=reviews/r1"""  # noqa: E501
    )


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ["May this stream go on?", ""]),
        ({"channel_arn": None, "channel": "uploads"}, ["May this image stay?", ""]),
        ({"asks": "confirm"}, ["Does the stop of this stream stand?", ""]),
        (
            {"stop_failed": True, "stop_error": "ChannelNotFoundError"},
            ["Shall this stream be stopped?", "Its stop failed; nothing of it is on air."],
        ),
        (
            {"stop_failed": True, "stop_error": "StreamStillLiveError"},
            ["Shall this stream be stopped?", "Its stop failed; it is still on air."],
        ),
        (
            {"breaker_open": True},
            [
                "Shall this stream be stopped?",
                "It is still on air: more were to be stopped than the policy allows by itself.",
            ],
        ),
        (
            {"labels": [], "category": "unscreened", "reason": "analyzer_throttled"},
            [
                "May this stream go on?",
                "No machine could judge it (analyzer_throttled): it may be anything.",
            ],
        ),
        (
            {"labels": [], "category": "unscreened"},
            ["May this stream go on?", "No machine could judge it: it may be anything."],
        ),
    ],
)
def test_the_first_line_says_what_is_asked_and_until_when(changes, lines):
    first, second = text(**changes).split("\n")[:2]
    assert [first, second] == [f"{lines[0]} Decide by 08:20 UTC (in 15 minutes).", lines[1]]


@pytest.mark.parametrize(
    ("seconds", "left"),
    [
        (4.5 * 3600 - 2, "in 4.5 hours"),
        (4 * 3600 - 2, "in 4 hours"),
        (105 * 60, "in 105 minutes"),
        (15 * 60 - 1, "in 15 minutes"),
        (90, "in 90 seconds"),
        (1, "about now"),
        (-60, "about now"),
    ],
)
def test_how_long_there_is_left_is_said_in_words(seconds, left):
    at = int((OPENED + timedelta(hours=6)).timestamp())
    first, _, _ = text(minutes=6 * 60 - seconds / 60, deadline=at).partition("\n")
    assert first == f"May this stream go on? Decide by 14:05 UTC ({left})."


def test_a_day_is_named_where_it_is_not_today():
    night = {"ladder": [57_600, 900], "deadline": REVIEW["deadline"] + 56_700}
    lines = text(**night).split("\n")
    assert lines[0] == "May this stream go on? Decide by 00:05 UTC on 2026-11-23 (in 16 hours)."
    assert "Decide by  2026-11-23 00:05:31 UTC" in lines
    assert "If nobody decides by 00:05 UTC on 2026-11-23: a lead is asked." in lines
    # By then it is today.
    assert "Decide by 00:05 UTC (in 5 minutes)." in text(minutes=955, **night)


@pytest.mark.parametrize(
    ("changes", "happens"),
    [
        ({"default": "stop"}, "the stream is stopped"),
        ({"default": "stop", "stop_failed": True}, "another stop is tried"),
        ({"default": "block"}, "the stream goes on, and its frames count as blocked, unseen"),
        ({"default": "uphold", "asks": "confirm"}, "the stop stands"),
        ({"default": "allow", "channel_arn": None}, "the image is let through, and counts as not"),
        ({"default": "block", "channel_arn": None}, "the image is blocked"),
        ({"default": "unheard-of"}, "unheard-of"),
    ],
)
def test_what_happens_if_nobody_decides_is_said(changes, happens):
    told = text(ladder=[900], **changes).replace("\n", " ")
    assert f"If nobody decides by 08:20 UTC: {happens}" in told
    assert "a lead" not in told


def test_a_lead_reads_who_passed_it_on():
    told = text("escalation", minutes=3, **SECOND | {"escalated_by": "Ada"}).split("\n")
    assert told[1] == "Ada passed it on to a lead; people were asked at 08:05 UTC."


def test_every_lead_who_was_asked_is_told_of():
    times = [*SECOND["rung_times"], "2026-11-22T08:35:33.000Z"]
    third = {"rung": 2, "ladder": [900, 900, 900], "rung_times": times}
    third["deadline"] = REVIEW["deadline"] + 1800
    told = text("escalation", minutes=30.1, **third).replace("\n", " ")
    said = "people were asked at 08:05 UTC, and a lead at 08:20 UTC."
    assert f"Nobody decided, so a lead is asked; {said} " in told


def test_a_review_of_an_earlier_version_was_asked_when_it_was_opened():
    review = {name: value for name, value in REVIEW.items() if name != "rung_times"}
    _, told = review_notice(review | {"rung": 1}, "escalation", LINK, SIGN_IN, OPENED)
    assert "people were asked at 08:05 UTC." in told


@pytest.mark.parametrize(("until", "said"), [(660, ", and Ada is looking now."), (600, ".")])
def test_a_reminder_says_who_is_looking(until, said):
    claim = {"claimed_by": "ada", "claimed_name": "Ada"}
    claim["claimed_until"] = int(OPENED.timestamp()) + until
    told = text("reminder", minutes=10, **claim).replace("\n", " ")
    assert f" Nobody has decided yet; people were asked at 08:05 UTC{said} " in told


def test_what_was_never_analysed_says_so():
    assert notice(labels=[], category="unscreened")[0].startswith("high: unscreened on")
    assert notice(labels=[], category=None)[0].startswith("high: not analysed on")


def test_a_subject_keeps_its_end_and_cuts_the_finding():
    name = "Non-Explicit Nudity of Intimate parts and Kissing in a most unusual place"
    subject, _ = notice("escalation", labels=[{"name": name, "confidence": 99.0}], **SECOND)
    assert subject.startswith("ESCALATED: high: Non-Explicit Nudity of Intimate")
    assert subject.endswith("... on AbCdef1G2hij, by 08:35 UTC")
    assert len(subject) == 99


def test_a_hostile_key_cannot_break_the_lines_of_a_notice():
    frame = {"key": "uploads/x\r\nSubject: forged\u2028.jpg"}
    subject, told = notice(channel_arn=None, channel="up\nloads", frame=frame)
    assert "\n" not in subject
    assert "Frame      uploads/x  Subject: forged .jpg" in told.split("\n")
    forged = SECOND | {"escalated_by": "A\nOr sign in: https://evil.example"}
    assert "\nOr sign in: https://evil" not in text("escalation", **forged)


WORDS = st.text(max_size=200)


@given(
    call=st.sampled_from(["ask", "reminder", "escalation"]),
    severity=st.sampled_from(REVIEWED),
    channel=WORDS,
    key=WORDS,
    label=WORDS,
    by=WORDS,
    minutes=st.integers(-6_000, 6_000),
    flags=st.sets(st.sampled_from(["stop_failed", "breaker_open"])),
)
def test_whatever_it_says_it_fits_and_ends_with_the_ways_in(
    call, severity, channel, key, label, by, minutes, flags
):
    changes = {"severity": severity, "channel": channel, "frame": {"key": key}, "escalated_by": by}
    changes |= dict.fromkeys(flags, True) | {"labels": [{"name": label, "confidence": 1.0}]}
    subject, told = notice(call, minutes, **changes)
    assert len(subject) < 100
    assert subject.isprintable()
    lines = told.split("\n")
    assert lines[-1] == f"Or sign in: {SIGN_IN}"
    assert lines[lines.index("Look and decide:") + 1] == LINK
    assert told.count(LINK) == 1
    assert "THE-TASK-TOKEN" not in subject + told


@given(text=WORDS)
def test_a_paragraph_keeps_every_word_and_breaks_only_between_them(text):
    lines = paragraph(text)
    assert " ".join(lines).split() == one_line(text).split()
    assert all(len(line) <= 78 or " " not in line for line in lines)
