"""Who is asking: sessions by cookie, and the holders of links."""

from base64 import urlsafe_b64encode

import pytest

from framewarden.aws.accounts import AccountsAwayError, AccountsBusyError, Signed
from framewarden.console import session
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.session import CLEARED, COOKIE, REFRESH
from framewarden.console.visitors import visitors
from framewarden.domain import links, roles
from framewarden.domain.cases import DESK, LINK
from tests.unit.console import desk_world
from tests.unit.console.desk_world import ANA, KEY, NOW, OTHER, DeskWorld


@pytest.fixture
def desk():
    return DeskWorld()


@pytest.fixture
def signed_in(desk):
    desk.jar = {COOKIE: desk.session(), REFRESH: desk_world.REFRESH}
    return desk


def flipped(text, at):
    """Return a text with one character changed to another that base64url knows."""
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def test_a_session_is_believed_without_asking_the_pool(signed_in):
    assert signed_in.get("/queue").status == 200
    authority = signed_in.seen[-1]
    assert (authority.via, authority.account, authority.name) == (DESK, "ana", "Ana María")
    assert authority.acts == roles.ROLES["moderator"]
    assert authority.key == KEY
    assert signed_in.pool.asked == []


def forgeries(desk):
    good = desk.session()
    payload, sig = good.split(".")
    lead = urlsafe_b64encode(b'{"sub":"s-1","account":"ana","name":"A","roles":["lead"],"until":9}')
    other = session.seal(session.Session("s", "ana", "A", ("lead",), 2**40), OTHER)
    return {
        "another role": f"{lead.decode().rstrip('=')}.{sig}",
        "one character of the text": f"{flipped(payload, 8)}.{sig}",
        "one character of the signature": f"{payload}.{flipped(sig, 5)}",
        "cut": good[:-1],
        "cut in the middle": good[:40],
        "no signature": payload,
        "an empty signature": f"{payload}.",
        "no text": f".{sig}",
        "padded": good + "=",
        "two signatures": f"{good}.{sig}",
        "another key": other,
        "a link's signature": f"{payload}.{links.sign_link(KEY, payload, 1)}",
        "a nonce": links.make_nonce(KEY, "sign-in", NOW),
        "not base64": "é.ü",
        "rubbish": "x",
        "very long": "x" * 100_000,
    }


@pytest.mark.parametrize("forgery", sorted(forgeries(DeskWorld())))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_session_that_we_did_not_sign_opens_nothing_and_is_forgotten(desk, forgery, method):
    desk.jar = {COOKIE: forgeries(desk)[forgery], REFRESH: desk_world.REFRESH}
    for path in ("/queue", "/reviews/r1"):
        query = desk.link() if path == "/reviews/r1" else None
        desk.jar[COOKIE] = forgeries(desk)[forgery]
        reply = desk.ask(method, path, query)
        assert reply.status == 401
        assert "This session is not ours" in reply.text
        assert reply.cookies == list(CLEARED)
        assert desk.jar == {}
    assert desk.seen == []
    assert desk.pool.asked == []
    assert desk.get("/queue").status == 303, "the next look is a stranger's"


@pytest.mark.parametrize("said", [b"[]", b"{}", b'{"roles":7}', b"\xff", b'{"roles":[],"x":1}'])
def test_a_session_of_another_release_is_not_one_of_ours(desk, said):
    payload = urlsafe_b64encode(said).rstrip(b"=").decode()
    desk.jar = {COOKIE: f"{payload}.{links.sign_session(KEY, payload)}"}
    assert desk.get("/queue").status == 401


def test_a_session_outlives_a_rotated_key_and_is_renewed_with_the_new_one(signed_in):
    signed_in.keys.rotated = [OTHER, KEY]
    signed_in.keys.known = [OTHER]
    assert signed_in.get("/queue").status == 200
    assert signed_in.seen[-1].key == OTHER
    signed_in.later(minutes=15)
    assert signed_in.get("/queue").status == 200
    signed_in.keys.known = [OTHER]
    signed_in.keys.rotated = None
    assert signed_in.get("/queue").status == 200
    assert session.unseal(signed_in.jar[COOKIE], signed_in.keys)[1] == OTHER


