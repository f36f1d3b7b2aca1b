"""A link shows; only its form decides, only in time, and only once."""

from datetime import timedelta

import pytest

from framewarden.domain import links


def test_opening_a_link_decides_nothing_however_often_and_however_it_is_opened(world):
    world.add()
    for method in ("GET", "HEAD", "OPTIONS"):
        for path in ("/reviews/r1", "/reviews/r1/around", "/reviews/r1/reveal", "/nowhere"):
            world.ask(method, path, world.query())
    assert world.untouched
    assert world.rows["r1"] == world.review()


@pytest.mark.parametrize("encode", [False, True])
def test_a_button_decides_once_and_leads_back_to_the_page(world, encode):
    world.add()
    page = world.get()
    reply = world.post(**page.fields, decision="stop", name="Ana", note="clear", encode=encode)
    assert (reply.status, reply.body) == (303, "")
    query = world.query()
    assert reply.headers["Location"] == f"../reviews/r1?exp={query['exp']}&sig={query['sig']}"
    how = {"by": "Ana", "via": "link", "note": "clear", "now": world.now, "account": None}
    how |= {"labels": None, "may_overrule": False, "rung": 0}
    how |= {"frame_id": page.fields["frame"]}
    assert world.decided == [("r1", "stop", how)]
    after = world.get()
    assert (after.status, after.decisions) == (200, [])
    assert "Decided Stop the stream." in after.text
    assert "Ana via link" in after.text
    assert "clear" in after.text


def test_a_second_press_is_no_error_and_shows_the_decision(world):
    world.add()
    page = world.get()
    for _ in range(2):
        reply = world.post(**page.fields, decision="allow", name="Ana")
    assert reply.status == 200
    assert "This is decided" in reply.text
    assert "Allowed: the stream goes on." in reply.text


def test_of_two_people_the_first_decides_and_the_second_is_told(world):
    world.add()
    ana, ben = world.get(), world.get()
    world.post(**ana.fields, decision="allow", name="Ana")
    reply = world.post(**ben.fields, decision="stop", name="Ben")
    assert reply.status == 409
    assert "Yours came second and was not applied." in reply.text
    assert "By Ana" in reply.text
    assert "Ben" not in reply.text


def test_a_decision_without_a_name_is_still_taken(world):
    world.add()
    assert world.press("stop").status == 303
    assert world.decided[0][2]["by"] == "unnamed"


@pytest.mark.parametrize("status", ["pending", "expired"])
def test_after_the_deadline_the_page_says_what_the_policy_did(world, status):
    world.add()
    page = world.get()
    world.now += timedelta(minutes=5)
    if status == "expired":
        closed = {"decision": "stop", "by": "policy", "via": "default", "decided_at": world.at(240)}
        world.rows["r1"].update(closed, status="expired")
    reply = world.post(**page.fields, decision="allow", name="Ana")
    assert reply.status == 409
    assert "This came after the deadline" in reply.text
    assert "the stream is stopped" in reply.text
    assert reply.decisions == []


def test_after_the_deadline_a_link_still_shows_and_offers_nothing(world):
    world.add()
    world.now += timedelta(hours=23)
    reply = world.get()
    assert (reply.status, reply.decisions) == (200, [])
    assert "The deadline has passed" in reply.text


def test_a_stop_is_offered_for_a_stream_and_a_block_for_a_still(world):
    world.add()
    world.add(review_id="r2", channel_arn=None, channel="uploads", default="block")
    assert world.get("r1").decisions == ["allow", "stop"]
    assert world.get("r2").decisions == ["allow", "block"]
    assert world.press("stop", "r2").status == 400
    assert world.press("block", "r1").status == 400
    assert world.decided == []


def test_a_stop_that_stands_can_be_upheld_or_undone(world):
    world.add(asks="confirm", default="uphold")
    assert world.signed_in("lead").get().decisions == ["reinstate", "uphold"]


