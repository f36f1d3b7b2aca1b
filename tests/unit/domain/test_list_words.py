"""How a list is told in notices, chat events, sentences and health."""

from datetime import UTC, datetime, timedelta
from textwrap import dedent

import pytest

from framewarden.domain.attention import oldest_entry
from framewarden.domain.cases import case_of, offered
from framewarden.domain.chat_events import review_attributes, size_of
from framewarden.domain.review_notices import review_notice
from framewarden.domain.why import why
from tests.unit.scenes import state

LIST = state("open_review/list")
ID = LIST["batch"]["batch_id"]
OPENED = datetime(2026, 11, 22, 8, 5, 31, tzinfo=UTC)
LINK = "https://desk.example/live/reviews/r1?exp=1&sig=abc"
SIGN_IN = "https://desk.example/live/sign-in?next=reviews/r1"
REVIEW = {
    **case_of(LIST),
    "review_id": "r1",
    "channel": f"batches/{ID}/214/explicit-stop",
    "channel_arn": None,
    "frame": {"key": LIST["frame"]["key"]},
    "opened_at": "2026-11-22T08:05:31.600Z",
    "frames": 1,
    "rung": 0,
    "deadline": int(OPENED.timestamp()) + 300,
}


def notice(call="ask", **changes):
    return review_notice(REVIEW | changes, call, LINK, SIGN_IN, OPENED)


def batch(images, rule="explicit-stop"):
    return {"batch": LIST["batch"] | {"images": images, "rule": rule}}


def test_a_list_is_called_for_as_people_read_it():
    subject, told = notice()
    assert subject == (
        f"critical: Exposed Female Nipple 98.1 % on 214 images of batch {ID[:8]}, by 08:10 UTC"
    )
    assert told == dedent(
        f"""\
        May these 214 images stay? Decide by 08:10 UTC (in 5 minutes).

        What       Exposed Female Nipple 98.1 %
        Severity   critical
        Images     214, of which this is the surest
        Rule       explicit-stop
        Batch      {ID}
        List       batches/{ID}/rules/explicit-stop.jsonl
        Asked      2026-11-22 08:05:31 UTC
        Decide by  2026-11-22 08:10:31 UTC
        Review     r1

        Look and decide:
        {LINK}

        If nobody decides by 08:10 UTC: the images that nobody decided are blocked.

        Opening the link decides nothing; what you press on its page does.
        To decide image by image, sign in: {SIGN_IN}"""
    )


def test_one_image_is_asked_about_as_one():
    assert notice(**batch(1))[1].startswith("May this image stay?")
    assert notice(**batch(2_500))[1].startswith("May these 2,500 images stay?")


def test_what_nobody_decides_is_let_through_where_the_policy_says_so():
    _, told = notice(default="allow")
    assert "the images that nobody decided are let\nthrough, and count as not looked at." in told


@pytest.mark.parametrize("rule", ["a\nSubject: b", "x" * 900])
def test_a_rules_name_breaks_no_line_and_no_subject(rule):
    subject, told = notice(**batch(214, rule))
    assert len(subject) < 100
    assert "\nSubject: b" not in told


def test_moderators_are_told_how_many_images_it_is():
    attributes = review_attributes(REVIEW)
    assert attributes["images"] == "214"
    assert "images" not in review_attributes(REVIEW | {"batch": None, "channel": "uploads"})
    long = review_attributes(REVIEW | {"channel": f"batches/{ID}/214/{'x' * 900}"})
    assert size_of(long) <= 1024


def test_the_nearest_deadline_is_that_of_so_many_images():
    assert oldest_entry(REVIEW, OPENED)["channel"] == f"214 images of batch {ID[:8]}"


def test_a_list_is_allowed_or_blocked():
    assert offered(REVIEW) == ("allow", "block")


def test_the_story_of_a_list_speaks_of_a_list():
    row = {"status": "settled", "outcome": "reviewed", "reason": "block", "attempt": 1}
    decided_at = (OPENED + timedelta(seconds=60)).isoformat()
    decision = {"status": "decided", "decision": "block", "by": "Mia", "via": "desk"}
    document = LIST | {"decision": decision | {"decided_at": decided_at}}
    said = why(LIST["frame"], document, row, None, OPENED)
    assert said.startswith("Blocked by Mia (desk) 1 min after the list: Exposed Female Nipple")


def test_what_nobody_judged_is_not_scanned_again_but_decided():
    row = {"status": "settled", "outcome": "unscreened", "reason": "execution_failed", "attempt": 1}
    said = why(LIST["frame"], LIST, row, None, OPENED)
    assert said.endswith("the execution failed; its images can still be decided")
