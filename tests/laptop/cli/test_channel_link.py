"""A channel is acted on through its page, as a browser would, and not behind its back."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from framewarden.aws.ivs import Session
from framewarden.console.channel import ChannelDesk, routes
from framewarden.console.channel_address import link_of
from framewarden.console.site import site as site_of
from framewarden.overview import Overview
from local.channel_link import Placed, Wish, place
from local.errors import OperatorError
from local.site import Page
from tests.unit.console.browser import FORM, ask

URL = "https://desk.example/live/channels/ivs/c1?exp=9&may=all&sig=s"
ORDER = "order-" + "a" * 40
THERE = "./c1?exp=9&may=all&sig=s&order=" + ORDER
NAMES = '<input name="name" value=""><textarea name="note"></textarea>'
ONE = f"""
<h1>Channel c1</h1>
<form method="get" action="/search"><input type="hidden" name="action" value="stop"></form>
<form method="post" action="./c1?exp=9&amp;may=all&amp;sig=s">
<button type="submit" disabled hidden></button>
<input type="hidden" name="nonce" value="1.n"><input type="hidden" name="session" value="st-1">
{NAMES}<button type="submit" name="action" value="stop">Stop</button>
<button type="submit" name="action" value="ban">Ban</button></form>
"""
EACH = "<h1>Channel c1</h1>" + "".join(
    f'<form method="post"><input type="hidden" name="nonce" value="1.{action}">{NAMES}'
    f'<input type="hidden" name="action" value="{action}"><button>Go</button></form>'
    for action in ("stop", "ban", "reinstate")
)
UNDER_WAY = "<h1>Channel c1</h1><h2>Your order is under way</h2>"
REFUSED = (
    '<section class="notice warning" role="status"><h2>This form is too old</h2></section>' + ONE
)


class Site:
    """Answers from a list and remembers what it was asked."""

    def __init__(self, *pages: Page) -> None:
        self.pages = list(pages)
        self.asked: list[tuple[str, str, dict[str, str] | None]] = []

    def __call__(self, method: str, url: str, form: dict[str, str] | None) -> Page:
        self.asked.append((method, url, form))
        return self.pages.pop(0)


def test_one_form_with_buttons_means_whatever_is_live() -> None:
    site = Site(Page(200, None, ONE), Page(303, THERE, ""), Page(200, None, UNDER_WAY))
    assert place(URL, Wish("stop", "Ada", "nudity"), site).order == ORDER
    form = {"nonce": "1.n", "session": "", "action": "stop", "name": "Ada", "note": "nudity"}
    assert site.asked[:2] == [("GET", URL, None), ("POST", URL, form)]


def test_a_session_that_is_named_is_the_one_that_is_meant() -> None:
    site = Site(Page(200, None, ONE), Page(303, THERE, ""), Page(200, None, UNDER_WAY))
    place(URL, Wish("stop", "Ada", session="st-7"), site)
    sent = site.asked[1][2]
    assert sent is not None
    assert sent["session"] == "st-7"


@pytest.mark.parametrize("action", ["stop", "ban", "reinstate"])
def test_a_form_for_each_action_is_told_apart(action: str) -> None:
    site = Site(Page(200, None, EACH), Page(303, THERE, ""), Page(200, None, UNDER_WAY))
    assert place(URL, Wish(action, "Ada"), site).order == ORDER
    method, url, sent = site.asked[1]
    assert (method, url) == ("POST", URL)
    assert sent is not None
    assert (sent["nonce"], sent["action"]) == (f"1.{action}", action)
    assert ("session" in sent) == (action != "reinstate")


def test_what_the_page_does_not_offer_is_for_the_site_to_take_or_refuse() -> None:
    site = Site(Page(200, None, ONE), Page(409, None, REFUSED))
    assert place(URL, Wish("reinstate", "Ada"), site) == Placed(None, "This form is too old")
    assert site.asked[1][0] == "POST"


def test_an_answer_that_names_no_order_is_none() -> None:
    for status, there in ((303, "./c1?exp=9"), (303, None), (409, THERE)):
        site = Site(Page(200, None, ONE), Page(status, there, ""), Page(200, None, UNDER_WAY))
        assert place(URL, Wish("stop", "Ada"), site).order is None


def test_a_page_without_forms_takes_no_orders() -> None:
    site = Site(Page(200, None, "<h1>Channel c1</h1>"))
    with pytest.raises(OperatorError, match="takes no orders: Channel c1"):
        place(URL, Wish("stop", "Ada"), site)
    assert len(site.asked) == 1


def test_a_link_that_is_not_good_says_why_and_sends_nothing() -> None:
    site = Site(Page(404, None, "<h1>There is no such page</h1>"))
    with pytest.raises(OperatorError, match=r"404: There is no such page\. Nothing was sent"):
        place(URL, Wish("stop", "Ada"), site)
    assert len(site.asked) == 1


KEY = "a key of more than sixteen bytes"
ARN = "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij"
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize("silence", [None, "VideoServiceThrottledError"])
def test_the_page_as_it_is_takes_what_is_sent_here(silence: str | None) -> None:
    placed: list[dict[str, Any]] = []

    def order(given: dict[str, Any], _: str) -> str:
        placed.append(given)
        return ORDER

    live = None if silence else Session("st-1", NOW)
    keys: Any = SimpleNamespace(accepted=lambda: [KEY], refreshed=lambda: None)
    desk = ChannelDesk(
        look=lambda arn, _: Overview(arn, live, silence, None, None, [], []),
        place=order,
        keys=keys,
        clock=lambda: NOW,
    )
    handler = site_of("channel_page", routes(lambda: desk))

    def fetch(method: str, url: str, form: dict[str, str] | None) -> Page:
        parts = urlsplit(url)
        path, query = parts.path.removeprefix("/live"), dict(parse_qsl(parts.query))
        body = None if form is None else urlencode(form)
        reply: Any = ask(handler, method, path, query, body, FORM)
        return Page(reply.status, reply.headers.get("Location"), reply.body)

    url = f"https://desk.example/live/{link_of(ARN, KEY, 'all', int(NOW.timestamp()) + 9)}"
    for action in ("stop", "ban", "reinstate"):
        assert place(url, Wish(action, "Ada", "nudity"), fetch).order == ORDER
    assert [one["action"] for one in placed] == ["stop", "ban", "reinstate"]
    assert placed[0] | {"at": ""} == {
        "action": "stop", "channel_arn": ARN, "channel": "AbCdef1G2hij", "session": None,
        "by": "Ada", "via": "link", "note": "nudity", "at": "",
    }  # fmt: skip
    place(url, Wish("stop", "Ada", session="st-0"), fetch)
    assert placed[-1]["session"] == "st-0"
    late = f"https://desk.example/live/{link_of(ARN, KEY, 'all', int(NOW.timestamp()) - 9)}"
    with pytest.raises(OperatorError, match="page answered 410"):
        place(late, Wish("stop", "Ada"), fetch)
