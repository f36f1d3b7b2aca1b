"""Somebody signs in by the desk's own form, and is known by its cookies from then on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from local.desk_visit import DeskVisit
from local.errors import OperatorError
from local.site import Page, SitePage

BASE = "http://127.0.0.1:1/live"
FORM = """
<h1>Sign in</h1>
<form method="get" action="search"><input type="hidden" name="q" value=""></form>
<form id="sign-in" method="post" action="sign-in"><input type="hidden" name="nonce" value="1.n">
<input type="hidden" name="next" value="queue"><input name="username"><input name="password">
<button type="submit">Sign in</button></form>
"""
REFUSED = (
    '<section class="notice" role="status"><h2>That name and password do not fit</h2></section>'
    + FORM
)
SESSION = {"__Host-framewarden": "who.sig", "__Host-framewarden-refresh": "r"}

Asked = tuple[str, str, dict[str, str] | None, dict[str, str]]


@dataclass
class Site:
    """Answers from a list, and remembers what it was asked, with which cookies."""

    pages: list[Page]
    asked: list[Asked] = field(default_factory=list)

    def __call__(
        self, method: str, url: str, form: dict[str, str] | None, cookies: Mapping[str, str]
    ) -> Page:
        self.asked.append((method, url, form, dict(cookies)))
        return self.pages.pop(0)


def test_the_form_is_sent_as_it_came_and_the_cookies_are_kept() -> None:
    site = Site(
        [
            Page(200, None, FORM, {"before": "1"}),
            Page(303, "queue", "", SESSION),
            Page(200, None, "<h1>Queue</h1>"),
            Page(200, None, "<h1>Channel</h1>"),
        ]
    )
    visit = DeskVisit(BASE, site)
    visit.sign_in("lead", "a password")
    visit("GET", f"{BASE}/channels/ivs/a", None)
    sent = {"nonce": "1.n", "next": "queue", "username": "lead", "password": "a password"}
    assert site.asked == [
        ("GET", f"{BASE}/sign-in", None, {}),
        ("POST", f"{BASE}/sign-in", sent, {"before": "1"}),
        ("GET", f"{BASE}/queue", None, {"before": "1"} | SESSION),
        ("GET", f"{BASE}/channels/ivs/a", None, {"before": "1"} | SESSION),
    ]


def test_a_cookie_that_is_taken_back_is_forgotten() -> None:
    site = Site([Page(200, None, "", SESSION), Page(200, None, "", dict.fromkeys(SESSION, "")),
                 Page(200, None, "")])  # fmt: skip
    visit = DeskVisit(BASE, site)
    for _ in range(3):
        visit("GET", BASE, None)
    assert [cookies for *_, cookies in site.asked] == [{}, SESSION, {}]


def test_who_is_not_let_in_is_told_what_the_desk_says() -> None:
    site = Site([Page(200, None, FORM), Page(401, None, REFUSED)])
    said = "The desk does not let lead in: That name and password do not fit. .*users list"
    with pytest.raises(OperatorError, match=said):
        DeskVisit(BASE, site).sign_in("lead", "wrong")


def test_a_site_without_the_form_is_said_so_and_gets_no_password() -> None:
    site = Site([Page(404, None, "<h1>There is no such page</h1>")])
    with pytest.raises(OperatorError, match="404 without a form to sign in with: There is no such"):
        DeskVisit(BASE, site).sign_in("lead", "a password")
    assert len(site.asked) == 1


def test_a_form_is_found_by_its_id() -> None:
    page = SitePage(FORM)
    form = page.form("sign-in")
    assert form is not None
    assert (form.action, form.fields) == ("sign-in", {"nonce": "1.n", "next": "queue"})
    assert page.form("sign-out") is None
