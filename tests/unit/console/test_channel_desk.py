"""A channel's page shows; only its form orders, what whoever sends it may, and each form once."""

import json
import re
from datetime import timedelta

import pytest

from framewarden.domain import links
from framewarden.domain.errors import StoreThrottledError
from tests.unit.console.browser import FORM
from tests.unit.console.channel_world import ARN, MEDIALIVE, PATHS, SESSION, act, at, ban, stop

PATH = PATHS[ARN]
ORDER = "order-" + "a" * 40


def test_opening_a_link_orders_nothing_however_it_is_opened(channel):
    channel.goes_live()
    for channel.role in (None, "lead"):
        for method in ("GET", "HEAD", "OPTIONS"):
            channel.get(method)
    assert channel.placed == []


@pytest.mark.parametrize("encode", [False, True])
def test_a_button_places_an_order_and_leads_back_to_the_page(channel, encode):
    channel.goes_live()
    fields = channel.get().fields
    reply = channel.post(**fields, action="stop", name="Ana", note="clear", encode=encode)
    assert (reply.status, reply.body) == (303, "")
    [(order, _)] = channel.placed
    assert order == {
        "action": "stop",
        "channel_arn": ARN,
        "channel": "AbCdef1G2hij",
        "session": SESSION,
        "by": "Ana",
        "via": "link",
        "note": "clear",
        "at": at(0),
    }
    query, moment = channel.query(), int(channel.now.timestamp())
    location = reply.headers["Location"]
    address, _, watch = location.partition("&order=")
    assert address == f"../..{PATH}?exp={query['exp']}&sig={query['sig']}"
    assert re.fullmatch(rf"order-[0-9a-f]{{40}}&placed={moment}", watch)


