"""A definition is read as a graph, and nothing is invented."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.machines import CATCH, CHOICE, NEXT, Arrow, definition_of, read
from tests.unit.scenes import ROOT

DEFINITIONS = {
    name: json.loads((ROOT / "statemachines" / f"{name}.asl.json").read_text())
    for name in ("moderate", "order")
}
MODERATE = read(DEFINITIONS["moderate"])


def arrows(machine, source):
    found = [one for one in machine.arrows if one.source == source]
    return {arrow.target: (arrow.why, arrow.words) for arrow in found}


def only(**state):
    return read({"StartAt": "A", "States": {"A": state}})


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_state_of_a_machine_of_ours_is_there_and_can_be_reached(name):
    definition, machine = DEFINITIONS[name], read(DEFINITIONS[name])
    assert machine.start == definition["StartAt"]
    assert [state.name for state in machine.states] == list(definition["States"])
    assert all(state.comment for state in machine.states)
    reached = {machine.start} | {arrow.target for arrow in machine.arrows}
    assert reached == set(definition["States"])
    for state in machine.states:
        assert state.ends is (not arrows(machine, state.name))
        assert state.kind == definition["States"][state.name]["Type"]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_no_way_is_drawn_twice(name):
    ways = [(arrow.source, arrow.target) for arrow in read(DEFINITIONS[name]).arrows]
    assert len(ways) == len(set(ways))


def test_only_the_wait_for_a_person_waits():
    assert [state.name for state in MODERATE.states if state.waits] == ["RequestReview"]
    assert [state.name for state in MODERATE.states if state.ends] == ["Archive"]
    ends = [state.name for state in read(DEFINITIONS["order"]).states if state.ends]
    assert ends == ["Carried", "Failed"]


def test_a_choice_says_what_it_asks():
    assert arrows(MODERATE, "RouteBySeverity") == {
        "StopStream": (CHOICE, ("critical and may stop",)),
        "Archive": (CHOICE, ("none, low",)),
        "OpenReview": (CHOICE, ("otherwise",)),
    }
    assert arrows(MODERATE, "ConfirmStop?") == {
        "OpenReview": (CHOICE, ("breaker_open", "not_current_session", "confirm")),
        "Archive": (CHOICE, ("otherwise",)),
    }
    assert arrows(MODERATE, "IsAnalyzed?")["Classify"] == (CHOICE, ("analysis",))


def test_a_failure_says_which_one_leads_on():
    assert arrows(MODERATE, "Analyze") == {
        "Classify": (NEXT, ()),
        "HoldUnscreened": (CATCH, ("fails",)),
    }
    assert arrows(MODERATE, "RequestReview") == {
        "RouteByDecision": (NEXT, ()),
        "CloseReview": (CATCH, ("deadline",)),
        "HoldUnscreened": (CATCH, ("fails",)),
    }
    # It goes on whether or not it failed.
    assert arrows(MODERATE, "StopFailed") == {"OpenReview": (NEXT, ())}


def test_failures_that_lead_to_one_state_are_told_together():
    catch = [
        {"ErrorEquals": ["ImageInvalidError", "States.Timeout"], "Next": "B"},
        {"ErrorEquals": ["States.ALL"], "Next": "B"},
    ]
    machine = only(Type="Task", Catch=catch, Next="C")
    assert arrows(machine, "A") == {
        "C": (NEXT, ()),
        "B": (CATCH, ("ImageInvalidError, Timeout", "fails")),
    }


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"Variable": "$.stop.may_stop", "BooleanEquals": True}, "may stop"),
        ({"Not": {"Variable": "$.a", "StringEquals": "x"}}, "not x"),
        ({"Condition": "{% $states.input.n > 1 %}"}, "{% $states.input.n > 1 %}"),
        ({}, ""),
        (
            {"Or": [{"Variable": "$.a", "StringEquals": "x"}, {"Variable": "$.b_c"}]},
            "x, b c",
        ),
    ],
)
def test_conditions_are_put_into_words(condition, words):
    machine = only(Type="Choice", Choices=[condition | {"Next": "B"}])
    assert machine.arrows == (Arrow("A", "B", CHOICE, (words,)),)


def test_what_runs_inside_a_state_is_found_by_its_name():
    branch = {"States": {"B": {"Type": "Map", "ItemProcessor": {"States": {"C": {}}}}}}
    machine = read(
        {
            "StartAt": "A",
            "States": {
                "A": {"Type": "Parallel", "Branches": [branch, {"States": {"D": {}}}]},
                "E": {"Type": "Map", "Iterator": {"States": {"F": {}}}, "End": True},
            },
        }
    )
    both, each = machine.states
    assert both.inner == ("B", "C", "D")
    assert each.inner == ("F",)
    assert machine.state("C") == machine.state("A") == both
    assert machine.state("F") == each
    assert machine.state("nobody") is None


def test_what_a_definition_says_of_a_state_is_found_however_deep_it_is():
    deep = {"Type": "Pass", "End": True}
    definition = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Task", "TimeoutSeconds": 20},
            "B": {"Type": "Parallel", "Branches": [{"States": {}}, {"States": {"C": deep}}]},
            "D": {"Type": "Map", "ItemProcessor": {"States": {"E": deep | {"Comment": "e"}}}},
        },
    }
    assert definition_of(definition, "A") == {"Type": "Task", "TimeoutSeconds": 20}
    assert definition_of(definition, "C") == deep
    assert definition_of(definition, "E") == deep | {"Comment": "e"}
    assert definition_of(definition, "F") is None
    assert definition_of({}, "A") is None


def test_a_definition_of_nothing_is_an_empty_graph():
    for empty in ({}, {"States": None}, {"States": {}}):
        machine = read(empty)
        assert (machine.start, machine.states, machine.arrows) == ("", (), ())
    bare = only()
    assert (bare.states[0].kind, bare.states[0].comment, bare.states[0].ends) == ("", "", False)


NAMES = st.sampled_from(("A", "B", "C", "<b>", "ü"))
CONDITION = st.recursive(
    st.fixed_dictionaries({"Variable": st.text(max_size=5)})
    | st.fixed_dictionaries({"Variable": st.just("$.a"), "StringEquals": st.text(max_size=3)})
    | st.fixed_dictionaries({"Condition": st.text(max_size=3)}),
    lambda inner: (
        st.fixed_dictionaries({"And": st.lists(inner, min_size=1, max_size=2)})
        | st.fixed_dictionaries({"Or": st.lists(inner, min_size=1, max_size=2)})
        | st.fixed_dictionaries({"Not": inner})
    ),
    max_leaves=3,
)
STATE = st.fixed_dictionaries(
    {"Type": st.sampled_from(("Task", "Choice", "Pass", "Succeed", "Fail", "Map"))},
    optional={
        "Next": NAMES,
        "End": st.booleans(),
        "Default": NAMES,
        "Resource": st.text(max_size=8)
        | st.just("arn:aws:states:::lambda:invoke.waitForTaskToken"),
        "Choices": st.lists(
            st.tuples(CONDITION, NAMES).map(lambda pair: pair[0] | {"Next": pair[1]}), max_size=3
        ),
        "Catch": st.lists(
            st.fixed_dictionaries(
                {"ErrorEquals": st.lists(st.text(max_size=5), max_size=2), "Next": NAMES}
            ),
            max_size=3,
        ),
    },
)


@given(st.dictionaries(NAMES, STATE))
def test_every_way_is_drawn_once_and_none_is_invented(states):
    machine = read({"StartAt": "A", "States": states})
    ways = [(arrow.source, arrow.target) for arrow in machine.arrows]
    assert len(ways) == len(set(ways))
    meant = {
        (name, target)
        for name, state in states.items()
        for target in (
            *(state[end] for end in ("Next", "Default") if end in state),
            *(one["Next"] for one in (*state.get("Choices", ()), *state.get("Catch", ()))),
        )
    }
    assert set(ways) == meant
