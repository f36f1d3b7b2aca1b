from datetime import UTC, datetime

import pytest

from framewarden.console.authority import Authority, Visitor
from framewarden.console.problems import Problem, RefusedError
from framewarden.domain import links, roles
from framewarden.domain.cases import DESK, LINK

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
KEY = "k" * 32


def somebody(*names):
    return Authority(DESK, roles.acts_of(names), KEY, "ana", "Ana", names)


def holder(may):
    return Authority(LINK, roles.LINKS[may], KEY)


@pytest.mark.parametrize(
    ("who", "act", "problem"),
    [
        (somebody("moderator"), roles.STOP, None),
        (somebody("moderator"), roles.REINSTATE, Problem.LEAD_ONLY),
        (somebody("moderator"), roles.LEAD, Problem.LEAD_ONLY),
        (somebody("engineer", "auditor"), roles.STOP, Problem.ROLE_MAY_NOT),
        (somebody("engineer"), roles.REVEAL, Problem.ROLE_MAY_NOT),
        (somebody("auditor"), roles.REVEAL, None),
        (somebody("lead"), roles.REINSTATE, None),
        (holder("stop"), roles.STOP, None),
        (holder("allow"), roles.STOP, Problem.LINK_MAY_NOT),
        (holder("stop"), roles.REINSTATE, Problem.LINK_MAY_NOT),
        (holder("stop"), roles.NOTE, Problem.LINK_MAY_NOT),
        (somebody("engineer"), roles.INSPECT, None),
        (somebody("moderator", "auditor"), roles.INSPECT, None),
        (somebody("moderator"), roles.INSPECT, Problem.INSPECT_ONLY),
        (somebody("lead"), roles.INSPECT, Problem.INSPECT_ONLY),
        (holder("stop"), roles.INSPECT, Problem.LINK_MAY_NOT),
    ],
)
def test_who_may_not_do_something_is_told_who_may(who, act, problem):
    assert who.may(act) == (problem is None)
    if problem is None:
        who.require(act)
        return
    with pytest.raises(RefusedError) as refused:
        who.require(act)
    assert refused.value.problem is problem


def test_a_form_is_bound_to_its_page_and_to_whose_page_it_was():
    assert somebody("lead").subject("r1") == "r1|ana"
    assert holder("stop").subject("r1") == "r1|link"


def test_the_head_of_a_page_names_an_account_and_no_links_holder():
    visitor = somebody("moderator", "lead").visitor(NOW)
    assert visitor == Visitor("Ana", "moderator, lead", visitor.nonce)
    links.verify_nonce([KEY], "sign-out|ana", visitor.nonce, NOW)
    assert holder("stop").visitor(NOW) is None


@pytest.mark.parametrize(
    ("names", "inspects"),
    [
        (("engineer",), True),
        (("lead", "auditor"), True),
        (("moderator",), False),
        (("lead",), False),
        ((), False),
    ],
)
def test_the_head_of_a_page_leads_those_to_executions_who_may_see_them(names, inspects):
    assert somebody(*names).visitor(NOW).inspects is inspects
