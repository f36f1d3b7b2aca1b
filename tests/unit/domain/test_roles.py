import pytest

from framewarden.domain.roles import (
    ALLOW,
    CLAIM,
    INSPECT,
    LEAD,
    LINKS,
    LOOK,
    NOTE,
    REINSTATE,
    REVEAL,
    ROLES,
    STOP,
    acts_of,
    needed,
)


def test_every_role_looks_and_two_of_them_decide():
    assert all(LOOK in acts for acts in ROLES.values())
    assert {role for role, acts in ROLES.items() if STOP in acts} == {"moderator", "lead"}
    assert {role for role, acts in ROLES.items() if REINSTATE in acts} == {"lead"}
    assert {role for role, acts in ROLES.items() if INSPECT in acts} == {"engineer", "auditor"}
    assert ROLES["auditor"] == {LOOK, REVEAL, INSPECT}
    assert ROLES["engineer"] == {LOOK, INSPECT}


def test_who_has_several_roles_may_do_what_any_of_them_may():
    assert acts_of(("engineer", "auditor")) == {LOOK, REVEAL, INSPECT}
    assert acts_of(("moderator", "lead")) == ROLES["lead"]


@pytest.mark.parametrize("roles", [(), ("admin",), ("Lead",), ("",)])
def test_a_group_that_is_no_role_of_ours_lets_nobody_do_anything(roles):
    assert acts_of(roles) == frozenset()


def test_a_link_never_reinstates_claims_inspects_or_writes_notes():
    for acts in LINKS.values():
        assert LOOK in acts
        assert not acts & {REINSTATE, LEAD, CLAIM, NOTE, INSPECT}
    assert LINKS["view"] < LINKS["allow"] < LINKS["stop"]
    assert STOP not in LINKS["allow"]


@pytest.mark.parametrize(
    ("decision", "act", "escalated"),
    [
        ("allow", ALLOW, LEAD),
        ("uphold", ALLOW, LEAD),
        ("escalate", ALLOW, LEAD),
        ("stop", STOP, STOP),
        ("block", STOP, STOP),
        ("ban", STOP, STOP),
        ("reinstate", REINSTATE, REINSTATE),
    ],
)
def test_an_escalation_takes_only_the_milder_decisions_out_of_a_moderators_hands(
    decision, act, escalated
):
    assert needed(decision) == act
    assert needed(decision, escalated=True) == escalated
