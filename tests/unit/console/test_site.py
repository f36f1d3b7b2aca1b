"""Addresses, headers and failures: what every answer has, and what none of them says."""

import json
import re

import pytest

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.session import CLEARED
from framewarden.console.site import BY_SIGNING_IN, looks, site
from framewarden.domain.errors import StoreThrottledError
from tests.unit.console.browser import FORM, ask, typed
from tests.unit.console.desk_world import DeskWorld

LOOKS = ["/", "/sign-in", "/first-day", "/static/desk.css", "/nowhere", "/queue", "/reviews/r1"]


class Pages:
    """One page that does as it is told."""

    def __init__(self):
        self.fails = None
        self.answer = Answer(200, "shown")
        routes = {
            "/reviews/<review_id>": looks(self.page) | {"POST": self.page},
            "/channels/<service>/<channel_id>": looks(self.page),
        }
        self.handler = site("some_page", routes)

    def page(self, request, **path):
        request.renewed.append("renewed=1")
        if self.fails:
            raise self.fails
        return self.answer

    def ask(self, method, path, query=None, body=None, **event):
        return ask(self.handler, method, path, query, body, FORM, **event)


@pytest.fixture
def some():
    return Pages()


@pytest.fixture
def desk():
    return DeskWorld()


@pytest.mark.parametrize("path", ["/nowhere", "/reviews", "/queue/x", "/static/", "/reviews/a/b"])
def test_an_unknown_address_has_a_page_and_a_way_on(desk, path):
    reply = desk.get(path)
    assert reply.status == 404
    assert "There is no such page" in reply.text
    assert f'<a href="{"../" * (path.count("/") - 1)}queue">To the queue</a>' in reply.body


def test_a_static_file_that_is_none_has_a_page_too(desk):
    for name in ("desk.py", "desk.cs", "..", "base.html"):
        assert desk.get(f"/static/{name}").status == 404


def test_a_site_serves_its_own_routes_and_nothing_else(some):
    for path in ("/", "/static/desk.css", "/sign-in"):
        assert some.ask("GET", path).status == 404


def test_the_root_says_what_this_is_and_where_to_sign_in(desk):
    reply = desk.get("/")
    assert reply.status == 200
    assert "Open it as it is: it needs no sign-in." in reply.text
    assert 'href="sign-in?next=queue"' in reply.body
    assert 'href="first-day"' in reply.body
    assert 'href="static/desk.css' in reply.body


def test_the_root_is_the_queue_for_whoever_is_signed_in(desk):
    desk.sign_in()
    reply = desk.get("/")
    assert (reply.status, reply.headers["Location"]) == (303, "queue")
    bare = desk.get("/", requestContext={"path": "/live"})
    assert bare.headers["Location"] == "live/queue"


def test_the_first_day_says_what_every_decision_does(desk):
    text = desk.get("/first-day").text
    for word in ("Allow", "Stop", "Block", "Uphold", "Reinstate", "Pass it on", "Claim", "Reveal"):
        assert word in text
    assert "To the queue" not in text
    desk.sign_in()
    assert "To the queue" in desk.get("/first-day").text


def test_addresses_are_relative_wherever_the_stage_lies(desk):
    assert 'href="../../static/desk.css' in desk.get("/a/b/c").body
    bare = desk.get("/", requestContext={"path": "/live"})
    assert 'href="live/static/desk.css' in bare.body
    bodies = [desk.get(path).body for path in (*LOOKS, "/a/b")]
    desk.sign_in()
    bodies += [desk.get(path).body for path in (*LOOKS, "/a/b")]
    assert not any(re.search(r'(?:href|src|action)="(?:/|https?:|")', body) for body in bodies)


