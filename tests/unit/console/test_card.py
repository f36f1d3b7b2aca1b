import pytest

from framewarden.console.card import card_of, clipped
from tests.unit.console.queue_world import NOW, at, claimed, label, row, somebody

MODERATOR, LEAD = somebody("moderator"), somebody("lead")


def card(authority=MODERATOR, **changes):
    return card_of(row(**changes), authority, NOW)


def test_a_card_says_what_was_found_where_and_until_when():
    shown = card(labels=[label("Explicit", 61), label("Weapons", 92.34)])
    assert (shown.review_id, shown.severity, shown.what, shown.confidence) == (
        "r1",
        "high",
        "Weapons",
        92.34,
    )
    assert (shown.channel, shown.stream, shown.frames) == ("AbCdef1G2hij", True, 2)
    assert (shown.first.relative, shown.last.relative) == ("1 min ago", "5 s ago")
    assert shown.deadline.relative == "in 4 min"
    assert shown.deadline.absolute == "2026-11-22 08:10:31 UTC"
    assert shown.unscreened == ""
    assert shown.reminded is None
    assert not shown.escalated


def test_the_three_strongest_labels_are_named():
    labels = [label("D", 51), label("A", 99), label("C", 60.5), label("B", 70)]
    shown = card(labels=labels)
    assert (shown.what, shown.others) == ("A", (("B", 70.0), ("C", 60.5)))


def test_what_could_not_be_judged_says_so():
    shown = card(labels=[], category="unscreened", reason="image_invalid")
    assert (shown.what, shown.confidence) == ("Not analysed", None)
    assert shown.unscreened == "image invalid"
    assert card(labels=[], category=None).unscreened == "unknown reason"


def test_a_case_without_labels_has_its_category():
    shown = card(labels=[], category="Violence")
    assert (shown.what, shown.confidence, shown.unscreened) == ("Violence", None, "")


@pytest.mark.parametrize(
    ("changes", "then"),
    [
        ({"ladder": [300, 900]}, "a lead is asked"),
        ({"ladder": [300, 900], "rung": 1}, "the stream is stopped"),
        ({"default": "allow"}, "the stream goes on, and its frames count as not looked at"),
        ({"default": "block", "channel_arn": None}, "the image is blocked"),
        ({"default": "uphold"}, "the stop stands"),
    ],
)
def test_a_card_says_what_happens_if_nobody_decides(changes, then):
    assert card(**changes).then == then


@pytest.mark.parametrize(("left", "hurry"), [(120, ""), (119, "now"), (1, "now"), (0, "late")])
def test_a_near_deadline_hurries(left, hurry):
    assert card(left=left).hurry == hurry


def test_the_state_of_a_stop_is_shown():
    assert card(stop_failed=True).stop_failed
    assert card(breaker_open=True).breaker_open
    assert card(default="uphold").confirms
    assert not card().confirms
    assert not card(channel_arn=None).stream


def test_reminders_and_escalations_are_shown():
    assert card(reminded_at=at(-30)).reminded.relative == "30 s ago"
    assert card(rung=1, ladder=[300, 900]).escalated


@pytest.mark.parametrize(
    ("authority", "claim", "action", "holder", "lapsed"),
    [
        (MODERATOR, {}, "claim", "", ""),
        (MODERATOR, claimed(), "", "Ben", ""),
        (LEAD, claimed(), "takeover", "Ben", ""),
        (MODERATOR, claimed(left=0), "claim", "", "Ben"),
        (LEAD, claimed(left=-1), "claim", "", "Ben"),
        (LEAD, claimed("ana", "Ana"), "", "Ana", ""),
        (somebody("engineer"), {}, "", "", ""),
        (somebody("auditor"), claimed(), "", "Ben", ""),
    ],
)
def test_a_case_is_claimed_by_one_at_a_time(authority, claim, action, holder, lapsed):
    shown = card(authority, **claim)
    assert (shown.action, shown.holder, shown.lapsed) == (action, holder, lapsed)
    assert shown.mine == (claim.get("claimed_by") == "ana")
    assert (shown.until is not None) == bool(holder)


def test_a_claim_without_a_name_shows_its_account():
    assert card(**claimed(name=None)).holder == "ben"


def test_nothing_is_claimed_after_the_deadline():
    assert card(left=0).action == ""
    assert card(LEAD, left=-5, **claimed()).action == ""


def test_rows_of_an_earlier_version_are_read():
    old = row(severity="unheard of")
    for name in ("last_seen_at", "frames", "labels", "reason"):
        del old[name]
    shown = card_of(old, MODERATOR, NOW)
    assert (shown.severity, shown.frames, shown.what) == ("medium", 1, "Explicit")
    assert shown.last == shown.first


def test_a_mark_changes_with_what_is_shown_and_not_with_the_clock():
    later = NOW.replace(second=32)
    mark = card().mark
    assert card_of(row(), MODERATOR, later).mark == mark
    for changes in (
        {"frames": 3},
        {"last_seen_at": at(-4)},
        {"left": 60},
        {"labels": [label("Explicit", 93)]},
        {"reminded_at": at(-1)},
        {"stop_failed": True},
        {"rung": 1},
        claimed(),
    ):
        assert card(**changes).mark != mark
    assert card(LEAD, **claimed()).mark != card(**claimed()).mark


def test_long_texts_are_cut():
    assert clipped("x" * 50) == "x" * 50
    assert clipped("x" * 51) == "x" * 49 + "…"
    shown = card(
        channel="c" * 999, labels=[label("l" * 99), label("m" * 99)], **claimed(name="n" * 99)
    )
    assert (len(shown.channel), len(shown.what)) == (50, 50)
    assert (len(shown.others[0][0]), len(shown.holder)) == (30, 30)
