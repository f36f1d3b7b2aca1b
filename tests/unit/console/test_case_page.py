"""What the page of a case shows to whom, and what it never shows."""

import json
import re
from datetime import timedelta

import pytest

from framewarden.casework import Past
from framewarden.console import static_files
from framewarden.console.channel_past import EXCERPT
from framewarden.domain import taxonomy
from tests.unit.console import channel_world

PATHS = ["/reviews/r1", "/reviews/r1/around"]
POSTS = ["", "/claim", "/notes", "/reveal"]


def test_the_page_shows_what_a_moderator_needs(world):
    world.add(labels=[{"name": "Exposed Female Nipple", "parent": "x", "confidence": 92.34}])
    text = world.get().text
    for shown in (
        "high Decide in 4 min Exposed Female Nipple 92.3 % on channel AbCdef1G2hij",
        "Decide in 4 min by 2026-11-22 08:10:31 UTC. If nobody does, the stream is stopped",
        "Explicit Explicit Nudity Exposed Female Nipple 92.3 %",
        "explicit-high Exposed Female Nipple 92.3 % 80.0 %",
        "4.7 points from another severity",
        "Policy 9f86d081884c",
        "Not evaluated sound and speech",
        "Frame ivs/thumb47.jpg",
        "Taken 1 min 2 s ago 2026-11-22 08:05:29 UTC",
        "2 frames, the last 59 s ago",
        "Review r1",
        "Moderators were asked 1 min ago",
        "Nobody has done anything about this case yet.",
    ):
        assert shown in text


@pytest.mark.parametrize(("role", "led"), [("engineer", True), ("auditor", True), ("lead", False)])
def test_only_who_may_look_into_executions_is_led_to_them(world, role, led):
    world.add()
    body = world.signed_in(role).get().body
    assert ('<a id="execution" href="../executions/moderate/e1">' in body) is led
    assert ('<a id="frame" href="../frames/' in body) is led
    assert ("../executions" in body) is led


def test_the_browsers_hooks_are_where_scripts_and_tests_look_for_them(world):
    world.add()
    world.channel_past = Past([], None, [], more=False)
    body = world.signed_in("lead").get().body
    for hook in (
        'data-page="case" data-review="r1" data-state="open"',
        '<img id="blurred" src="../reviews/r1/blurred?v=f"',
        '<form id="reveal" class="under" method="post" action="../reviews/r1/reveal"',
        'action="../reviews/r1" id="decide"',
        '<form id="claim" method="post" action="../reviews/r1/claim"',
        '<form id="note" method="post" action="../reviews/r1/notes"',
        '<p id="lease" data-until=""',
        '<ol id="ladder"',
        '<div id="around"><p><a href="../reviews/r1/around"',
        'id="record"',
        'id="history"',
        '<a id="stop-channel" href="../channels/ivs/AbCdef1G2hij"',
        '<fieldset class="label" data-label="Exposed Female Nipple">',
        'name="label.0.name" value="Exposed Female Nipple"',
        'name="add" value="Weapons"',
    ):
        assert hook in body
    keys = dict(re.findall(r'data-key="(\w)" data-key-label="([^"]+)"', body))
    assert keys["a"], keys["s"] == ("Allow", "Stop the stream")
    assert {"v", "c", "n"} <= keys.keys()
    assert 'data-key="l"' in body
    assert body.index('id="reveal"') < body.index('id="found-title"') < body.index('id="decide"')


def test_a_get_shows_the_picture_blurred_and_lends_no_address_of_it(world):
    world.add()
    for headers in ({}, world.cookie("lead")):
        page = world.get(headers=headers)
        assert "amazonaws" not in page.body + page.headers["Content-Security-Policy"]
        assert "img-src 'self';" in page.headers["Content-Security-Policy"]
    assert world.untouched


def test_a_link_is_carried_on_in_each_of_the_pages_own_addresses(world):
    world.add()
    query = world.query()
    own = f"exp={query['exp']}&amp;sig={query['sig']}"
    body = world.get().body
    for address in (
        f'src="../reviews/r1/blurred?v=f&amp;{own}"',
        f'action="../reviews/r1/reveal?{own}"',
        f'action="../reviews/r1?{own}"',
        f'href="../reviews/r1/around?{own}"',
        f'src="../reviews/r1/strip?{own}"',
    ):
        assert address in body
    assert 'href="../sign-in?next=reviews/r1"' in body


def test_a_person_who_signed_in_carries_no_signature(world):
    world.add()
    assert "sig=" not in world.signed_in("moderator").get().body


def test_every_address_is_relative(world):
    world.add()
    for person in (world, world.signed_in("lead")):
        for below in ("", "/around"):
            body = person.get(below=below).body
            assert not re.search(r'(?:href|src|action)="(?:/|https?:)', body)
            assert not re.search(r"<script(?! src)|<style|\sstyle=|\son\w+=", body)


