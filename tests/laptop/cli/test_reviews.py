"""`framewarden reviews`: what people are asked, with links that work and tokens that stay."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import Result

from framewarden.domain.links import verify_link
from local.errors import OperatorError
from local.links import expiry
from local.reviews import decide
from local.site import Page
from local.target import Target

KEY = "a key of more than sixteen bytes"


def test_list_is_ordered_by_urgency_and_carries_good_links(
    run: Callable[..., Result], ledger: Any
) -> None:
    ledger.review("old", status="decided", decision="allow", by="Ann", via="link",
                  opened_at="2026-01-01T00:00:00.000Z")  # fmt: skip
    ledger.review("new", status="expired", decision="block")
    ledger.review("medium", severity="medium")
    ledger.review("critical", severity="critical")
    ledger.review("incident#uploads#Explicit", status="pending", severity="none")
    listed = json.loads(run("reviews", "list", "--json").stdout)
    assert [review["review_id"] for review in listed] == ["critical", "medium", "new", "old"]
    first = listed[0]
    assert first["frame_key"] == "uploads/critical.jpg"
    assert first["deadline"].endswith("Z")
    assert set(first) == {
        "review_id", "status", "decision", "severity", "url", "frame_key", "deadline", "labels",
        "frames", "by", "via", "opened_at",
    }  # fmt: skip
    parts = urlsplit(first["url"])
    assert first["url"].startswith("https://desk.example/live/reviews/critical?")
    signed = parse_qs(parts.query)
    verify_link([KEY], "critical", signed["exp"][0], signed["sig"][0], datetime.now(UTC))


def test_list_of_one_status(run: Callable[..., Result], ledger: Any) -> None:
    ledger.review("open")
    ledger.review("done", status="decided")
    for status, expected in (("pending", "open"), ("decided", "done")):
        listed = json.loads(run("reviews", "list", "--status", status, "--json").stdout)
        assert [review["review_id"] for review in listed] == [expected]
    assert "No expired reviews" in run("reviews", "list", "--status", "expired").stderr


def test_show_never_shows_the_token(run: Callable[..., Result], ledger: Any) -> None:
    ledger.review("open")
    for option in ((), ("--json",)):
        done = run("reviews", "show", "open", *option)
        assert done.exit_code == 0
        assert "uploads/open.jpg" in done.stdout
        assert "AQCEAAAA" not in done.stdout + done.stderr


def test_an_unknown_review_says_how_to_list(run: Callable[..., Result], ledger: Any) -> None:
    for arguments in (("show", "nope"), ("decide", "nope", "allow")):
        done = run("reviews", *arguments)
        assert done.exit_code == 1
        assert "framewarden reviews list --stack guard" in done.stderr


def test_a_link_lives_a_day_longer_than_its_review() -> None:
    day = 24 * 3600
    assert expiry({"deadline": 5000, "status": "pending"}, now=1000) == 5000 + day
    assert expiry({"deadline": 500, "status": "decided"}, now=1000) == 1000 + day


def test_what_no_link_does_names_where_to_sign_in(target: Target, ledger: Any) -> None:
    ledger.review("r1")
    where = "Sign in at https://desk.example/live/queue and decide there"

    def pages(text: str) -> Any:
        return lambda *_: Page(200, None, text)

    with pytest.raises(OperatorError, match=f"needs a lead. {where}"):
        decide(target, "r1", "reinstate", fetch_page=pages(""))
    with pytest.raises(OperatorError, match=f"A link may not decide this review: A case. {where}"):
        decide(target, "r1", "allow", fetch_page=pages("<h1>A case</h1>"))
    mild = '<form method="post"><button name="decision" value="allow"></form>'
    with pytest.raises(OperatorError, match=f"does not offer stop. Decide one of: allow. {where}"):
        decide(target, "r1", "stop", fetch_page=pages(mild))


def test_decide_goes_through_the_page_and_tells_what_stands(target: Target, ledger: Any) -> None:
    ledger.review("r1")
    form = '<form method="post" action="./r1"><button name="decision" value="allow"></form>'
    asked: list[str] = []

    def site(method: str, url: str, sent: dict[str, str] | None) -> Page:
        asked.append(method)
        if method == "POST":
            assert sent == {"decision": "allow", "name": "Ann", "note": "a rabbit"}
            ledger.review("r1", status="decided", decision="allow", by="Ann", via="link")
            return Page(303, "./r1", "")
        return Page(200, None, form)

    told = decide(target, "r1", "allow", "Ann", "a rabbit", site)
    assert asked == ["GET", "POST", "GET"]
    assert (told["accepted"], told["status"], told["by"]) == (True, "decided", "Ann")
