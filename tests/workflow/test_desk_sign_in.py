"""Sign in at the desk, and see what each role may do there."""

import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from framewarden.domain import links
from local.chromium import sign_in
from local.links import link_key
from local.people import made_password
from tests.workflow.browser import Windows, offered, press
from tests.workflow.conftest import Desk, Row
from tests.workflow.forged import as_signed_in, forge_session, nonce_of, session_of
from tests.workflow.people import People

pytestmark = pytest.mark.workflow
SESSION = "__Host-framewarden"


def posted(page: Page, address: str, nonce: str, **form: str) -> int:
    return page.request.post(address, form={"nonce": nonce, **form}, max_redirects=0).status


@pytest.fixture(scope="module")
def review(desk: Desk) -> Row:
    channel = desk.channel("desk-roles")
    channel.go_live()
    return desk.asked(channel.show(desk.pictures.high()))


@pytest.fixture(scope="module")
def stopped(desk: Desk) -> Row:
    channel = desk.channel("desk-confirm")
    channel.go_live()
    return desk.asked(channel.show(desk.pictures.critical()))


class TestSigningIn:
    def test_a_person_comes_where_they_wanted_to_go(
        self, desk: Desk, windows: Windows, people: People, review: Row
    ) -> None:
        person, page = people.get("bea"), windows.open()
        page.goto(windows.at(f"reviews/{review['review_id']}"))
        expect(page.locator("form#sign-in")).to_be_visible()
        sign_in(page, person.name, person.password)
        expect(page.locator("main[data-page=case]")).to_have_attribute(
            "data-review", review["review_id"]
        )
        expect(page.locator("header #who")).to_contain_text("bea")
        expect(page.locator("header #who")).to_contain_text("moderator")
        kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
        for name in (SESSION, f"{SESSION}-refresh"):
            assert (kept[name]["httpOnly"], kept[name]["secure"], kept[name]["sameSite"]) == (
                True,
                True,
                "Lax",
            )
        with page.expect_navigation():
            page.locator("form#sign-out button").click()
        assert [one for one in page.context.cookies() if one["name"].startswith(SESSION)] == []
        page.goto(windows.at("queue"))
        expect(page.locator("form#sign-in")).to_be_visible()

    def test_the_first_password_is_replaced(self, windows: Windows, people: People) -> None:
        new, page = people.invited("fay"), windows.open()
        page.goto(windows.at("sign-in"))
        sign_in(page, new.name, new.password)
        chosen = made_password()
        page.locator("form#sign-in input[name=new_password]").fill(chosen)
        with page.expect_navigation():
            page.locator("form#sign-in button[type=submit]").click()
        expect(page.locator("header #who")).to_contain_text("fay")
        again = windows.open()
        again.goto(windows.at("sign-in"))
        sign_in(again, new.name, chosen)
        expect(again.locator("main[data-page=queue]")).to_be_visible()

    def test_a_wrong_password_and_an_unknown_name_are_told_the_same(
        self, windows: Windows, people: People
    ) -> None:
        page, said = windows.open(), []
        for name in (people.get("bea").name, "nobody"):
            page.goto(windows.at("sign-in"))
            sign_in(page, name, "Wrong-password-1")
            expect(page.locator("form#sign-in")).to_be_visible()
            said.append(page.get_by_role("status").or_(page.get_by_role("alert")).inner_text())
        assert said[0] == said[1]
        assert page.context.cookies() == []

    def test_sign_in_never_leads_elsewhere(self, windows: Windows, people: People) -> None:
        person = people.get("bea")
        for beyond in ("https://example.com/", "//example.com", "/\\example.com", "javascript:1"):
            page = windows.open()
            page.goto(windows.at("sign-in?next=") + beyond)
            sign_in(page, person.name, person.password)
            assert page.url.startswith(windows.base)


