"""Addresses, headers and failures: what every answer has, and what none of them says."""

import json
import re
from datetime import timedelta

import pytest

from framewarden.console import pages
from framewarden.domain.errors import StoreThrottledError

LOOKS = ["/", "/reviews/r1", "/reviews/r1/frame", "/static/desk.css", "/nowhere", "/reviews/none"]


def test_the_page_shows_what_a_moderator_needs(world):
    world.add(not_evaluated=["audio"])
    text = world.get().text
    for shown in (
        "high Exposed Female Nipple 92.3 % on channel AbCdef1G2hij",
        "Decide in 4 min by 2026-11-22 08:10:31 UTC. If nobody does, the stream is stopped",
        "Explicit Explicit Nudity Exposed Female Nipple 92.3 %",
        "explicit-high Exposed Female Nipple 92.3 % 80.0 %",
        "4.7 points from another severity",
        "Policy 9f86d081884c",
        "Not evaluated: audio",
        "Frame ivs/thumb47.jpg",
        "Taken 1 min 2 s ago 2026-11-22 08:05:29 UTC",
        "2 frames, the last 59 s ago",
        "Review r1",
    ):
        assert shown in text


def test_the_picture_is_hidden_and_blurred_and_lent_only_when_asked_for(world):
    world.add()
    page = world.get()
    picture = re.search(r"<details class=\"picture\">.*?</details>", page.body, re.S).group()
    assert 'loading="lazy"' in picture
    query = world.query()
    assert f'src="../reviews/r1/frame?exp={query["exp"]}&amp;sig={query["sig"]}"' in picture
    reply = world.ask("GET", "/reviews/r1/frame", query)
    assert (reply.status, reply.body) == (302, "")
    assert reply.headers["Location"] == world.picture
    assert world.pictured[-1] == world.rows["r1"]["frame"]


def test_the_picture_of_a_strange_bucket_is_not_lent(world):
    world.add()
    world.picture = None
    reply = world.ask("GET", "/reviews/r1/frame", world.query())
    assert reply.status == 404
    assert "cannot be shown" in reply.text
    assert "img-src 'self';" in world.get().headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/reviews/r1"), ("POST", "/reviews/r1"), ("GET", "/reviews/r1/frame")],
)
def test_a_link_that_we_did_not_sign_opens_nothing(world, path, method):
    world.add()
    good = world.query()
    for query in (
        None,
        {"exp": good["exp"]},
        {"sig": good["sig"]},
        good | {"sig": good["sig"][:-1]},
        good | {"sig": good["sig"][:-1] + "!"},
        good | {"sig": good["sig"] + "="},
        good | {"sig": "é" * 43},
        good | {"sig": "\ud800"},
        good | {"exp": str(int(good["exp"]) + 1)},
        good | {"exp": "soon"},
        world.query("r2"),
        world.query(key="x" * 32),
    ):
        reply = world.ask(method, path, query)
        assert reply.status == 403
        assert "This link is not complete" in reply.text
        assert "Exposed" not in reply.text
    assert world.decided == world.pictured == []


def test_a_parameter_given_twice_is_not_the_one_we_signed(world):
    world.add()
    query = world.query()
    twice = {"exp": [query["exp"]], "sig": [query["sig"], "x"]}
    reply = world.ask("GET", "/reviews/r1", query, multiValueQueryStringParameters=twice)
    assert reply.status == 403
    once = {name: [value] for name, value in query.items()}
    reply = world.ask("GET", "/reviews/r1", query, multiValueQueryStringParameters=once)
    assert reply.status == 200


def test_an_expired_link_says_so(world):
    world.add()
    query = world.query()
    world.now += timedelta(days=1)
    for path in ("/reviews/r1", "/reviews/r1/frame"):
        reply = world.ask("GET", path, query)
        assert reply.status == 410
        assert "This link has expired" in reply.text
    assert world.refreshes == 0, "no key makes an expired link good"


def test_a_good_link_to_a_review_that_is_gone(world):
    reply = world.get("gone")
    assert reply.status == 404
    assert "There is no such review" in reply.text


@pytest.mark.parametrize("path", ["/nowhere", "/reviews", "/reviews/", "/static/", "/reviews/a/b"])
def test_an_unknown_address_has_a_page(world, path):
    reply = world.ask("GET", path)
    assert reply.status == 404
    assert "There is no such page" in reply.text


def test_the_root_says_what_this_is(world):
    reply = world.ask("GET", "/")
    assert reply.status == 200
    assert "A review opens from the link in its notice." in reply.text
    assert 'href="static/desk.css' in reply.body


def test_addresses_are_relative_wherever_the_stage_lies(world):
    world.add()
    assert 'href="../static/desk.css' in world.get().body
    assert 'href="../../static/desk.css' in world.ask("GET", "/a/b/c").body
    bare = world.ask("GET", "/", requestContext={"path": "/live"})
    assert 'href="live/static/desk.css' in bare.body
    for path in ("/", "/reviews/r1", "/a/b"):
        body = world.ask("GET", path, world.query()).body
        assert not re.search(r'(?:href|src|action)="(?:/|https?:)', body)