def test_a_second_press_of_the_same_form_is_the_same_order(channel):
    channel.goes_live()
    fields = channel.get().fields
    first, second = (channel.post(**fields, action="stop") for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert channel.placed[0][1] == channel.placed[1][1]


def test_forms_of_two_looks_or_two_sessions_are_two_orders(channel):
    channel.goes_live()
    fields = channel.get().fields
    channel.post(**fields, action="stop")
    channel.post(**fields | {"session": "st-another"}, action="stop")
    channel.now += timedelta(seconds=1)
    channel.press("stop")
    assert len({unique for _, unique in channel.placed}) == 3


def test_a_stop_is_of_the_session_that_was_shown_and_never_of_the_next_one(channel):
    channel.goes_live("st-first")
    fields = channel.get().fields
    channel.goes_live("st-second")
    channel.post(**fields, action="stop")
    assert channel.placed[0][0]["session"] == "st-first"


@pytest.mark.parametrize(("role", "action"), [(None, "ban"), ("lead", "reinstate")])
def test_a_ban_and_its_end_are_of_the_channel(channel, role, action):
    channel.goes_live()
    channel.role, channel.ban_row = role, ban(until=1)
    assert channel.press(action).status == 303
    order = channel.placed[0][0]
    assert (order["action"], order["session"]) == (action, None)


def test_who_types_no_name_with_a_link_is_unnamed(channel):
    channel.press("ban")
    assert channel.placed[0][0]["by"] == "unnamed"


def test_somebody_signed_in_orders_under_their_own_name_and_is_asked_for_none(channel):
    channel.goes_live()
    channel.role = "moderator"
    page = channel.get()
    assert 'id="name"' not in page.body
    assert re.search(r'id="who"><bdi>Dana</bdi>.*moderator', page.body)
    reply = channel.press("stop", name="Somebody Else", note="clear")
    order = channel.placed[0][0]
    assert (order["by"], order["via"], order["note"]) == ("Dana", "desk", "clear")
    watch = rf"\.\./\.\.{PATH}\?order=order-[0-9a-f]{{40}}&placed=\d+"
    assert re.fullmatch(watch, reply.headers["Location"])


def test_a_links_holder_is_asked_for_a_name(channel):
    page = channel.get()
    assert 'id="name"' in page.body
    assert 'id="who"' not in page.body


ACTIONS = ("stop", "ban", "reinstate")
RIGHTS = [
    (None, "stop", ("stop", "ban"), "A link takes no stop and no ban back: a lead does"),
    (None, "allow", (), "Links only look here. Sign in to act under your own name."),
    (None, "view", (), "Links only look here."),
    ("moderator", "view", ("stop", "ban"), "Your role takes no stop and no ban back: call a lead."),
    ("lead", "view", ACTIONS, None),
    ("engineer", "stop", (), "Your role looks and does not act: call a moderator, or a lead."),
    ("auditor", "stop", (), "Your role looks and does not act"),
]


@pytest.mark.parametrize(("role", "link_may", "offered", "why"), RIGHTS)
def test_who_may_order_what(channel, role, link_may, offered, why):
    channel.goes_live()
    channel.role, channel.link_may, channel.ban_row = role, link_may, ban(until=1)
    page = channel.get()
    assert tuple(page.actions) == offered
    assert ("You can look here" in page.text) is not bool(offered)
    if why:
        assert why in page.text
    else:
        assert "Your role" not in page.text
    for action in ACTIONS:
        reply = channel.press(action)
        assert reply.status == (303 if action in offered else 403)
    assert tuple(order["action"] for order, _ in channel.placed) == offered


@pytest.mark.parametrize(("role", "led"), [("engineer", True), ("moderator", False), (None, False)])
def test_only_who_may_look_into_executions_is_led_to_them(channel, role, led):
    channel.role, channel.stops, channel.acts = role, [stop(owner="f" * 64)], [act()]
    body = channel.get().body
    assert (f'href="../../executions/moderate/{"f" * 64}"' in body) is led
    assert (f'href="../../executions/order/order-{"0" * 40}"' in body) is led


def test_a_stop_that_nobody_owns_leads_to_no_execution(channel):
    channel.role, channel.stops = "engineer", [stop(owner=None)]
    assert "executions/" not in channel.get().body.partition("<main")[2]


@pytest.mark.parametrize(
    ("role", "link_may", "action", "words"),
    [
        (None, "stop", "reinstate", "A link does not do this"),
        (None, "view", "stop", "A link does not do this"),
        ("moderator", "stop", "reinstate", "This needs a lead"),
        ("auditor", "stop", "ban", "Your role does not do this"),
        ("auditor", "stop", "reinstate", "This needs a lead"),
    ],
)
def test_what_somebody_may_not_is_refused_in_words_and_keeps_what_was_typed(
    channel, role, link_may, action, words
):
    channel.goes_live()
    channel.role, channel.link_may = role, link_may
    reply = channel.press(action, note="because")
    assert reply.status == 403
    assert words in reply.text
    assert ("because" in reply.body) == bool(reply.actions)


def test_a_link_on_its_last_day_looks_and_no_more(channel):
    channel.goes_live()
    fields = channel.get().fields
    channel.now += timedelta(hours=1)
    page = channel.get()
    assert (page.status, page.actions) == (200, [])
    assert "This link only looks now: the time in which it could act is over." in page.text
    fields["nonce"] = channel.nonce
    reply = channel.post(**fields, action="stop")
    assert reply.status == 403
    assert "This link only looks now Nothing was done" in reply.text
    assert channel.placed == []


def test_a_session_counts_before_a_link_whatever_the_link_says(channel):
    channel.goes_live()
    cookie = channel.cookie("moderator")
    for query in ({}, {"exp": "1", "sig": "forged"}, channel.query(life=-90_000)):
        page = channel.ask("GET", PATH, query, headers=cookie)
        assert page.status == 200
        assert f'action="../..{PATH}"' in page.body


def test_who_is_not_signed_in_and_has_no_link_is_sent_to_sign_in(channel):
    reply = channel.ask("GET", PATH)
    assert reply.status == 303
    where = "channels%2Fivs%2FAbCdef1G2hij"
    assert reply.headers["Location"] == f"../../sign-in?next={where}"
    assert channel.ask("POST", PATH, body="action=stop", headers=FORM).status == 401
    assert channel.looked == channel.placed == []


def test_a_forged_and_an_expired_session_order_nothing(channel):
    for cookie in (channel.cookie("lead", key="x" * 32), channel.cookie("lead", until=0)):
        reply = channel.ask("POST", PATH, body="action=stop", headers=FORM | cookie)
        assert reply.status == 401
    assert channel.looked == channel.placed == []


def test_a_nonce_is_of_one_persons_page(channel):
    """What a link's holder, or another account, was shown orders nothing in somebody's name."""
    of_link = channel.get().fields
    channel.role = "moderator"
    assert channel.post(**of_link, action="ban").status == 403
    own = channel.get().fields
    theirs = channel.cookie("moderator", name="Cleo")
    assert channel.post(headers=theirs, **own, action="ban").status == 403
    assert channel.placed == []
    assert channel.post(**own, action="ban").status == 303


def test_a_form_without_a_session_stops_what_is_live(channel):
    fields = channel.get().fields
    assert channel.post(nonce=fields["nonce"], action="stop").status == 303
    assert channel.placed[0][0]["session"] is None


def test_a_medialive_channel_has_its_own_address(channel):
    channel.arn = MEDIALIVE
    channel.goes_live("running")
    assert channel.press("stop").status == 303
    order = channel.placed[0][0]
    assert (order["channel_arn"], order["channel"]) == (MEDIALIVE, "1234567")
    assert channel.looked == [MEDIALIVE]


def test_placing_an_order_looks_at_nothing_first(channel):
    fields = channel.get().fields
    channel.looked.clear()
    channel.post(**fields, action="ban")
    assert channel.looked == []


@pytest.mark.parametrize("action", ["", "STOP", "restop", "drop", "allow", "<b>"])
def test_what_is_no_order_is_not_offered(channel, action):
    channel.goes_live()
    reply = channel.press(action, name="Ana")
    assert reply.status == 400
    assert "not offered here" in reply.text
    assert 'value="Ana"' in reply.body
    assert channel.placed == []
    assert "<b>" not in reply.body


@pytest.mark.parametrize("session", ["a b", "é", "x" * 129, "<x>", "a\nb"])
def test_a_session_that_nobody_would_name_so_is_refused(channel, session):
    reply = channel.post(**channel.get().fields | {"session": session}, action="stop")
    assert reply.status == 400
    assert "could not be read" in reply.text
    assert channel.placed == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_link_that_we_did_not_sign_opens_nothing(channel, method):
    good = channel.query()
    other = ARN.replace("hij", "xyz")
    review = links.sign_link("k" * 32, ARN, int(good["exp"]))
    for query in (
        {"exp": good["exp"]},
        {"sig": good["sig"]},
        good | {"exp": str(int(good["exp"]) + 1)},
        good | {"sig": good["sig"][:-1]},
        good | {"sig": review},
        channel.query(arn=other),
        channel.query(key="x" * 32),
    ):
        reply = channel.ask(method, PATH, query)
        assert reply.status == 403
    assert channel.looked == channel.placed == []


def test_a_parameter_given_twice_is_not_the_one_we_signed(channel):
    query = channel.query()
    twice = {name: [value] for name, value in query.items()} | {"exp": [query["exp"], "1"]}
    reply = channel.ask("GET", PATH, query, multiValueQueryStringParameters=twice)
    assert reply.status == 403


def test_an_expired_link_says_so_and_orders_nothing(channel):
    fields = channel.get().fields
    channel.now += timedelta(hours=25)
    for reply in (channel.get(), channel.post(**fields, action="ban")):
        assert reply.status == 410
        assert "This link has expired" in reply.text
    assert channel.placed == []


@pytest.mark.parametrize(
    "path",
    [
        "/channels/ivs/a_b",
        "/channels/medialive/AbC",
        "/channels/s3/AbC",
        "/channels/ivs",
        "/channels/ivs/",
        "/channels/ivs/a/b",
        "/reviews/r1",
        "/reviews/r1/strip",
    ],
)
def test_what_is_no_channel_has_no_page_here(channel, path):
    assert channel.ask("GET", path, channel.query()).status == 404
    assert channel.looked == []


def test_an_account_cannot_be_asked_for(channel):
    """The account, the region and the partition are the function's own, whatever is sent."""
    elsewhere = "arn:aws:lambda:eu-west-1:444455556666:function:page"
    assert channel.ask("GET", PATH, channel.query(), arn=elsewhere).status == 403
    theirs = "arn:aws:ivs:eu-west-1:444455556666:channel/AbCdef1G2hij"
    assert channel.ask("GET", PATH, channel.query(arn=theirs)).status == 403
    full = PATH.replace("AbCdef1G2hij", theirs)
    assert channel.ask("GET", full, channel.query(arn=theirs)).status == 404


def test_only_its_own_methods_are_answered(channel):
    assert channel.ask("OPTIONS", PATH).headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    for method in ("PUT", "DELETE", "PATCH"):
        assert channel.ask(method, PATH, channel.query()).status == 404


def test_a_channel_that_nobody_knows_has_a_page_that_says_so(channel):
    channel.silence = "ChannelNotFoundError"
    for reply in (channel.get(), channel.post(action="stop")):
        assert reply.status == 404
        assert "There is no such channel" in reply.text
        assert "nothing of it is on air" in reply.text
    assert channel.placed == []


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "https://desk.example:8443", "desk.example"]
)
def test_another_origins_form_orders_nothing(channel, origin):
    fields = channel.get().fields
    reply = channel.post(headers={"Origin": origin}, **fields, action="ban")
    assert reply.status == 403
    assert "came from another site" in reply.text
    assert channel.placed == []