def test_other_cookies_of_the_host_spoil_nothing(signed_in):
    signed_in.jar = {"odd[1]": '"x y', "empty": "", "é": "{}"} | signed_in.jar
    assert signed_in.get("/queue").status == 200


def test_after_a_quarter_of_an_hour_the_pool_says_who_somebody_is_now(signed_in):
    signed_in.later(minutes=14, seconds=59)
    assert signed_in.get("/queue").cookies == []
    signed_in.later(seconds=1)
    signed_in.pool.knows = Signed("s-1", "ana", "Ana Now", ("lead", "auditor"))
    reply = signed_in.get("/queue")
    assert signed_in.pool.asked == [("renew", desk_world.REFRESH)]
    assert len(reply.cookies) == 1
    assert reply.cookies[0].startswith(f"{COOKIE}=")
    assert reply.cookies[0].endswith("; Max-Age=43200; Path=/; HttpOnly; Secure; SameSite=Lax")
    authority = signed_in.seen[-1]
    assert (authority.name, authority.roles) == ("Ana Now", ("lead", "auditor"))
    assert authority.may(roles.REINSTATE)
    assert signed_in.get("/queue").cookies == []
    assert len(signed_in.pool.asked) == 1


@pytest.mark.parametrize(
    ("path", "fails", "status"),
    [
        ("/queue", None, 200),
        ("/queue", RuntimeError(), 500),
        ("/queue", RefusedError(Problem.CLAIMED), 409),
        ("/reviews/r1", None, 200),
        ("/", None, 303),
        ("/first-day", None, 200),
        ("/sign-in", None, 303),
    ],
)
def test_a_renewed_session_is_sent_whatever_the_answer(signed_in, path, fails, status):
    signed_in.later(minutes=20)
    signed_in.fails = fails
    before = signed_in.jar[COOKIE]
    reply = signed_in.get(path)
    assert (reply.status, len(reply.cookies)) == (status, 1)
    assert signed_in.jar[COOKIE] != before


@pytest.mark.parametrize("knows", [None, Signed("s-2", "ana", "Another Ana", ("lead",))])
def test_whoever_the_pool_lets_in_no_more_is_signed_out(signed_in, knows):
    signed_in.later(minutes=15)
    signed_in.pool.knows = knows
    reply = signed_in.get("/queue")
    assert (reply.status, reply.headers["Location"]) == (303, "sign-in?next=queue")
    assert reply.cookies == list(CLEARED)
    assert signed_in.jar == {}


def test_a_session_whose_refresh_was_revoked_or_is_missing_ends_when_it_is_due(signed_in):
    stolen = dict(signed_in.jar)
    signed_in.jar = {COOKIE: stolen[COOKIE]}
    assert signed_in.get("/queue").status == 200, "it is a bearer for its quarter of an hour"
    signed_in.later(minutes=15)
    assert signed_in.get("/queue").status == 303
    assert signed_in.pool.asked == [], "without a token there is nothing to ask"
    signed_in.jar = stolen | {REFRESH: "another"}
    assert signed_in.get("/queue").status == 303
    assert signed_in.jar == {}


@pytest.mark.parametrize("failure", [AccountsAwayError("x"), AccountsBusyError("x")])
def test_while_the_pool_does_not_answer_a_session_holds_for_an_hour(signed_in, failure):
    signed_in.pool.fails = failure
    signed_in.later(minutes=74, seconds=59)
    reply = signed_in.get("/queue")
    assert (reply.status, reply.cookies) == (200, [])
    signed_in.later(seconds=1)
    before = dict(signed_in.jar)
    assert signed_in.get("/queue").status == 303
    assert signed_in.jar == before, "once the pool is back, so is the session"
    signed_in.pool.fails = None
    assert signed_in.get("/queue").status == 200


