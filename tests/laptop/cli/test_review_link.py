"""A review is answered through its page, as a browser would, and not behind its back."""

from typing import Any

import pytest

from local.errors import OperatorError
from local.review_link import answer
from local.site import Page, SitePage

URL = "https://desk.example/live/reviews/r1?exp=9&sig=s"
FORM = """
<main><h1>Explicit <span>on channel c1</span></h1>
<section><h2 id="decide">Decide in 4 min</h2>
<form method="post" action="./r1?exp=9&amp;sig=s">
<button type="submit" disabled hidden></button>
<input type="hidden" name="nonce" value="1.a&quot;b">
<input type="hidden" name="rung" value="0">
<input id="name" name="name" value="" maxlength="80">
<textarea id="note" name="note"></textarea>
<button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="stop">Stop</button>
</form></section></main>
"""
DECIDED = '<h1>Explicit</h1><section><h2>Decided</h2><p class="verdict">Allowed: it goes on.</p>'
SECOND = (
    '<section class="notice plain" role="status"><h2>This was decided before</h2></section>'
    + DECIDED
)


class Site:
    """Answers from a list and remembers what it was asked."""

    def __init__(self, *pages: Page) -> None:
        self.pages = list(pages)
        self.asked: list[tuple[str, str, dict[str, str] | None]] = []

    def __call__(self, method: str, url: str, form: dict[str, str] | None) -> Page:
        self.asked.append((method, url, form))
        return self.pages.pop(0)


def test_get_then_post_the_form_then_follow_the_redirect() -> None:
    site = Site(Page(200, None, FORM), Page(303, "./r1?exp=9&sig=s", ""), Page(200, None, DECIDED))
    told = answer(URL, "allow", "Ann", "a rabbit", site)
    assert told == {"accepted": True, "status": 303, "says": "Allowed: it goes on."}
    form = {"nonce": '1.a"b', "rung": "0", "decision": "allow", "name": "Ann", "note": "a rabbit"}
    assert site.asked == [("GET", URL, None), ("POST", URL, form), ("GET", URL, None)]


def test_a_line_that_a_script_fills_is_not_the_page_s_notice() -> None:
    live = '<p id="news" role="status" aria-live="polite"></p>' + DECIDED
    assert SitePage(live).says == "Allowed: it goes on."


def test_the_second_answer_is_told_that_it_came_second() -> None:
    site = Site(Page(200, None, FORM), Page(200, None, SECOND))
    told = answer(URL, "stop", fetch=site)
    assert told == {"accepted": False, "status": 200, "says": "This was decided before"}


def test_a_review_that_is_closed_is_not_posted_to() -> None:
    site = Site(Page(200, None, DECIDED))
    told = answer(URL, "allow", fetch=site)
    assert told == {"accepted": False, "status": None, "says": "Allowed: it goes on."}
    assert len(site.asked) == 1


def test_a_decision_that_is_not_offered_is_not_posted() -> None:
    site = Site(Page(200, None, FORM))
    with pytest.raises(OperatorError, match=r"does not offer block\. Decide one of: allow, stop"):
        answer(URL, "block", fetch=site)
    assert len(site.asked) == 1


def test_a_link_that_is_not_good_says_why() -> None:
    site = Site(Page(410, None, "<h1>This link has expired</h1>"))
    with pytest.raises(OperatorError, match="410: This link has expired"):
        answer(URL, "allow", fetch=site)


def test_what_is_no_link_is_refused() -> None:
    with pytest.raises(OperatorError, match="not a link"):
        answer("file:///etc/passwd", "allow")


@pytest.mark.parametrize("text", ["", "<p>", "<form method=get><input name=decision></form>"])
def test_any_page_can_be_read(text: str) -> None:
    page: Any = SitePage(text)
    assert page.forms_with("decision") == []
    assert page.says == "nothing"