def test_the_pages_own_origin_orders(channel):
    fields = channel.get().fields
    own = {"Origin": "https://desk.example"}
    assert channel.post(headers=own, **fields, action="ban").status == 303


def test_a_form_without_a_nonce_gets_a_fresh_one_with_what_was_typed(channel):
    reply = channel.post(action="ban", name="Zoë <x>", note="</textarea><b>")
    assert reply.status == 403
    assert "did not come from this page" in reply.text
    assert 'value="Zoë &lt;x&gt;"' in reply.body
    assert "\n&lt;/textarea&gt;&lt;b&gt;</textarea>" in reply.body
    assert channel.placed == []
    assert channel.post(**reply.fields, action="ban").status == 303


def test_an_old_form_and_one_of_another_channel_order_nothing(channel):
    fields = channel.get().fields
    other = links.make_nonce("k" * 32, f"{MEDIALIVE}|link", channel.now)
    assert channel.post(nonce=other, action="ban").status == 403
    sig = channel.query()
    assert channel.post(nonce=f"{sig['exp']}.{sig['sig']}", action="ban").status == 403
    channel.now += timedelta(minutes=15)
    reply = channel.post(**fields, action="ban")
    assert "open for too long" in reply.text
    assert channel.placed == []


@pytest.mark.parametrize("typed", [{"note": "x" * 2001}, {"name": "n" * 81}])
def test_what_is_too_long_is_refused_and_not_echoed(channel, typed):
    reply = channel.post(**channel.get().fields, action="ban", **typed)
    assert reply.status == 413
    assert "xxxx" not in reply.body
    assert channel.placed == []