def test_passing_on_is_offered_while_the_ladder_goes_on(world):
    world.add(ladder=[300, 1800])
    world.add(review_id="r2", ladder=[300, 1800], rung=1, escalated_by="Ana")
    first, last = world.get("r1"), world.get("r2")
    assert first.decisions == ["allow", "stop", "escalate"]
    assert "a lead is asked, who has 30 min more" in first.text
    assert last.decisions == ["allow", "stop"]
    assert "escalated to a lead" in last.text
    assert "Passed on by Ana" in last.text
    assert world.press("escalate", "r2").status == 400


def test_a_second_press_does_not_pass_a_review_on_by_two_rungs(world):
    row = world.add(ladder=[300, 600, 900])
    page = world.get()
    row["rung"] = 1
    reply = world.post(**page.fields, decision="escalate", name="Ana")
    assert reply.status == 409
    assert "The review has moved on" in reply.text
    assert world.decided == []
    assert reply.fields["rung"] == "1"


@pytest.mark.parametrize(("decision", "status", "decided"), [("allow", 409, 0), ("stop", 303, 1)])
def test_who_looked_at_an_earlier_rung_can_still_stop_and_nothing_else(
    world, decision, status, decided
):
    row = world.add(ladder=[300, 600, 900])
    page = world.get()
    row["rung"] = 1
    assert world.post(**page.fields, decision=decision, name="Ana").status == status
    assert len(world.decided) == decided


def test_who_looked_before_it_was_decided_is_told_what_was_decided(world):
    row = world.add(ladder=[300, 600, 900])
    page = world.get()
    row |= {"rung": 1, "status": "decided", "decision": "stop", "by": "Ben", "via": "desk"}
    reply = world.post(**page.fields, decision="allow", name="Ana")
    assert "This was decided before" in reply.text


def test_a_review_that_is_passed_on_while_we_decide_is_shown_again(world):
    row = world.add(ladder=[300, 600])

    def passed_on():
        row["rung"] = 1
        raise ValueError("escalate")

    world.before_decide = passed_on
    reply = world.press("escalate", name="Ana")
    assert reply.status == 409
    assert reply.decisions == ["allow", "stop"]


def test_a_failure_that_is_no_refusal_stays_a_failure(world):
    world.add()

    def broken():
        raise ValueError("a bug")

    world.before_decide = broken
    assert world.press("allow").status == 500


def test_a_store_that_neither_decided_nor_ended_the_review_asks_again(world):
    row = world.add()

    def moved():
        row["deadline"] = 0

    page = world.get()
    world.before_decide = moved
    world.now += timedelta(seconds=1)
    handled = world.decide

    def decide(*asked, **chosen):
        result = handled(*asked, **chosen)
        row["deadline"] = world.review()["deadline"]
        return result

    world.decide = decide
    reply = world.post(**page.fields, decision="allow", name="Ana")
    assert reply.status == 409
    assert reply.decisions == ["allow", "stop"]
    assert 'value="Ana"' in reply.body


def test_a_form_without_a_nonce_decides_nothing_and_gets_a_fresh_one(world):
    world.add()
    reply = world.post(decision="allow", name="Ana", note="typed")
    assert reply.status == 403
    assert "did not come from this page" in reply.text
    assert world.decided == []
    assert world.post(**reply.fields, decision="allow").status == 303


def test_an_old_nonce_gets_a_fresh_form_with_what_was_typed(world):
    world.add(deadline=world.review()["deadline"] + 3600)
    world.link_life += 3600
    page = world.get()
    world.now += timedelta(minutes=15)
    reply = world.post(**page.fields, decision="allow", name="Zoë <x>", note="</textarea><b>")
    assert reply.status == 403
    assert "open for too long" in reply.text
    assert 'value="Zoë &lt;x&gt;"' in reply.body
    assert "\n&lt;/textarea&gt;&lt;b&gt;</textarea>" in reply.body
    assert world.decided == []
    assert world.post(**reply.fields, decision="allow").status == 303


