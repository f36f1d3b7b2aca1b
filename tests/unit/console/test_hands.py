"""Who may press what: by role, by link, after an escalation, and while somebody else is at it."""

from datetime import timedelta

import pytest

from framewarden.domain import roles


@pytest.mark.parametrize(
    ("role", "rung", "offers", "status"),
    [
        ("moderator", 0, ["allow", "stop", "escalate"], 303),
        ("lead", 0, ["allow", "stop", "escalate"], 303),
        ("moderator", 1, ["stop"], 403),
        ("lead", 1, ["allow", "stop", "escalate"], 303),
        ("auditor", 0, [], 403),
        ("engineer", 0, [], 403),
    ],
)
def test_each_role_sees_the_buttons_that_it_may_press(world, role, rung, offers, status):
    world.add(ladder=[300, 600, 900], rung=rung)
    person = world.signed_in(role)
    page = person.get()
    assert page.decisions == offers
    reply = person.press("allow")
    assert reply.status == status
    assert len(world.decided) == (status == 303)
    if status != 303:
        lead_only = role == "moderator"
        title = "This needs a lead" if lead_only else "Your role does not do this"
        assert title in reply.text


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("moderator", "Allow and Pass it on: this was escalated, so it is for a lead."),
        ("auditor", "Stop the stream: your role looks, and does not decide."),
    ],
)
def test_what_is_not_offered_says_why(world, role, words):
    world.add(ladder=[300, 600, 900], rung=1)
    assert words in world.signed_in(role).get().text


def test_reinstate_is_for_a_lead_who_is_signed_in(world):
    world.add(asks="confirm", default="uphold")
    for person in (world, world.signed_in("moderator")):
        page = person.get()
        assert page.decisions == ["uphold"]
        assert "Reinstate: needs a lead who is signed in." in page.text
    reply = world.signed_in("moderator").press("reinstate")
    assert (reply.status, "This needs a lead" in reply.text) == (403, True)
    reply = world.press("reinstate")
    assert (reply.status, "A link does not do this" in reply.text) == (403, True)
    assert world.decided == []
    assert world.signed_in("lead").press("reinstate").status == 303


@pytest.mark.parametrize(
    ("may", "offers"), [("view", []), ("allow", ["allow"]), ("stop", ["allow", "stop"])]
)
def test_a_link_offers_what_the_stack_lets_links_do(world, may, offers):
    world.visitors.link_may = may
    world.add()
    page = world.get()
    assert page.decisions == offers
    assert ("links of this installation do not do this" in page.text) == (may != "stop")
    assert ('id="stop-channel"' in page.body) == (may == "stop")
    for decision in ("allow", "stop"):
        if decision not in offers:
            assert world.press(decision).status == 403
    assert world.decided == []
    assert 'id="reveal"' in page.body
    assert 'id="note"' not in page.body
    assert 'id="claim"' not in page.body


def test_a_link_that_was_told_of_an_escalation_allows(world):
    world.add(ladder=[300, 600], rung=1)
    assert world.get().decisions == ["allow", "stop"]
    assert world.press("allow").status == 303


def test_a_decision_of_somebody_signed_in_is_theirs_whatever_the_form_says(world):
    world.add()
    reply = world.signed_in("lead", name="Ana Ruiz").press("stop", name="Mallory", note="why")
    assert reply.headers["Location"] == "../reviews/r1"
    [(_, _, how)] = world.decided
    assert (how["by"], how["via"], how["account"]) == ("Ana Ruiz", "desk", "ana")
    assert how["may_overrule"] is True


def test_a_link_past_its_deadline_only_looks(world):
    world.add(deadline=world.second + 4000)
    page = world.get()
    world.now += timedelta(seconds=240)
    late = world.get()
    assert late.decisions == []
    assert "the deadline of this link is over, so it only looks" in late.text
    assert 'id="stop-channel"' not in late.body
    reply = world.post(**page.fields, decision="stop")
    assert (reply.status, "This link only looks now" in reply.text) == (403, True)
    assert world.decided == []
    assert world.post(below="/reveal", nonce=late.fields["nonce"]).status == 200


def test_what_a_link_decides_after_the_deadline_is_told_to_the_store_as_late(world):
    world.add()
    page = world.get()
    world.now += timedelta(seconds=241)
    reply = world.post(**page.fields, decision="allow")
    assert (reply.status, "This came after the deadline" in reply.text) == (409, True)
    assert len(world.decided) == 1
    world.visitors.link_may = "view"
    reply = world.post(**page.fields, decision="allow")
    assert (reply.status, "A link does not do this" in reply.text) == (403, True)
    assert len(world.decided) == 1


def test_a_decision_for_an_execution_that_has_ended_came_after_the_deadline(world):
    world.add()
    world.nobody_waits = True
    reply = world.press("stop", name="Ana")
    assert reply.status == 409
    assert "This came after the deadline Your decision is stored, but" in reply.text
    assert reply.decisions == []


def claimed(world, **changes):
    lease = {"claimed_by": "bea", "claimed_name": "Bea", "claimed_until": world.second + 90}
    return world.add(ladder=[300, 600], **lease | changes)


def test_what_somebody_works_on_leaves_the_others_the_stop(world):
    claimed(world)
    person = world.signed_in("moderator")
    page = person.get()
    assert page.decisions == ["stop"]
    assert "Allow and Pass it on: somebody else is working on this" in page.text
    assert "Bea works on this Until in 1 min 30 s" in page.text
    reply = person.press("allow", note="kept")
    assert (reply.status, "Somebody else is working on this" in reply.text) == (409, True)
    assert "\nkept</textarea>" in reply.body
    assert person.press("stop").status == 303


@pytest.mark.parametrize(
    ("by", "seconds", "role", "offers", "decisions"),
    [
        ("bea", 90, "moderator", [], 1),
        ("bea", 90, "lead", ["takeover"], 3),
        ("bea", 90, "auditor", [], 0),
        ("bea", 0, "moderator", ["takeover"], 3),
        ("ana", 90, "moderator", ["release"], 3),
        ("ana", 0, "moderator", ["claim"], 3),
        (None, 0, "moderator", ["claim"], 3),
    ],
)
def test_a_claim_offers_its_next_step(world, by, seconds, role, offers, decisions):
    claimed(world, claimed_by=by, claimed_until=world.second + seconds)
    page = world.signed_in(role).get()
    assert page.actions == offers
    assert len(page.decisions) == decisions


def test_a_link_never_waits_for_a_claim(world):
    claimed(world)
    page = world.get()
    assert page.decisions == ["allow", "stop", "escalate"]
    assert "Bea works on this" in page.text


def test_what_has_ended_is_claimed_by_nobody(world):
    claimed(world, status="decided", decision="allow")
    assert "works on this" not in world.signed_in("lead").get().text


def test_the_lease_is_there_to_be_counted_down(world):
    claimed(world)
    until = world.second + 90
    assert f'<p id="lease" data-until="{until}">' in world.signed_in("lead").get().body
    mine = world.signed_in("moderator", account="bea").get()
    assert f'<p id="lease" data-until="{until}" data-mine>' in mine.body
    assert "You work on this Yours until" in mine.text


def test_every_decision_of_every_review_has_an_act_and_a_key():
    from framewarden.console.words import EITHER, KEYS, STILL, STREAM

    decisions = {*STREAM, *STILL, *EITHER}
    assert decisions == KEYS.keys()
    assert all(roles.needed(decision) for decision in decisions)
    assert len(set(KEYS.values())) == len(KEYS)