def test_a_pool_that_is_away_is_not_asked_by_every_request(signed_in):
    signed_in.later(minutes=15)
    signed_in.pool.fails = AccountsAwayError("x")
    for _ in range(3):
        assert signed_in.get("/queue").status == 200
        signed_in.later(seconds=9)
    assert len(signed_in.pool.asked) == 1
    signed_in.later(seconds=3)
    signed_in.pool.fails = None
    assert len(signed_in.get("/queue").cookies) == 1
    assert len(signed_in.pool.asked) == 2


def test_grace_is_not_given_to_a_session_without_its_token(signed_in):
    signed_in.later(minutes=15)
    signed_in.pool.fails = AccountsAwayError("x")
    assert signed_in.get("/queue").status == 200
    del signed_in.jar[REFRESH]
    assert signed_in.get("/queue").status == 303


def test_an_account_that_lost_its_last_role_is_told_so(signed_in):
    signed_in.later(minutes=15)
    signed_in.pool.knows = Signed("s-1", "ana", "Ana", ())
    reply = signed_in.get("/queue")
    assert reply.status == 403
    assert "Your account has no role yet" in reply.text
    assert signed_in.jar == {}


def test_a_stranger_is_sent_to_sign_in_and_comes_back(desk):
    for path, query, wanted in (
        ("/queue", None, "queue"),
        (
            "/queue",
            {"who": "mine", "channel": "a b/ü"},
            "queue%3Fwho%3Dmine%26channel%3Da%2Bb%252F%25C3%25BC",
        ),
        ("/reviews/r1", None, "reviews%2Fr1"),
        ("/channels/ivs/AbC", {"order": "o1"}, "channels%2Fivs%2FAbC%3Forder%3Do1"),
        ("/reviews/r%20x", None, "queue"),
    ):
        root = "../" * (path.count("/") - 1)
        for method in ("GET", "HEAD"):
            reply = desk.ask(method, path, query)
            assert (reply.status, reply.body) == (303, "")
            assert reply.headers["Location"] == f"{root}sign-in?next={wanted}"


@pytest.mark.parametrize("path", ["/queue", "/reviews/r1"])
def test_a_strangers_form_has_a_page_and_a_way_on(desk, path):
    reply = desk.post(path, decision="stop")
    assert reply.status == 401
    assert "Sign in first" in reply.text
    root = "../" * (path.count("/") - 1)
    assert f'href="{root}sign-in?next={path[1:].replace("/", "%2F")}"' in reply.body


@pytest.mark.parametrize("may", ["view", "allow", "stop"])
def test_a_link_does_what_the_stack_lets_links_do(may):
    desk = DeskWorld(link_may=may)
    query = desk.link()
    assert desk.get("/reviews/r1", query).status == 200
    visit = desk.seen[-1]
    who = visit.authority
    assert (who.via, who.acts, who.key) == (LINK, roles.LINKS[may], KEY)
    assert (who.account, who.name, who.roles) == (None, "", ())
    assert visit.exp == int(query["exp"])
    assert visit.query == f"exp={query['exp']}&sig={query['sig']}"
    assert visit.address("../reviews/r1") == f"../reviews/r1?{visit.query}"
    assert not visit.late
    assert who.visitor(NOW) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"sig": None},
        {"exp": None},
        {"sig": "x" * 43},
        {"exp": "1"},
        {"exp": "soon"},
        {"sig": "é"},
    ],
)
def test_half_a_link_is_a_bad_link_and_no_reason_to_sign_in(desk, changed):
    query = {name: value for name, value in (desk.link() | changed).items() if value}
    for method in ("GET", "POST"):
        reply = desk.ask(method, "/reviews/r1", query)
        assert reply.status == 403
        assert "This link is not complete" in reply.text
        assert "sign-in?next=reviews%2Fr1" in reply.body
        assert query.get("sig", "exp=") not in reply.body
    assert desk.seen == []


