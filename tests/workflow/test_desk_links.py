"""Use a notice's link as people do, as scanners do, and as somebody does who means harm."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from framewarden.domain import links
from local.links import link_key
from tests.workflow.browser import Windows, offered, press
from tests.workflow.conftest import Desk, Row
from tests.workflow.people import People
from tests.workflow.record import events, forget_token

pytestmark = pytest.mark.workflow


def asked(desk: Desk, name: str) -> tuple[str, Row]:
    """Show a frame that people are asked about; return its frame_id and the review."""
    channel = desk.channel(name)
    channel.go_live()
    frame = channel.show(desk.pictures.high())
    return frame, desk.asked(frame)


class TestPeople:
    def test_a_link_allows(self, desk: Desk, windows: Windows) -> None:
        frame, review = asked(desk, "desk-link-allow")
        page = windows.open()
        page.goto(desk.link(review))
        page.locator("form#decide input[name=name]").fill("Ada")
        press(page, "allow")
        expect(page.locator("form#decide button[name=decision]")).to_have_count(0)
        expect(page.locator("main")).to_contain_text("Ada")
        assert desk.ended(frame)["outcome"] == "reviewed"
        row = desk.review(review["review_id"])
        assert (row["decision"], row["via"], row["by"]) == ("allow", "link", "Ada")
        assert "by_account" not in row
        assert desk.channel("desk-link-allow").live()

    def test_a_link_stops_and_the_stream_is_off(self, desk: Desk, windows: Windows) -> None:
        frame, review = asked(desk, "desk-link-stop")
        channel = desk.channel("desk-link-stop")
        page = windows.open()
        page.goto(desk.link(review))
        press(page, "stop")
        assert desk.ended(frame)["outcome"] == "stopped"
        assert not channel.live()
        page.reload()
        expect(page.locator("main")).to_contain_text("stopped")

    def test_two_browsers_at_the_same_moment_are_one_decision(
        self, desk: Desk, windows: Windows, people: People
    ) -> None:
        frame, review = asked(desk, "desk-two")
        names = ("bea", "cem")
        pages = [windows.open(people.get(name)) for name in names]
        for page in pages:
            windows.case(page, review["review_id"])
        told = dict(zip(names, at_once(pages, ("allow", "stop")), strict=True))
        desk.ended(frame)
        row = desk.review(review["review_id"])
        first = {"allow": "bea", "stop": "cem"}[row["decision"]]
        assert row["by"] == first
        assert sorted(told.values()) == [200, 409]
        assert told[first] == 200
        other = pages[names.index("cem" if first == "bea" else "bea")]
        expect(other.get_by_role("status").first).to_be_visible()
        expect(other.locator("main")).to_contain_text(first)
        assert desk.channel("desk-two").live() == (row["decision"] == "allow")


def at_once(pages: list[Page], decisions: tuple[str, ...]) -> list[int]:
    """Press a button in each window at one moment; return the status of the page shown then."""
    moment = time.time() * 1000 + 700
    at = (
        "([moment, value]) => { setTimeout(() => document.querySelector("
        "`form#decide button[value=${value}]`).click(), moment - Date.now()) }"
    )
    for page, decision in zip(pages, decisions, strict=True):
        page.evaluate(at, [moment, decision])
    statuses = []
    for page in pages:
        # A function, not an expression: the page's policy lets nothing be evaluated.
        page.wait_for_function("moment => performance.timeOrigin > moment", arg=moment)
        page.wait_for_load_state()
        entry = "performance.getEntriesByType('navigation')[0].responseStatus"
        statuses.append(int(page.evaluate(entry)))
    return statuses


class TestScanners:
    def test_following_every_link_and_running_every_script_decides_nothing(
        self, desk: Desk, windows: Windows
    ) -> None:
        _, review = asked(desk, "desk-scanner")
        before, link = desk.review(review["review_id"]), desk.link(review)
        page = windows.open()
        page.goto(link, wait_until="networkidle")
        found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        for address in dict.fromkeys([link, *found]):
            if urlsplit(address).netloc == urlsplit(link).netloc:
                page.goto(address, wait_until="networkidle")
                page.evaluate(
                    "document.querySelectorAll('details').forEach(one => one.open = true)"
                )
                for method in ("HEAD", "GET", "OPTIONS"):
                    page.request.fetch(address, method=method)
        # The page's script adds links of its own: a click waits until they are all there.
        page.goto(link, wait_until="networkidle")
        for number in range(page.locator("a[href]").count()):
            page.goto(link, wait_until="networkidle")
            page.locator("a[href]").nth(number).evaluate("one => one.click()")
            page.wait_for_load_state("networkidle")
        assert desk.review(review["review_id"]) == before
        assert events(desk, review["review_id"]) == []


@pytest.fixture(scope="module")
def review(desk: Desk) -> Row:
    return asked(desk, "desk-harm")[1]


class TestHarm:
    def test_a_link_that_is_not_whole_or_over_shows_no_case(
        self, desk: Desk, windows: Windows, review: Row
    ) -> None:
        good, identity = desk.link(review), review["review_id"]
        key, over = link_key(desk.target), int(time.time()) - 10
        expired = f"?exp={over}&sig={links.sign_link(key, identity, over)}"
        bad = {
            good[:-3]: 403,
            good.replace("exp=", "exp=1"): 403,
            good.replace(identity, "0" * len(identity)): 403,
            good.partition("?")[0] + expired: 410,
            good.partition("&sig=")[0]: 403,
            good.partition("?")[0]: 303,
        }
        page = windows.open()
        for address, status in bad.items():
            answer = page.request.get(address, max_redirects=0)
            assert answer.status == status, address
            assert "form" not in answer.text()

    def test_a_form_needs_a_fresh_nonce_of_its_own(
        self, desk: Desk, windows: Windows, review: Row
    ) -> None:
        key, now = link_key(desk.target), datetime.now(UTC)
        mine = f"{review['review_id']}|link"
        nonces = {
            "none": "",
            "old": links.make_nonce(key, mine, now - timedelta(minutes=16)),
            "another's": links.make_nonce(key, "another|link", now),
        }
        page = windows.open()
        for name, nonce in nonces.items():
            form = {"decision": "allow", "name": "Eve", "note": "kept", "nonce": nonce}
            answer = page.request.post(desk.link(review), form=form)
            assert answer.status == 403, name
            assert "kept" in answer.text(), "what was typed is still there"
        assert desk.review(review["review_id"])["status"] == "pending"

    def test_another_sites_form_is_refused_though_the_cookie_comes_along(
        self, desk: Desk, windows: Windows, people: People, review: Row
    ) -> None:
        address = windows.at(f"reviews/{review['review_id']}")
        page = windows.open(people.get("lea", "lead"))
        windows.case(page, review["review_id"])
        nonce = page.locator("form#decide input[name=nonce]").get_attribute("value")
        form = (
            f"<form method=post action='{address}'><input name=nonce value='{nonce}'>"
            "<button name=decision value=allow>Win</button></form>"
        )
        with other_site(form) as evil:
            page.goto(evil)
            with page.expect_navigation() as posted:
                page.locator("button").click()
        assert posted.value and posted.value.status == 403
        expect(page.locator("main")).to_contain_text("another site")
        assert desk.review(review["review_id"])["status"] == "pending"

    def test_a_note_of_2_mb_is_refused_with_what_to_do(
        self, desk: Desk, windows: Windows, people: People, review: Row
    ) -> None:
        page = windows.case(windows.open(people.get("bea")), review["review_id"])
        page.locator("form#note textarea").evaluate(
            "one => { one.removeAttribute('maxlength'); one.value = 'n'.repeat(2_000_000) }"
        )
        with page.expect_navigation() as posted:
            page.locator("form#note button").click()
        assert posted.value and posted.value.status == 413
        expect(page.locator("main")).to_contain_text("too long")
        assert events(desk, review["review_id"]) == []

    def test_a_replayed_link_shows_the_decision_and_no_buttons(
        self, desk: Desk, windows: Windows, review: Row
    ) -> None:
        page = windows.open()
        page.goto(desk.link(review))
        press(page, "allow")
        page.goto(desk.link(review))
        assert offered(page) == []
        expect(page.locator("main")).to_contain_text("allow")


def test_a_decision_for_a_closed_execution_says_that_it_came_too_late(
    desk: Desk, windows: Windows, people: People
) -> None:
    frame, review = asked(desk, "desk-closed")
    page = windows.case(windows.open(people.get("bea")), review["review_id"])
    machine = desk.target.output("StateMachineArn").replace(":stateMachine:", ":execution:")
    desk.client("stepfunctions").stop_execution(
        executionArn=f"{machine}:{desk.frame(frame)['execution']}"
    )
    forget_token(desk, review["review_id"])
    desk.wait(lambda: desk.review(review["review_id"]).get("outcome"), "the frame is settled")
    press(page, "allow")
    expect(page.locator("main")).to_contain_text("after the deadline")
    kinds = [event["kind"] for event in events(desk, review["review_id"])]
    assert "late" in kinds or desk.review(review["review_id"]).get("nobody_waited_at")
    page.reload()
    expect(page.locator("main")).to_contain_text("after the deadline")


@contextmanager
def other_site(body: str) -> Iterator[str]:
    """Serve a page of somebody else's on this machine: another port is another origin."""

    class Evil(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