class TestSessions:
    def test_a_forged_cookie_is_refused_and_says_what_to_do(
        self, windows: Windows, people: People
    ) -> None:
        windows.open(people.get("bea"))
        value, _, signature = session_of(people.get("bea")).partition(".")
        for forged in (
            f"{value[:-2]}.{signature}",
            f"{value}.{'A' * len(signature)}",
            forge_session(people.get("bea"), "k" * 43, roles=["lead"]),
        ):
            page = windows.open()
            as_signed_in(page, windows.base, forged)
            answer = page.goto(windows.at("queue"))
            assert answer and answer.status == 401
            expect(page.locator("main")).to_contain_text("Sign in")
            assert page.locator("#cards").count() == 0

    def test_a_session_that_has_ended_asks_to_sign_in(
        self, desk: Desk, windows: Windows, people: People
    ) -> None:
        key, over = link_key(desk.target), int(time.time()) - 24 * 3600
        windows.open(people.get("bea"))
        page = windows.open()
        as_signed_in(page, windows.base, forge_session(people.get("bea"), key, until=over))
        page.goto(windows.at("queue"))
        expect(page.locator("form#sign-in")).to_be_visible()

    def test_a_due_session_is_renewed_without_asking(
        self, desk: Desk, windows: Windows, people: People
    ) -> None:
        key, due = link_key(desk.target), int(time.time()) - 60
        page = windows.open(people.get("gus", "auditor"))
        old = forge_session(people.get("gus", "auditor"), key, until=due)
        as_signed_in(page, windows.base, old)
        page.goto(windows.at("queue"))
        expect(page.locator("header #who")).to_contain_text("gus")
        [kept] = [one for one in page.context.cookies() if one["name"] == SESSION]
        assert kept["value"] != old

    def test_a_dismissed_person_is_out_when_the_session_is_due(
        self, desk: Desk, windows: Windows, people: People
    ) -> None:
        gone = people.get("hal")
        page = windows.open(gone)
        people.dismiss(gone)
        due = forge_session(gone, link_key(desk.target), until=int(time.time()) - 60)
        as_signed_in(page, windows.base, due)
        page.goto(windows.at("queue"))
        expect(page.locator("#cards")).to_have_count(0)


class TestRoles:
    @pytest.mark.parametrize("role", ["engineer", "auditor"])
    def test_who_only_looks_sees_no_buttons_and_posts_in_vain(
        self, desk: Desk, windows: Windows, people: People, review: Row, role: str
    ) -> None:
        person = people.get(f"only-{role}", role)
        page = windows.case(windows.open(person), review["review_id"])
        assert offered(page) == []
        for form in ("form#claim", "form#note"):
            expect(page.locator(form)).to_have_count(0)
        expect(page.locator("form#reveal")).to_have_count(int(role == "auditor"))
        address = windows.at(f"reviews/{review['review_id']}")
        nonce = nonce_of(desk, person, review["review_id"])
        acts = {"": {"decision": "allow"}, "/claim": {"action": "claim"}, "/notes": {"note": "n"}}
        acts |= {"/reveal": {}} if role == "engineer" else {}
        for path, form in acts.items():
            assert posted(page, address + path, nonce, **form) == 403, path
        row = desk.review(review["review_id"])
        assert (row["status"], row.get("claimed_by")) == ("pending", None)

    def test_a_stop_is_taken_back_by_a_lead_and_by_nobody_else(
        self, desk: Desk, windows: Windows, people: People, stopped: Row
    ) -> None:
        moderator, identity = people.get("bea"), stopped["review_id"]
        page = windows.case(windows.open(moderator), identity)
        assert offered(page) == ["uphold"]
        expect(page.locator("main")).to_contain_text("lead")
        nonce = nonce_of(desk, moderator, identity)
        address = windows.at(f"reviews/{identity}")
        assert posted(page, address, nonce, decision="reinstate") == 403
        holder = links.make_nonce(link_key(desk.target), f"{identity}|link", datetime.now(UTC))
        assert posted(windows.open(), desk.link(stopped), holder, decision="reinstate") == 403
        assert desk.review(identity)["status"] == "pending"
        lead = windows.case(windows.open(people.get("lea", "lead")), identity)
        assert set(offered(lead)) >= {"reinstate", "uphold"}
        press(lead, "reinstate")
        row = desk.ended(stopped["frame"]["frame_id"])
        assert (row["outcome"], row["reason"]) == ("reviewed", "reinstate")
        assert desk.review(identity)["by_account"] == "lea"

    def test_an_account_without_a_role_is_told_whom_to_ask(
        self, windows: Windows, people: People
    ) -> None:
        nobody, page = people.get("nil", None), windows.open()
        page.goto(windows.at("sign-in"))
        sign_in(page, nobody.name, nobody.password)
        expect(page.locator("main")).to_contain_text("no role")
        page.goto(windows.at("queue"))
        expect(page.locator("#cards")).to_have_count(0)