def test_another_reviews_link_and_another_keys_link_open_nothing(desk):
    assert desk.get("/reviews/r2", desk.link("r1")).status == 403
    assert desk.get("/reviews/r1", desk.link(key=OTHER)).status == 403
    channel = desk.link()
    assert desk.get("/channels/ivs/AbCdef1G2hij", channel).status == 403


def test_a_link_looks_only_in_its_last_day_and_then_ends(desk):
    query = desk.link()
    desk.later(days=1, seconds=-1)
    desk.get("/reviews/r1", query)
    assert not desk.seen[-1].late
    desk.later(seconds=1)
    desk.get("/reviews/r1", query)
    visit = desk.seen[-1]
    assert visit.late
    assert visit.authority.acts == roles.LINKS["view"]
    desk.later(days=1)
    reply = desk.get("/reviews/r1", query)
    assert reply.status == 410
    assert "sign-in?next=reviews%2Fr1" in reply.body


def test_a_channels_link_is_its_channels(desk):
    exp = int(NOW.timestamp()) + 3 * 86_400
    query = {"exp": str(exp), "sig": links.sign_channel(KEY, desk_world.ARN, exp)}
    assert desk.get("/channels/ivs/AbCdef1G2hij", query).status == 200
    assert desk.seen[-1].authority.via == LINK
    desk.later(days=3)
    reply = desk.get("/channels/ivs/AbCdef1G2hij", query)
    assert reply.status == 410
    assert "The link of a channel ends" in reply.text


def test_whoever_is_signed_in_acts_as_themselves_and_carries_no_link_on(signed_in):
    assert signed_in.get("/reviews/r1", signed_in.link()).status == 200
    visit = signed_in.seen[-1]
    assert (visit.authority.via, visit.query, visit.exp, visit.late) == (DESK, "", None, False)
    assert visit.address("../reviews/r1") == "../reviews/r1"
    assert signed_in.get("/channels/ivs/AbCdef1G2hij").status == 200
    assert signed_in.seen[-1].authority.account == "ana"


def test_a_link_still_opens_where_a_session_has_ended(signed_in):
    signed_in.later(minutes=20)
    signed_in.pool.knows = None
    reply = signed_in.get("/reviews/r1", signed_in.link())
    assert reply.status == 200
    assert signed_in.seen[-1].authority.via == LINK
    assert reply.cookies == list(CLEARED)


def test_who_is_signed_in_stands_on_every_page_with_a_way_out(desk):
    assert 'id="sign-out"' not in desk.get("/first-day").body
    assert 'href="sign-in?next=first-day"' in desk.get("/first-day").body
    desk.jar = {COOKIE: desk.session(roles=("lead", "auditor"))}
    page = desk.get("/first-day")
    assert (
        '<p id="who"><bdi>Ana María</bdi> <span class="quiet">lead, auditor</span></p>' in page.body
    )
    assert '<form id="sign-out" method="post" action="sign-out">' in page.body
    links.verify_nonce([KEY], "sign-out|ana", desk.nonce_to_leave(), NOW)


def test_the_real_ones_ask_the_pool_of_the_environment(wire, monkeypatch):
    wire.serves("GetSecretValue", lambda asked: {"SecretString": KEY})
    asked = []
    monkeypatch.setattr(
        "framewarden.aws.accounts.Accounts.renew",
        lambda accounts, refresh: asked.append((accounts._client_id, refresh)) or ANA,
    )
    own = type("Own", (), {"link_secret_arn": "arn", "link_may": "view", "desk_client_id": "c-1"})
    real = visitors(own)
    assert (real.link_may, real.keys.accepted()[0]) == ("view", KEY)
    assert real.renew("token") == ANA
    assert asked == [("c-1", "token")]
    assert real.clock().tzinfo is not None