def test_marks_that_turn_the_reading_order_are_dropped_from_what_is_typed(channel):
    channel.press("ban", name="Ana\u202e\x00", note="one\r\n\u2066two\x1b")
    assert (channel.placed[0][0]["by"], channel.placed[0][0]["note"]) == ("Ana", "one\ntwo")


def test_an_order_under_way_is_looked_at_again_until_its_act_is_there(channel):
    channel.goes_live()
    place = channel.press("stop").headers["Location"]
    watched = dict(pair.split("=") for pair in place.partition("?")[2].split("&"))
    query = channel.query() | watched
    waiting = channel.ask("GET", PATH, query)
    assert waiting.headers["Refresh"] == "2"
    assert "Your order is under way" in waiting.text
    assert waiting.actions == []
    channel.acts = [act(execution=watched["order"])]
    channel.live = None
    done = channel.ask("GET", PATH, query)
    assert "Refresh" not in done.headers
    assert "Your order was carried out Stopped, and verified." in done.text


def test_an_order_is_known_from_others_by_its_execution(channel):
    channel.acts = [act("ban", execution="order-" + "b" * 40), act("reinstate", execution=ORDER)]
    channel.acts[1]["result"] = "reinstated"
    reply = channel.get(order=ORDER, placed="1")
    assert "Your order was carried out The channel may go live again." in reply.text
    channel.acts.pop()
    assert "Your order has not ended yet" in channel.get(order=ORDER, placed="1").text