@pytest.mark.parametrize("below", POSTS)
@pytest.mark.parametrize("path", PATHS)
def test_a_link_that_we_did_not_sign_opens_nothing(world, path, below):
    world.add()
    good = world.query()
    for query in (
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
        for reply in (world.ask("GET", path, query), world.post(below=below, query=query)):
            assert reply.status == 403
            assert "This link is not complete" in reply.text
            assert "Exposed" not in reply.text
    assert world.untouched


@pytest.mark.parametrize("below", POSTS)
def test_who_has_neither_link_nor_session_is_asked_to_sign_in(world, below):
    world.add()
    reply = world.ask("GET", "/reviews/r1")
    assert (reply.status, reply.headers["Location"]) == (303, "../sign-in?next=reviews%2Fr1")
    reply = world.post(below=below, query={}, decision="allow")
    assert reply.status == 401
    assert "Sign in first" in reply.text
    assert world.untouched


def test_a_parameter_given_twice_is_not_the_one_we_signed(world):
    world.add()
    query = world.query()
    twice = {"exp": [query["exp"]], "sig": [query["sig"], "x"]}
    reply = world.ask("GET", "/reviews/r1", query, multiValueQueryStringParameters=twice)
    assert reply.status == 403
    once = {name: [value] for name, value in query.items()}
    reply = world.ask("GET", "/reviews/r1", query, multiValueQueryStringParameters=once)
    assert reply.status == 200


@pytest.mark.parametrize("below", POSTS)
def test_an_expired_link_says_so(world, below):
    world.add()
    query = world.query()
    world.now += timedelta(days=1, seconds=240)
    for reply in (world.ask("GET", "/reviews/r1", query), world.post(below=below, query=query)):
        assert reply.status == 410
        assert "This link has expired" in reply.text
    assert world.refreshes == 0, "no key makes an expired link good"
    assert world.untouched


def test_a_review_that_is_not_stored_has_a_page(world):
    for person in (world, world.signed_in("lead")):
        reply = person.get("gone")
        assert (reply.status, "There is no such review" in reply.text) == (404, True)


MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_markup_stays_text_wherever_it_comes_from(world):
    label = {"name": MARKUP, "parent": MARKUP, "level": 2, "confidence": 80}
    world.add(
        channel=MARKUP,
        frame={"bucket": "frames", "key": MARKUP, "version_id": None, "frame_id": MARKUP},
        labels=[label],
        matched=[{"rule": MARKUP, "label": MARKUP, "confidence": 80, "threshold": 70}],
        samples=[{"key": MARKUP, "at": world.at(-1), "confidence": 80}] * 2,
        not_evaluated=[MARKUP],
        model_version=MARKUP,
        policy_hash=MARKUP,
        claimed_by=MARKUP,
        claimed_name=MARKUP,
        claimed_until=world.second + 60,
        escalated_by=MARKUP,
    )
    told = {"at": world.at(-9), "by": MARKUP, "via": MARKUP}
    world.record = [
        {**told, "kind": kind, "note": MARKUP, "decision": MARKUP} for kind in ("note", "late", "x")
    ]
    old = world.review(review_id=MARKUP, labels=[label], severity=MARKUP, status="decided")
    old |= {"decision": MARKUP, "by": MARKUP, "via": "link", "outcome": MARKUP}
    stop = channel_world.stop(by=MARKUP, status=MARKUP)
    act = channel_world.act(action=MARKUP, by=MARKUP, note=MARKUP)
    world.channel_past = Past([old], channel_world.ban(by=MARKUP), [stop, act], more=True)
    world.neighbours = (frame(0, severity=MARKUP, outcome=MARKUP, reason=MARKUP), [], [])
    moderator = world.signed_in("moderator", account=MARKUP, name=MARKUP)
    pages = [world.get(), moderator.get(), moderator.get(below="/around")]
    world.press("stop", name=MARKUP, note=MARKUP)
    assert world.rows["r1"]["note"] == MARKUP
    pages += [world.get(), moderator.get()]
    for page in pages:
        assert page.status == 200
        assert "<script>" not in page.body
        assert "<img src=x" not in page.body
        assert "&lt;script&gt;alert(1)" in page.body


def frame(second, world=channel_world, **changes):
    put_at = world.at(second)
    return {"frame_id": f"f{second}", "put_at": put_at, "channel_arn": world.ARN, **changes}


def test_marks_that_turn_the_reading_order_are_dropped_from_what_is_typed(world):
    world.add()
    world.press("stop", name="Ana\u202e\x00\n", note="one\n\u2066two\x1b[2J")
    assert world.decided[0][2]["by"] == "Ana"
    assert world.decided[0][2]["note"] == "one\ntwo[2J"


def test_the_token_is_on_no_page(world):
    world.add()
    lead = world.signed_in("lead")
    replies = [world.get(), world.press("allow"), world.get(), world.press("stop"), lead.get()]
    replies += [lead.get(headers={"Accept": "application/json"}), lead.act("/reveal")]
    assert all("THE-TASK-TOKEN" not in f"{reply.body}{reply.headers}" for reply in replies)


def test_nothing_of_a_person_is_logged(world, logged):
    world.add()
    person = world.signed_in("moderator", account="secret-account", name="Secret Name")
    person.press("stop", note="a secret note")
    person.act("/notes", note="a secret note")
    person.act("/claim", action="claim")
    person.act("/reveal")
    world.press("stop", name="Secret Name", note="a secret note")
    text = json.dumps(logged())
    for secret in ("ecret", world.query()["sig"], world.query()["exp"], "amazonaws"):
        assert secret not in text


def test_a_decision_that_nobody_waited_for_any_more_is_said_to_have_come_too_late(world):
    late = {"decided_at": world.at(-3), "nobody_waited_at": world.at(-2)}
    world.add(status="decided", decision="allow", by="Ana", via="desk", **late)
    text = world.get().text
    assert "This came after the deadline The decision was kept, but the case had gone on" in text
    assert "Decided too late Allow: it is stored, but perhaps nobody waited" in text
    world.rows["r1"] |= {"outcome": "unscreened", "outcome_reason": "execution_aborted"}
    assert "Decided too late Allow: it was not carried out." in world.get().text


def test_who_decides_is_led_to_the_next_case_and_who_looks_is_not(world):
    world.add(status="decided", decision="allow", by="Ana", via="desk", decided_at=world.at(-3))
    lead = world.signed_in("moderator").get()
    assert 'href="../queue/next?not=r1" data-key="x"' in lead.body
    for person in (world, world.signed_in("auditor")):
        assert "queue/next" not in person.get().body


def test_the_first_load_of_a_fat_case_is_under_a_hundred_kilobytes(world):
    note = "<&>\"'" * 400
    labels = [
        {"name": name, "parent": taxonomy.parent(name), "level": 3, "confidence": 99.9}
        for name in taxonomy.LABEL_NAMES
    ]
    names = [label["name"] for label in labels]
    world.add(
        labels=labels,
        matched=[
            {"rule": f"a-long-name-of-a-rule-{name}", "label": name}
            | {"confidence": 99.9, "threshold": 80}
            for name in names[:12]
        ],
        samples=[
            {"key": f"ivs/v1/{'x' * 200}/{i}.jpg", "at": world.at(-i), "confidence": 90}
            for i in range(12)
        ],
        frames=4000,
        claimed_by="bea",
        claimed_name="B" * 80,
        claimed_until=world.second + 90,
    )
    told = {"kind": "note", "by": "B" * 80, "via": "desk", "note": note}
    world.record = [{**told, "at": world.at(-second)} for second in range(150)]
    old = [world.review(review_id=f"r{i:020}", labels=labels, status="decided") for i in range(11)]
    for row in old:
        row |= {"decision": "stop", "by": "B" * 80, "via": "desk", "outcome": "stopped"}
    rows = [channel_world.act(note=note, at=world.at(-i)) for i in range(25)]
    world.channel_past = Past(old, channel_world.ban(note=note), rows, more=True)
    page = world.signed_in("lead").get()
    linked = {name for name in static_files.KINDS if f"static/{name}?" in page.body}
    assert {"case.js", "case.css", "desk.js", "desk.css"} <= linked
    files = sum(len(static_files.static(name).text.encode()) for name in linked)
    assert len(page.body.encode()) + files < 100_000
    assert "All of it: 147 more" in page.text or "more" in page.text


def test_the_rest_of_a_long_record_is_one_link_away(world):
    world.add()
    told = {"kind": "note", "by": "Bea", "via": "desk", "note": "x" * 2000}
    world.record = [{**told, "at": world.at(-second)} for second in range(10)]
    page = world.get()
    assert page.body.count("x" * 2000) == 6
    assert "All of it: 4 more" in page.text
    query = world.query()
    address = (
        f'href="../reviews/r1?exp={query["exp"]}&amp;sig={query["sig"]}&amp;record=all#record"'
    )
    assert address in page.body
    whole = world.ask("GET", "/reviews/r1", query | {"record": "all"})
    assert whole.body.count("x" * 2000) == 10
    assert "All of it" not in whole.text
    assert 'href="../reviews/r1?record=all#record"' in world.signed_in("auditor").get().body


def test_what_somebody_orders_at_length_is_cut_in_the_history(world):
    world.add()
    acts = [channel_world.act(note="n" * 300), channel_world.act(note="m" * EXCERPT)]
    world.channel_past = Past([], None, acts, more=False)
    text = world.get().text
    assert f"{'n' * EXCERPT}… " in text
    assert text.endswith("m" * EXCERPT)