def test_the_nonce_of_another_review_decides_nothing(world):
    world.add()
    world.add(review_id="r2")
    other = world.get("r2").fields
    assert world.post("r1", **other, decision="allow").status == 403
    assert world.decided == []


def test_a_bad_nonce_on_a_decided_review_shows_the_decision_and_no_form(world):
    world.add(status="decided", decision="allow", by="Ana", via="link", decided_at=world.at(-1))
    reply = world.post(decision="stop", nonce="1.x")
    assert (reply.status, reply.decisions) == (403, [])
    assert "By Ana" in reply.text


def test_the_signature_of_a_link_is_no_nonce(world):
    world.add()
    query = world.query()
    assert world.post(decision="allow", nonce=f"{query['exp']}.{query['sig']}").status == 403


@pytest.mark.parametrize("decision", ["", "ALLOW", "drop", "allow\n", "<b>"])
def test_a_decision_that_is_not_offered_is_refused(world, decision):
    world.add()
    reply = world.press(decision, name="Ana")
    assert reply.status == 400
    assert "not offered here" in reply.text
    assert world.decided == []
    assert "<b>" not in reply.body


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "https://desk.example.evil.example",
        "https://desk.example:8443",
        "ftp://desk.example",
        "desk.example",
    ],
)
def test_another_origins_form_decides_nothing(world, origin):
    world.add()
    fields = world.get().fields
    reply = world.post(headers={"Origin": origin}, **fields, decision="allow")
    assert reply.status == 403
    assert "came from another site" in reply.text
    assert world.decided == []


@pytest.mark.parametrize(
    "origin", ["https://desk.example", "https://desk.example:443", "HTTPS://Desk.Example"]
)
def test_the_pages_own_origin_decides(world, origin):
    world.add()
    fields = world.get().fields
    assert world.post(headers={"Origin": origin}, **fields, decision="allow").status == 303


@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""]
)
def test_only_a_form_is_read(world, kind):
    world.add()
    fields = world.get().fields
    reply = world.post(headers={"Content-Type": kind}, **fields, decision="allow")
    assert reply.status == 415
    assert world.decided == []


def test_a_forms_charset_may_be_named(world):
    world.add()
    fields = world.get().fields
    kind = "Application/X-WWW-Form-URLencoded; charset=UTF-8"
    assert world.post(headers={"Content-Type": kind}, **fields, decision="allow").status == 303


@pytest.mark.parametrize(
    "typed", [{"note": "x" * 2001}, {"note": "x" * 2_000_000}, {"name": "n" * 81}]
)
@pytest.mark.parametrize("encode", [False, True])
def test_what_is_too_long_is_refused_and_not_echoed(world, typed, encode):
    world.add()
    fields = world.get().fields
    reply = world.post(**fields, decision="allow", **typed, encode=encode)
    assert reply.status == 413
    assert "2,000 characters" in reply.text
    assert len(reply.body) < 40_000
    assert world.decided == []


def test_the_longest_note_in_the_widest_letters_is_taken(world):
    world.add()
    note = "🦊" * 1999 + "\r\n" + "x"
    assert world.press("allow", note=note, name="🦊" * 80).status == 413
    note = "🦊" * 1998 + "\r\n" + "x"
    assert world.press("allow", note=note, name="🦊" * 80).status == 303
    assert world.decided[0][2]["note"] == note.replace("\r\n", "\n")


def test_a_new_key_is_seen_once_and_an_old_nonce_still_counts(world):
    world.add()
    page = world.get()
    newer = "n" * 32
    world.keys, world.rotated = [newer], [newer, world.KEY]
    assert world.post(**page.fields, decision="allow").status == 303
    assert world.refreshes == 1


def test_a_nonce_signed_by_a_worker_that_saw_the_rotation_first_is_accepted(world):
    world.add()
    newer = "n" * 32
    world.rotated = [newer, world.KEY]
    nonce = links.make_nonce(newer, "r1|link", world.now)
    assert world.post(nonce=nonce, decision="allow").status == 303
    assert world.refreshes == 1