@pytest.mark.parametrize("path", LOOKS)
def test_head_answers_as_get_does_without_a_body(world, path):
    world.add()
    got, headed = (world.ask(method, path, world.query()) for method in ("GET", "HEAD"))
    assert (headed.status, headed.body) == (got.status, "")
    assert headed.headers == got.headers


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/reviews/r1", "GET, HEAD, POST, OPTIONS"),
        ("/reviews/r1/frame", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_names_the_methods(world, path, allowed):
    reply = world.ask("OPTIONS", path)
    assert (reply.status, reply.body, reply.headers["Allow"]) == (204, "", allowed)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_have_no_page(world, method):
    assert world.ask(method, "/reviews/r1", world.query()).status == 404


def test_every_answer_is_guarded(world):
    world.add()
    replies = [world.ask("GET", path, world.query()) for path in LOOKS]
    replies += [world.ask("GET", "/reviews/r1"), world.press("allow"), world.press("allow")]
    world.fails = RuntimeError()
    replies.append(world.get())
    for reply in replies:
        policy = reply.headers["Content-Security-Policy"]
        for directive in (
            "default-src 'none'",
            "style-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ):
            assert directive in policy
        assert "unsafe" not in policy
        assert reply.headers["Referrer-Policy"] == "same-origin"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["X-Frame-Options"] == "DENY"
        assert "camera=()" in reply.headers["Permissions-Policy"]
        stored = reply.headers["Cache-Control"]
        assert stored == "no-store" or reply.headers["Content-Type"].startswith("text/css")
        assert reply.body is not None
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", reply.body)


def test_the_policy_admits_the_pictures_origin_and_no_other(world):
    world.add()
    policy = world.get().headers["Content-Security-Policy"]
    assert "img-src 'self' https://frames.s3.us-east-1.amazonaws.com;" in policy


MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_markup_stays_text_wherever_it_comes_from(world):
    world.add(
        channel=MARKUP,
        channel_arn=MARKUP,
        frame={"bucket": "frames", "key": MARKUP, "version_id": None},
        labels=[{"name": MARKUP, "parent": MARKUP, "level": 2, "confidence": 80}],
        matched=[{"rule": MARKUP, "label": MARKUP, "confidence": 80, "threshold": 70}],
        samples=[{"key": MARKUP, "at": world.at(-1), "confidence": 80}] * 2,
        not_evaluated=MARKUP,
        policy_hash=MARKUP,
    )
    opened = world.get()
    world.press("stop", name=MARKUP, note=MARKUP)
    decided = world.get()
    assert world.rows["r1"]["note"] == MARKUP
    for page in (opened, decided):
        assert page.status == 200
        assert "<script" not in page.body
        assert "<img src=x" not in page.body
        assert MARKUP in page.text.replace("&quot;", '"') or "<script>alert(1)" in page.text


def test_marks_that_turn_the_reading_order_are_dropped_from_what_is_typed(world):
    world.add()
    world.press("stop", name="Ana\u202e\x00\n", note="one\n\u2066two\x1b[2J")
    assert world.decided[0][2]["by"] == "Ana"
    assert world.decided[0][2]["note"] == "one\ntwo[2J"


def test_the_token_is_on_no_page(world):
    world.add()
    replies = [world.get(), world.press("allow"), world.get(), world.press("stop")]
    assert all("THE-TASK-TOKEN" not in f"{reply.body}{reply.headers}" for reply in replies)


def test_a_failure_names_an_incident_and_nothing_else(world, logged):
    for failure in (StoreThrottledError("secret detail"), KeyError("secret detail")):
        world.fails = failure
        reply = world.get()
        assert reply.status == 500
        assert "Incident req-42" in reply.text
        assert "secret detail" not in reply.body + json.dumps(logged())


def test_a_failure_is_logged_by_name_and_place(world, logged):
    world.fails = RuntimeError("secrets")
    world.fails.__cause__ = OSError("a cause with secrets")
    world.get()
    line = next(entry for entry in logged() if entry["message"] == "page failed")
    assert (line["incident"], line["error"], line["cause"]) == ("req-42", "RuntimeError", "OSError")
    assert any("conftest.py" in place and "find" in place for place in line["places"])
    assert "secrets" not in json.dumps(line)


def test_an_event_that_is_no_request_is_answered_too(world):
    reply = world.handler({"no": "request"}, type("Context", (), {"aws_request_id": "req-42"}))
    assert reply["statusCode"] == 500
    assert "req-42" in reply["body"]
    assert "KeyError" not in reply["body"]


def test_broken_templates_are_answered_too(world, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("secret")

    monkeypatch.setattr(pages, "_environment", broken)
    reply = world.get("none")
    assert reply.status == 500
    assert "secret" not in reply.body


def test_the_log_holds_route_status_and_review_and_no_more(world, logged):
    world.add()
    world.press("stop", name="Ana Secret", note="a secret note")
    world.ask("GET", "/reviews/<script>secret", {"exp": "1", "sig": "secret"})
    answered = [entry for entry in logged() if entry["message"] == "answered"]
    shown = [(e["route"], e["method"], e["status"], e.get("review_id")) for e in answered]
    assert shown == [
        ("/reviews/<review_id>", "GET", 200, "r1"),
        ("/reviews/<review_id>", "POST", 303, "r1"),
        ("/reviews/<review_id>", "GET", 403, None),
    ]
    for secret in ("Secret", "secret", world.query()["sig"], world.query()["exp"]):
        assert secret not in json.dumps(logged())
