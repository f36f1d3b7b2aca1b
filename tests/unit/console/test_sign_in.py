"""Sign-in and sign-out: the form, every refusal, the way back, and what nobody ever reads."""

import html
import json
import logging
import re

import pytest

from framewarden.aws import accounts
from framewarden.aws.accounts import Challenge, Signed
from framewarden.console import session
from framewarden.console.session import CLEARED, COOKIE, REFRESH
from framewarden.console.sign_in_form import Typed
from framewarden.console.way_back import way_back
from framewarden.domain import links
from tests.unit.console import desk_world
from tests.unit.console.desk_world import KEY, NEW_PASSWORD, PASSWORD, POOL_SESSION, DeskWorld

FRAME = "0af9" * 16
FLAGS = "Path=/; HttpOnly; Secure; SameSite=Lax"


@pytest.fixture
def desk():
    return DeskWorld()


def value_of(page, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', page.body)
    return found and html.unescape(found.group(1))


def test_somebody_signs_in_and_is_at_the_queue(desk):
    reply = desk.sign_in()
    assert (reply.status, reply.headers["Location"], reply.body) == (303, "queue", "")
    assert desk.pool.asked == [("sign_in", "ana", PASSWORD)]
    assert desk.get("/queue").status == 200
    authority = desk.seen[-1]
    assert (authority.via, authority.account, authority.name) == ("desk", "ana", "Ana María")
    assert authority.roles == ("moderator",)
    assert authority.may("stop")
    assert not authority.may("reinstate")


def test_two_cookies_come_each_on_its_own_line_with_every_flag(desk):
    reply = desk.sign_in()
    held, refresh = reply.cookies
    assert re.fullmatch(rf"{COOKIE}=[\w-]+\.[\w-]+; Max-Age=43200; {FLAGS}", held)
    assert refresh == f"{REFRESH}={desk_world.REFRESH}; Max-Age=43200; {FLAGS}"
    assert COOKIE.startswith("__Host-")
    assert REFRESH.startswith("__Host-")


def test_a_session_of_the_longest_names_fits_into_a_cookie():
    about = {"sub": "s" * 36, "account": "\U0001f600" * 128, "name": "\U0001f600" * 2048}
    signed = Signed(**about, roles=("moderator", "lead", "engineer", "auditor"))
    line = session.cookie(COOKIE, session.seal(session.Session.of(signed, desk_world.NOW), KEY))
    assert len(line) < 4096


def test_the_form_asks_for_what_browsers_can_fill_in(desk):
    page = desk.get("/sign-in")
    assert page.status == 200
    form = re.search(
        r'<form id="sign-in" method="post" action="sign-in">.*?</form>', page.body, re.S
    )
    for asked in (
        'name="username"',
        'autocomplete="username"',
        'name="password" type="password"',
        'autocomplete="current-password"',
        '<button type="submit"',
    ):
        assert asked in form.group()
    assert set(page.fields) == {"nonce", "next"}
    assert 'id="who"' not in page.body


@pytest.mark.parametrize(
    ("wanted", "arrives"),
    [
        ("queue?who=mine&channel=AbC%2F1&severity=high", None),
        ("queue?after=1%231800000000%40r1", None),
        ("queue?", None),
        ("first-day", None),
        ("reviews/r-1_Z", None),
        ("reviews/r1/around", None),
        ("channels/ivs/AbCdef1G2hij?order=order-1&placed=17", None),
        ("health", None),
        ("executions", None),
        ("executions?q=a%2Fb.jpg&status=FAILED&after=2026-11-22T08%3A05%3A32Z%40" + FRAME, None),
        ("executions/moderate/" + FRAME, None),
        ("executions/moderate/" + FRAME + "-2", None),
        ("executions/order/order-0a1b", None),
        ("executions/order/restop-st-1_Z.2", None),
        ("frames/" + FRAME, None),
        ("frames/" + FRAME + "?gone=" + FRAME + "-2", None),
        ("policies/" + FRAME, None),
        ("", "queue"),
        ("/queue", "queue"),
        ("//", "queue"),
        ("//evil.example", "queue"),
        ("//evil.example/queue", "queue"),
        ("https://evil.example", "queue"),
        ("https:queue", "queue"),
        ("javascript:alert(1)", "queue"),
        ("\\\\evil.example", "queue"),
        ("queue\\..\\evil", "queue"),
        ("queue/../../evil", "queue"),
        ("queue\r\nSet-Cookie: a=b", "queue"),
        ("queue\n", "queue"),
        (" queue", "queue"),
        ("queue#@evil.example", "queue"),
        ("queue?x=<script>", "queue"),
        ("queue?" + "x" * 1025, "queue"),
        ("queue@evil.example", "queue"),
        ("sign-out", "queue"),
        ("queue/cards", "queue"),
        ("reviews/r1/claim", "queue"),
        ("reviews/r1/../../evil", "queue"),
        ("reviews/%2e%2e", "queue"),
        ("reviews/" + "r" * 129, "queue"),
        ("reviews/r1?exp=1&sig=x", "queue"),
        ("reviews/r1?a=b&%73ig=x", "queue"),
        ("reviews/r1?exp", "queue"),
        ("static/desk.css", "queue"),
        ("health/live", "queue"),
        ("executions/moderate", "queue"),
        ("executions/moderate/" + FRAME + "/live", "queue"),
        ("executions/moderate/" + FRAME + "/visits/1", "queue"),
        ("executions/Moderate/a", "queue"),
        ("executions/moderate/a%2e", "queue"),
        ("executions/moderate/" + "a" * 129, "queue"),
        ("executions?sig=x", "queue"),
        ("frames/" + FRAME[1:], "queue"),
        ("frames/" + FRAME + "a", "queue"),
        ("frames/" + FRAME.upper(), "queue"),
        ("policies/" + FRAME + "?exp=1", "queue"),
        ("policies", "queue"),
    ],
)
def test_the_way_back_leads_to_pages_of_ours_only(desk, wanted, arrives):
    arrives = wanted if arrives is None else arrives
    assert way_back(wanted) == arrives
    page = desk.get("/sign-in", {"next": wanted})
    assert page.fields["next"] == arrives
    desk.jar.clear()
    reply = desk.post(
        "/sign-in", nonce=page.fields["nonce"], username="ana", password=PASSWORD, next=wanted
    )
    assert reply.headers["Location"] == arrives
    assert desk.get("/sign-in", {"next": wanted}).headers["Location"] == arrives, "signed in"


def test_looking_at_the_form_asks_the_pool_nothing(desk):
    for method in ("GET", "HEAD", "OPTIONS"):
        desk.ask(method, "/sign-in")
    assert desk.pool.asked == []


@pytest.mark.parametrize(
    ("name", "password"),
    [("ana", "wrong"), ("nobody", PASSWORD), ("", PASSWORD), ("ana", "")],
)
def test_a_name_and_password_that_do_not_fit_keep_the_name_and_say_not_which(desk, name, password):
    reply = desk.sign_in("reviews/r1", username=name, password=password)
    assert reply.status == 401
    assert "That name and password do not fit" in reply.text
    assert value_of(reply, "username") == name
    assert reply.fields["next"] == "reviews/r1"
    assert not password or f'"{password}"' not in reply.body
    assert reply.cookies == []
    again = desk.post("/sign-in", **reply.fields, username="ana", password=PASSWORD)
    assert (again.status, again.headers["Location"]) == (303, "reviews/r1")


def test_a_name_is_taken_without_the_blanks_around_it(desk):
    assert desk.sign_in(username=" ana ").status == 303


@pytest.mark.parametrize(
    ("failure", "status", "title"),
    [
        (accounts.AccountsBusyError("x"), 429, "Too many attempts"),
        (accounts.AccountsAwayError("x"), 503, "Nobody can be signed in just now"),
        (accounts.StepUnsupportedError("x"), 403, "a step that the desk does not know"),
        (accounts.AccountRefusedError("x"), 401, "That name and password do not fit"),
    ],
)
def test_what_the_pool_says_has_a_page_with_a_fresh_form(desk, failure, status, title):
    desk.pool.fails = failure
    reply = desk.sign_in()
    assert reply.status == status
    assert title in reply.text
    assert value_of(reply, "username") == "ana"
    assert PASSWORD not in reply.body
    desk.pool.fails = None
    assert desk.post("/sign-in", **reply.fields, username="ana", password=PASSWORD).status == 303


def test_a_first_password_is_chosen_in_a_second_step(desk):
    desk.pool.first = True
    page = desk.sign_in("reviews/r1")
    assert page.status == 200
    assert "Choose a password of your own" in page.text
    assert value_of(page, "username") == "ana"
    assert page.fields["session"] == POOL_SESSION
    assert 'autocomplete="new-password"' in page.body
    assert 'name="password"' not in page.body
    reply = desk.post("/sign-in", **page.fields, username="ana", new_password=NEW_PASSWORD)
    assert (reply.status, reply.headers["Location"]) == (303, "reviews/r1")
    assert desk.pool.asked[-1] == ("choose_password", "ana", POOL_SESSION, NEW_PASSWORD)
    assert desk.get("/queue").status == 200


@pytest.mark.parametrize(
    ("failure", "status", "title", "goes_on"),
    [
        (accounts.PasswordRefusedError("x"), 400, "This password is not accepted", True),
        (accounts.AccountsBusyError("x"), 429, "Too many attempts", True),
        (accounts.AccountsAwayError("x"), 503, "Nobody can be signed in just now", True),
        (accounts.AccountRefusedError("x"), 401, "That took too long", False),
        (accounts.StepUnsupportedError("x"), 403, "a step that the desk does not know", False),
    ],
)
def test_the_second_step_can_be_taken_again_where_the_pool_lets_it(
    desk, failure, status, title, goes_on
):
    desk.pool.first = True
    page = desk.sign_in()
    desk.pool.fails = failure
    reply = desk.post("/sign-in", **page.fields, username="ana", new_password=NEW_PASSWORD)
    assert reply.status == status
    assert title in reply.text
    assert value_of(reply, "username") == "ana"
    assert NEW_PASSWORD not in reply.body
    assert ("session" in reply.fields) == goes_on
    assert ('name="new_password"' in reply.body) == goes_on


def test_an_account_without_a_role_is_told_so_and_holds_nothing(desk):
    desk.pool.knows = Signed("s-2", "ana", "Ana", (), desk_world.REFRESH)
    reply = desk.sign_in()
    assert reply.status == 403
    assert "Your account has no role yet" in reply.text
    assert reply.cookies == list(CLEARED)
    assert desk.pool.revoked == [desk_world.REFRESH]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://desk.example.evil"])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_another_origins_form_does_nothing(desk, path, origin):
    desk.sign_in()
    desk.pool.asked.clear()
    nonce = links.make_nonce(KEY, "sign-in", desk.now)
    reply = desk.post(path, {"Origin": origin}, nonce=nonce, username="ana", password=PASSWORD)
    assert reply.status == 403
    assert "another site" in reply.text
    assert desk.pool.asked == desk.pool.revoked == []
    assert COOKIE in desk.jar


def test_our_own_origin_is_taken(desk):
    nonce = desk.get("/sign-in").fields["nonce"]
    own = {"Origin": "https://desk.example"}
    assert desk.post("/sign-in", own, nonce=nonce, username="ana", password=PASSWORD).status == 303


@pytest.mark.parametrize(
    ("nonce", "title"),
    [
        (None, "That form did not come from this page"),
        ("", "That form did not come from this page"),
        ("1.x", "That form did not come from this page"),
        (links.make_nonce(KEY, "sign-out|ana", desk_world.NOW), "did not come from this page"),
        (links.make_nonce(KEY, "r1|link", desk_world.NOW), "did not come from this page"),
        (links.make_nonce("o" * 32, "sign-in", desk_world.NOW), "did not come from this page"),
    ],
)
def test_a_form_without_our_nonce_signs_nobody_in(desk, nonce, title):
    fields = {} if nonce is None else {"nonce": nonce}
    reply = desk.post("/sign-in", **fields, username="ana", password=PASSWORD, session="x")
    assert reply.status == 403
    assert title in reply.text
    assert value_of(reply, "username") == "ana"
    assert desk.pool.asked == []


def test_an_old_form_is_refused_with_a_fresh_one(desk):
    page = desk.get("/sign-in")
    desk.later(minutes=15)
    reply = desk.post("/sign-in", **page.fields, username="ana", password=PASSWORD)
    assert reply.status == 403
    assert "open for too long" in reply.text
    assert desk.post("/sign-in", **reply.fields, username="ana", password=PASSWORD).status == 303


@pytest.mark.parametrize(
    ("body", "kind", "event", "status"),
    [
        ("{}", "application/json", {}, 415),
        ("%%%", None, {"isBase64Encoded": True}, 400),
        ("username=a&username=b", None, {}, 400),
        ("&".join(["x=1"] * 21), None, {}, 400),
        ("username=" + "a" * 40_000, None, {}, 413),
    ],
)
def test_what_is_no_form_has_a_page(desk, body, kind, event, status):
    headers = {"Content-Type": kind or "application/x-www-form-urlencoded"}
    reply = desk.ask("POST", "/sign-in", None, body, headers, **event)
    assert reply.status == status
    assert 'id="sign-in"' in reply.body
    assert desk.pool.asked == []


@pytest.mark.parametrize(
    "field", [{"username": "a" * 129}, {"password": "a" * 257}, {"session": "s" * 2049}]
)
def test_what_no_pool_takes_is_never_sent_to_one(desk, field):
    reply = desk.sign_in(**field)
    assert reply.status == 413
    assert "That was too long" in reply.text
    assert desk.pool.asked == []


def test_a_body_in_base64_is_read_too(desk):
    nonce = desk.get("/sign-in").fields["nonce"]
    reply = desk.post("/sign-in", encode=True, nonce=nonce, username="ana", password=PASSWORD)
    assert reply.status == 303


def test_markup_in_a_name_stays_text(desk):
    markup = '"><script>alert(1)</script>'
    reply = desk.sign_in(username=markup)
    assert "<script" not in reply.body
    assert value_of(reply, "username") == markup
    desk.pool.knows = Signed("s-1", "ana", markup, ("lead",), desk_world.REFRESH)
    desk.sign_in()
    page = desk.get("/first-day")
    assert "<script" not in page.body
    assert "<bdi>&#34;&gt;&lt;script&gt;" in page.body


def test_whoever_signs_out_leaves_no_cookie_and_no_token(desk):
    desk.sign_in()
    reply = desk.sign_out()
    assert (reply.status, reply.headers["Location"]) == (303, "./")
    assert reply.cookies == list(CLEARED)
    assert (
        f"{COOKIE}=; Max-Age=0; {FLAGS}",
        f"{REFRESH}=; Max-Age=0; {FLAGS}",
    ) == CLEARED
    assert desk.pool.revoked == [desk_world.REFRESH]
    assert desk.jar == {}
    assert desk.get("/queue").status == 303


def test_signing_out_needs_a_press_of_our_own_button(desk):
    desk.sign_in()
    assert desk.get("/sign-out").status == 404
    others = links.make_nonce(KEY, "sign-out|ben", desk.now)
    for nonce in ("", "1.x", others, links.make_nonce(KEY, "sign-in", desk.now)):
        assert desk.sign_out(nonce=nonce).status == 403
    assert desk.pool.revoked == []
    assert desk.get("/queue").status == 200


def test_a_page_that_stood_open_for_hours_still_signs_out(desk):
    desk.sign_in()
    nonce = desk.nonce_to_leave()
    desk.later(hours=3)
    reply = desk.post("/sign-out", nonce=nonce)
    assert reply.status == 303
    assert desk.jar == {}, "what was renewed on the way is gone as well"
    assert desk.pool.revoked == [desk_world.REFRESH]


def test_who_is_not_signed_in_signs_out_all_the_same(desk):
    reply = desk.post("/sign-out")
    assert (reply.status, reply.cookies) == (303, list(CLEARED))
    desk.jar = {COOKIE: desk.session()}
    assert desk.sign_out().status == 303
    assert desk.pool.revoked == [], "there was no token to revoke"


def test_a_pool_that_is_away_keeps_nobody_from_leaving(desk, logged):
    desk.sign_in()
    nonce = desk.nonce_to_leave()
    desk.pool.fails = accounts.AccountsAwayError("x")
    assert desk.post("/sign-out", nonce=nonce).status == 303
    assert desk.jar == {}
    assert any(entry["message"] == "token not revoked" for entry in logged())


def test_nothing_secret_is_logged_or_shown_whatever_happens(desk, logged, caplog):
    caplog.set_level(logging.DEBUG)
    bodies = [desk.sign_in().body, desk.sign_out().body, desk.sign_in(password="x-secret").body]
    desk.pool.first = True
    page = desk.sign_in()
    for failure in (
        None,
        accounts.PasswordRefusedError("x"),
        accounts.AccountsAwayError("InitiateAuth: InternalErrorException"),
        RuntimeError(f"{PASSWORD} {NEW_PASSWORD}"),
    ):
        desk.pool.fails = failure
        bodies.append(
            desk.post("/sign-in", **page.fields, username="ana", new_password=NEW_PASSWORD).body
        )
        bodies.append(desk.sign_in().body)
    text = caplog.text + json.dumps(logged())
    for secret in (PASSWORD, NEW_PASSWORD, "x-secret", desk_world.REFRESH):
        assert not any(secret in body for body in [*bodies, text])
    for kept_out in (POOL_SESSION, "ana", "Ana", page.fields["nonce"]):
        assert kept_out not in text
    assert "InitiateAuth: InternalErrorException" in text
    typed = Typed("ana", PASSWORD, NEW_PASSWORD, POOL_SESSION)
    for shown in (repr(Challenge(POOL_SESSION)), repr(typed)):
        assert not any(secret in shown for secret in (PASSWORD, NEW_PASSWORD, POOL_SESSION))