@pytest.mark.parametrize("path", LOOKS)
def test_head_answers_as_get_does_without_a_body(desk, path):
    got, headed = (desk.ask(method, path) for method in ("GET", "HEAD"))
    assert (headed.status, headed.body) == (got.status, "")
    assert headed.headers == got.headers


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/sign-in", "GET, HEAD, POST, OPTIONS"),
        ("/sign-out", "POST, OPTIONS"),
        ("/static/desk.css", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_names_the_methods(desk, path, allowed):
    reply = desk.ask("OPTIONS", path)
    assert (reply.status, reply.body, reply.headers["Allow"]) == (204, "", allowed)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_have_no_page(some, method):
    assert some.ask(method, "/reviews/r1").status == 404


def test_every_answer_is_guarded(desk):
    replies = [desk.get(path) for path in LOOKS]
    replies += [desk.sign_in(password="wrong"), desk.sign_in(), desk.get("/first-day")]
    desk.fails = RuntimeError()
    replies += [desk.get("/queue"), desk.handler({"no": "request"}, _Context())]
    for reply in replies:
        headers = reply["headers"] if isinstance(reply, dict) else reply.headers
        body = reply["body"] if isinstance(reply, dict) else reply.body
        policy = headers["Content-Security-Policy"]
        for directive in (
            "default-src 'none'",
            "img-src 'self';",
            "style-src 'self'",
            "script-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ):
            assert directive in policy
        assert "unsafe" not in policy
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "camera=()" in headers["Permissions-Policy"]
        stored = headers["Cache-Control"]
        assert stored == "no-store" or headers["Content-Type"].startswith("text/css")
        assert body is not None
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=", body)


class _Context:
    aws_request_id = "req-42"


def test_the_policy_admits_a_pictures_origin_where_a_page_names_it(some):
    some.answer = Answer(200, picture_origin="https://frames.s3.amazonaws.com")
    policy = some.ask("GET", "/reviews/r1").headers["Content-Security-Policy"]
    assert "img-src 'self' https://frames.s3.amazonaws.com;" in policy


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_has_a_page_with_its_status_and_a_way_on(some, problem):
    some.fails = RefusedError(problem)
    reply = some.ask("POST", "/reviews/r1")
    assert reply.status == problem.value.status
    for words in (problem.value.title, problem.value.what, problem.value.remedy):
        assert " ".join(words.split()) in reply.text
    way_on = "../sign-in?next=reviews%2Fr1" if problem in BY_SIGNING_IN else "../queue"
    assert f'href="{way_on}"' in reply.body


@pytest.mark.parametrize(
    "problem", [Problem.SESSION_FORGED, Problem.NO_ROLE, Problem.CLAIMED, Problem.SIGN_IN]
)
def test_a_session_that_only_leads_to_its_problem_is_forgotten(some, problem):
    some.fails = RefusedError(problem)
    cookies = some.ask("POST", "/reviews/r1").cookies
    ends = problem in (Problem.SESSION_FORGED, Problem.NO_ROLE)
    assert cookies == ["renewed=1", *(CLEARED if ends else ())]


def test_who_only_looks_is_sent_to_sign_in_without_what_a_link_signs(some):
    some.fails = RefusedError(Problem.SIGN_IN)
    query = {"order": "o-1", "sig": "secret", "exp": "1800000000"}
    for method in ("GET", "HEAD"):
        reply = some.ask(method, "/channels/ivs/AbC", query)
        assert (reply.status, reply.body) == (303, "")
        wanted = "next=channels%2Fivs%2FAbC%3Forder%3Do-1"
        assert reply.headers["Location"] == f"../../sign-in?{wanted}"
    reply = some.ask("POST", "/reviews/r1", query)
    assert reply.status == 401
    assert "secret" not in reply.body
    assert "1800000000" not in reply.body


def test_cookies_of_the_answer_come_after_those_of_the_way(some):
    some.answer = Answer(200, cookies=("own=2", "own=3"))
    assert some.ask("GET", "/reviews/r1").cookies == ["renewed=1", "own=2", "own=3"]
    assert some.ask("HEAD", "/reviews/r1").cookies == ["renewed=1", "own=2", "own=3"]


def test_a_failure_names_an_incident_and_nothing_else(some, logged):
    for failure in (StoreThrottledError("secret detail"), KeyError("secret detail")):
        some.fails = failure
        reply = some.ask("GET", "/reviews/r1")
        assert reply.status == 500
        assert "Incident req-42" in reply.text
        assert "secret detail" not in reply.body + json.dumps(logged())
        assert reply.cookies == ["renewed=1"]


def test_a_failure_is_logged_by_name_and_place(some, logged):
    some.fails = RuntimeError("secrets")
    some.fails.__cause__ = OSError("a cause with secrets")
    some.ask("GET", "/reviews/r1")
    line = next(entry for entry in logged() if entry["message"] == "page failed")
    assert (line["incident"], line["error"], line["cause"]) == ("req-42", "RuntimeError", "OSError")
    assert any("test_site.py" in place and "page" in place for place in line["places"])
    assert "secrets" not in json.dumps(line)


def test_an_event_that_is_no_request_is_answered_too(some):
    reply = some.handler({"no": "request"}, _Context())
    assert reply["statusCode"] == 500
    assert "req-42" in reply["body"]
    assert "KeyError" not in reply["body"]


def test_broken_templates_are_answered_too(some, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("secret")

    monkeypatch.setattr(pages, "_environment", broken)
    some.fails = RefusedError(Problem.NO_PAGE)
    reply = some.ask("GET", "/reviews/r1")
    assert reply.status == 500
    assert "secret" not in reply.body


def test_the_log_holds_route_status_and_id_and_no_more(some, logged):
    query, form = {"exp": "1800000000", "sig": "a-secret"}, typed({"note": "a secret note"})
    some.ask("POST", "/reviews/r1", query, form)
    some.ask("GET", "/reviews/<script>secret", query)
    some.ask("GET", "/channels/ivs/AbC", query)
    answered = [entry for entry in logged() if entry["message"] == "answered"]
    shown = [
        (e["route"], e["method"], e["status"], e.get("review_id"), e.get("channel"))
        for e in answered
    ]
    assert shown == [
        ("/reviews/<review_id>", "POST", 200, "r1", None),
        ("/reviews/<review_id>", "GET", 200, None, None),
        ("/channels/<service>/<channel_id>", "GET", 200, None, "AbC"),
    ]
    for secret in ("secret", "1800000000"):
        assert secret not in json.dumps(logged())
