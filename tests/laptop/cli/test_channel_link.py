"""A channel is acted on through its page, as a browser would, and not behind its back."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from local.channel_link import Placed, Wish, place
from local.errors import OperatorError
from local.site import Fetch, Page
from tests.unit.console.browser import FORM
from tests.unit.console.channel_world import ARN, DAY, PATHS, ChannelWorld, ban

URL = "https://desk.example/live/channels/ivs/c1?exp=9&sig=s"
ORDER = "order-" + "a" * 40
THERE = "./c1?exp=9&sig=s&order=" + ORDER
NAMES = '<input name="name" value=""><textarea name="note"></textarea>'
ONE = f"""
<h1>Channel c1</h1>
<form method="get" action="/search"><input type="hidden" name="action" value="stop"></form>
<form method="post" action="./c1?exp=9&amp;sig=s">
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


def test_the_header_s_own_form_is_never_taken_for_an_order() -> None:
    out = '<form id="sign-out" method="post" action="../../sign-out">' + (
        '<input type="hidden" name="nonce" value="1.out"><button>Sign out</button></form>'
    )
    site = Site(Page(200, None, out + ONE), Page(409, None, REFUSED))
    place(URL, Wish("reinstate", "Ada"), site)
    method, url, sent = site.asked[1]
    assert (method, url) == ("POST", URL)
    assert sent is not None
    assert sent["nonce"] == "1.n"
    with pytest.raises(OperatorError, match="takes no orders"):
        place(URL, Wish("reinstate", "Ada"), Site(Page(200, None, out)))


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


def browser(world: ChannelWorld, role: str | None = None) -> Fetch:
    """Ask the page as it is; with a role, as somebody who signed in."""
    held = {} if role is None else world.cookie(role)

    def fetch(method: str, url: str, form: dict[str, str] | None) -> Page:
        parts = urlsplit(url)
        path, query = parts.path.removeprefix("/live"), dict(parse_qsl(parts.query))
        body = None if form is None else urlencode(form)
        reply: Any = world.ask(method, path, query, body, FORM | held)
        return Page(reply.status, reply.headers.get("Location"), reply.body)

    return fetch


def signed(world: ChannelWorld, **life: int) -> str:
    return f"https://desk.example/live{PATHS[ARN]}?{urlencode(world.query(**life))}"


@pytest.fixture(params=[None, "VideoServiceThrottledError"])
def world(request: pytest.FixtureRequest) -> ChannelWorld:
    made = ChannelWorld(silence=request.param)
    if not made.silence:
        made.goes_live()
    return made


def test_the_page_as_it_is_takes_what_is_sent_by_its_link(world: ChannelWorld) -> None:
    url, fetch = signed(world), browser(world)
    for action in ("stop", "ban"):
        assert place(url, Wish(action, "Ada", "nudity"), fetch).order
    assert [order["action"] for order, _ in world.placed] == ["stop", "ban"]
    assert world.placed[0][0] | {"at": ""} == {
        "action": "stop", "channel_arn": ARN, "channel": "AbCdef1G2hij", "session": None,
        "by": "Ada", "via": "link", "note": "nudity", "at": "",
    }  # fmt: skip
    place(url, Wish("stop", "Ada", session="st-0"), fetch)
    assert world.placed[-1][0]["session"] == "st-0"


def test_no_link_reinstates_and_one_that_is_over_opens_nothing(world: ChannelWorld) -> None:
    world.ban_row = ban()
    refused = place(signed(world), Wish("reinstate", "Ada"), browser(world))
    assert refused == Placed(None, "A link does not do this")
    with pytest.raises(OperatorError, match="page answered 410"):
        place(signed(world, life=-2 * DAY), Wish("stop", "Ada"), browser(world))
    assert world.placed == []


def test_a_lead_who_signed_in_reinstates_without_a_link(world: ChannelWorld) -> None:
    world.ban_row = ban()
    url = f"https://desk.example/live{PATHS[ARN]}"
    assert place(url, Wish("reinstate", "Ada"), browser(world, "lead")).order
    [(order, _)] = world.placed
    assert (order["action"], order["by"], order["via"]) == ("reinstate", "Dana", "desk")
    refused = place(url, Wish("reinstate", "Ada"), browser(world, "moderator"))
    assert refused == Placed(None, "This needs a lead")