def test_an_order_that_failed_says_what_is_still_true(channel):
    channel.goes_live()
    failed = {"status": "failed", "result": None, "error": "StopDeniedError"}
    channel.acts = [act(execution=ORDER, **failed)]
    reply = channel.get(order=ORDER, placed="1")
    assert reply.status == 200
    assert "Your order failed It failed. Permission to stop it is missing" in reply.text
    assert "It is on air now." in reply.text
    assert "stop" in reply.actions


@pytest.mark.parametrize(
    ("age", "waits"), [(0, True), (59, True), (60, False), (-59, True), (-60, False)]
)
def test_an_order_is_waited_for_no_longer_than_a_minute(channel, age, waits):
    placed = str(int(channel.now.timestamp()) - age)
    reply = channel.get(order=ORDER, placed=placed)
    assert ("Refresh" in reply.headers) is waits
    assert ("Your order has not ended yet" in reply.text) is not waits
    assert bool(reply.actions) is not waits


@pytest.mark.parametrize("placed", ["", "soon", "9" * 13, "-1"])
def test_an_order_of_an_unknown_moment_is_not_waited_for(channel, placed):
    reply = channel.get(order=ORDER, placed=placed)
    assert "Refresh" not in reply.headers
    assert "Your order has not ended yet" in reply.text


@pytest.mark.parametrize("order", ["", "x", ORDER + "0", "restop-" + "a" * 40, "<script>"])
def test_what_is_no_order_is_not_waited_for(channel, order):
    reply = channel.get(order=order, placed=str(int(channel.now.timestamp())))
    assert "Refresh" not in reply.headers
    assert "Your order" not in reply.text
    assert "<script>" not in reply.body


def test_a_refused_form_is_not_reloaded_away(channel):
    query = channel.query() | {"order": ORDER, "placed": str(int(channel.now.timestamp()))}
    reply = channel.ask("POST", PATH, query, "action=ban", FORM)
    assert (reply.status, "Refresh" in reply.headers) == (403, False)
    assert reply.actions == ["ban"]


def test_every_answer_is_guarded_and_reaches_for_nothing_outside(channel):
    channel.goes_live()
    channel.ban_row, channel.stops = ban(), [stop()]
    replies = [channel.get(), channel.press("stop"), channel.post(), channel.ask("GET", PATH)]
    replies.append(channel.get(order=ORDER, placed="1"))
    channel.role = "lead"
    replies += [channel.get(), channel.press("reinstate"), channel.press("no such")]
    for reply in replies:
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'" in policy
        assert reply.headers["Referrer-Policy"] == "same-origin"
        assert reply.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<script>|<style|\sstyle=|\son\w+=", reply.body)
        assert not re.search(r'(?:href|src|action)="(?:/|https?:)', reply.body)


def test_head_answers_as_get_does_without_a_body(channel):
    channel.goes_live()
    placed = str(int(channel.now.timestamp()))
    got, headed = (channel.get(m, order=ORDER, placed=placed) for m in ("GET", "HEAD"))
    assert (headed.status, headed.headers, headed.body) == (got.status, got.headers, "")


def test_a_failure_names_an_incident_and_nothing_else(channel, logged):
    fields = channel.get().fields
    channel.fails = StoreThrottledError("secret detail")
    for reply in (channel.get(), channel.post(**fields, action="ban")):
        assert reply.status == 500
        assert "Incident req-42" in reply.text
        assert "secret detail" not in reply.body + json.dumps(logged())


def test_the_log_holds_route_status_and_channel_and_no_more(channel, logged):
    channel.press("ban", name="Ana Secret", note="a secret note")
    channel.ask("GET", "/channels/ivs/<secret>", channel.query())
    answered = [entry for entry in logged() if entry["message"] == "answered"]
    route = "/channels/<service>/<channel_id>"
    shown = [(e["route"], e["method"], e["status"], e.get("channel"), e["step"]) for e in answered]
    assert shown == [
        (route, "GET", 200, "AbCdef1G2hij", "channel_page"),
        (route, "POST", 303, "AbCdef1G2hij", "channel_page"),
        (route, "GET", 404, None, "channel_page"),
    ]
    query = channel.query()
    for secret in ("Secret", "secret", query["sig"], query["exp"], "review_id"):
        assert secret not in json.dumps(logged())
