"""Hold the machine and the code to what they know of each other: names, errors, slots, times."""

import inspect
import json
import re
from functools import cache
from importlib import import_module

import pytest
from statelint.linter import Linter

from framewarden.aws.clients import STORE_FAILURES
from framewarden.domain import errors
from framewarden.domain.policy_document import WEEK
from tests.unit.scenes import EVENTS, ROOT, another, event, state
from tests.unit.stage import play
from tests.unit.template_modules import uses
from tests.unit.template_operations import reachable
from tests.unit.template_reading import Template

PATH = ROOT / "statemachines" / "moderate.asl.json"
MACHINE = json.loads(PATH.read_text())
STATES = MACHINE["States"]
TASKS = {name: body for name, body in STATES.items() if body["Type"] == "Task"}
CHOICES = {name: body for name, body in STATES.items() if body["Type"] == "Choice"}
INVOKE = "arn:${Partition}:states:::lambda:invoke"
WAIT = f"{INVOKE}.waitForTaskToken"
TEMPLATE = Template()
# What Step Functions and Lambda say themselves (Step Functions developer guide, "Error names").
PLATFORM = {
    *("Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"),
    *("Lambda.TooManyRequestsException", "Lambda.Unknown", "Runtime.ExitError"),
    *("Sandbox.Timedout", "States.Timeout"),
}


def folder_of(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def retried(task):
    return {error for retry in task["Retry"] for error in retry["ErrorEquals"]}


def leaves(kind):
    found = inspect.getmembers(errors, inspect.isclass)
    return {name for name, one in found if one.__bases__ == (kind,)}


TRANSIENT, PERMANENT = leaves(errors.TransientError), leaves(errors.PermanentError)


def scenarios_of(folder):
    return sorted(f"{folder}/{path.stem}" for path in (EVENTS / folder).glob("*.json"))


def followers(body):
    for edge in (body, *body.get("Choices", ()), *body.get("Catch", ())):
        for name in ("Next", "Default"):
            if name in edge:
                yield edge[name]


def reached_from(start):
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += followers(STATES[name])
    return seen


class TestShape:
    def test_the_linter_finds_nothing(self):
        assert Linter.validate(str(PATH)) == []

    @pytest.mark.parametrize("name", STATES)
    def test_a_state_says_what_it_is_for(self, name):
        assert STATES[name]["Comment"].strip().endswith(".")
        assert len(name) <= 80

    def test_every_state_is_reached_and_leads_to_the_one_end(self):
        assert reached_from(MACHINE["StartAt"]) == set(STATES)
        for name in STATES:
            assert "Archive" in reached_from(name)
        ends = [name for name, body in STATES.items() if body.get("End")]
        assert ends == ["Archive"]
        assert not {body["Type"] for body in STATES.values()} & {"Succeed", "Fail"}

    def test_nothing_is_named_by_its_arn(self):
        assert {body["Resource"] for body in TASKS.values()} == {INVOKE, WAIT}
        rest = PATH.read_text().replace(f'"{WAIT}"', "").replace(f'"{INVOKE}"', "")
        assert "arn:" not in rest
        assert not re.search(r"\d{12}", rest)

    def test_only_people_are_waited_for(self):
        assert [name for name, body in TASKS.items() if body["Resource"] == WAIT] == [
            "RequestReview"
        ]

    def test_an_execution_lives_a_day_longer_than_its_longest_ladder(self):
        assert MACHINE["TimeoutSeconds"] == WEEK + 86_400

    def test_results_go_into_named_slots_and_side_effects_nowhere(self):
        slots = {name: body["ResultPath"] for name, body in TASKS.items()}
        assert slots == {
            "Analyze": "$.analysis",
            "Classify": "$.verdict",
            "StopStream": "$.stop",
            "StopFailed": None,
            "OpenReview": "$.review",
            "RequestReview": "$.decision",
            "CloseReview": "$.decision",
            "Reinstate": "$.reinstated",
            "HoldUnscreened": "$.unscreened",
            "Archive": "$.archive",
        }

    def test_the_task_token_reaches_one_state_and_no_slot(self):
        text = PATH.read_text()
        assert text.count("$$.Task.Token") == 1
        payload = STATES["RequestReview"]["Parameters"]["Payload"]
        assert payload["task_token.$"] == "$$.Task.Token"
        assert set(payload["state"]) == {"frame.$", "review.$"}


class TestTimes:
    @pytest.mark.parametrize("name", TASKS)
    def test_a_task_has_a_timeout_longer_than_its_function(self, name):
        task = TASKS[name]
        if task["Resource"] == WAIT:
            assert task["TimeoutSecondsPath"] == "$.review.timeout_seconds"
            return
        general = TEMPLATE.source["Globals"]["Function"]["Timeout"]
        own = TEMPLATE.functions[f"{name}Function"].get("Timeout", general)
        assert own < task["TimeoutSeconds"] <= 60

    @pytest.mark.parametrize("name", TASKS)
    def test_a_task_is_retried_with_full_jitter_and_a_limit(self, name):
        for retry in TASKS[name]["Retry"]:
            assert retry["JitterStrategy"] == "FULL"
            assert retry["IntervalSeconds"] <= retry["MaxDelaySeconds"] <= 60
            assert 1 <= retry["MaxAttempts"] <= 30
            assert retry["BackoffRate"] > 1

    def test_a_throttled_analysis_is_tried_for_about_45_seconds(self):
        retry = TASKS["Analyze"]["Retry"][0]
        delays = [
            min(retry["IntervalSeconds"] * retry["BackoffRate"] ** n, retry["MaxDelaySeconds"])
            for n in range(retry["MaxAttempts"])
        ]
        assert 40 <= sum(delays) <= 60

    def test_a_wait_for_people_is_never_retried_because_its_time_is_up(self):
        wait = TASKS["RequestReview"]
        assert "States.Timeout" not in retried(wait)
        [late] = [each for each in wait["Catch"] if each["ErrorEquals"] == ["States.Timeout"]]
        assert late["Next"] == "CloseReview"


class TestErrors:
    @pytest.mark.parametrize("name", TASKS)
    def test_errors_are_retried_by_names_that_exist(self, name):
        assert retried(TASKS[name]) <= TRANSIENT | PLATFORM

    def test_every_transient_leaf_is_retried_somewhere(self):
        assert set().union(*map(retried, TASKS.values())) >= TRANSIENT

    def test_no_permanent_leaf_is_retried_anywhere(self):
        assert not set().union(*map(retried, TASKS.values())) & PERMANENT

    @pytest.mark.parametrize("name", TASKS)
    def test_a_step_is_retried_for_every_transient_leaf_that_it_can_raise(self, name):
        raised = leaves_of(folder_of(name)) & TRANSIENT
        assert raised <= retried(TASKS[name])

    def test_what_a_step_can_raise_is_really_found(self):
        assert leaves_of("analyze") >= {"AnalyzerThrottledError", "ImageInvalidError"}
        assert leaves_of("classify") >= {"StoreThrottledError", "PolicyInvalidError"}
        assert leaves_of("stop_stream") >= {"StreamStillLiveError", "ChannelBusyError"}
        assert leaves_of("archive") >= {"StoreThrottledError", "StoreConflictError"}

    @pytest.mark.parametrize("name", TASKS)
    def test_whatever_is_caught_goes_where_nothing_is_lost(self, name):
        caught = {
            error: each["Next"]
            for each in TASKS[name].get("Catch", ())
            for error in each["ErrorEquals"]
        }
        assert set(caught) <= {"States.ALL", "States.Timeout"}
        expected = {"StopStream": "StopFailed", "StopFailed": "OpenReview"}
        uncaught = {"HoldUnscreened", "Archive"}  # their deaths are settled from outside
        if name in uncaught:
            assert caught == {}
        else:
            assert caught["States.ALL"] == expected.get(name, "HoldUnscreened")


@cache
def leaves_of(folder):
    """Return the names of ours that a step's code, and the gateways it uses, can raise."""
    found = set()
    for module, body in reachable(f"{folder}.app"):
        names = uses(module, body).names if body else frozenset()  # "": tables, not code
        found |= names & (TRANSIENT | PERMANENT)
        if "STORE_FAILURES" in names:
            found |= {leaf.__name__ for leaf in STORE_FAILURES.values()}
        if "FAILURES" in names:
            codes = import_module(module).FAILURES
            found |= {leaf.__name__ for leaf in codes.values()}
    return found


class TestNames:
    """A state is a folder is a resource is a substitution is a folder of events."""

    @pytest.mark.parametrize("name", TASKS)
    def test_a_task_is_named_alike_everywhere(self, name):
        folder = folder_of(name)
        assert TASKS[name]["Parameters"]["FunctionName"] == f"${{{name}FunctionArn}}"
        assert callable(import_module(f"{folder}.app").lambda_handler)
        assert scenarios_of(folder)
        function = TEMPLATE.functions[f"{name}Function"]
        assert function["Handler"] == f"{folder}.app.lambda_handler"

    def test_every_folder_of_events_is_a_function(self):
        folders = {path.name for path in EVENTS.iterdir()}
        assert folders <= {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
        assert {folder_of(name) for name in TASKS} <= folders

    @pytest.mark.parametrize("name", TASKS)
    def test_a_task_sends_the_envelope_that_the_scenarios_have(self, name):
        payload = TASKS[name]["Parameters"]["Payload"]
        sent = {key.removesuffix(".$") for key in payload}
        for scenario in scenarios_of(folder_of(name)):
            document = event(scenario)
            assert set(document) == sent
            if isinstance(payload.get("state"), dict):
                slots = {key.removesuffix(".$") for key in payload["state"]}
                assert set(document["state"]) == slots


def selected(name):
    """Return the fields that a task keeps of its handler's answer, and the answer's own names."""
    selector = TASKS[name]["ResultSelector"]
    return {
        key.removesuffix(".$"): path.removeprefix("$.Payload.") for key, path in selector.items()
    }


SELECTED = [
    (name, scenario)
    for name, task in TASKS.items()
    if "ResultSelector" in task
    for scenario in scenarios_of(folder_of(name))
]


@pytest.mark.parametrize(("name", "scenario"), SELECTED)
def test_a_slot_holds_exactly_what_the_handler_answers(aws, context, name, scenario):
    fields = selected(name)
    assert list(fields) == list(fields.values())
    assert set(play(aws, scenario, context)) == set(fields)


def test_a_persons_answer_has_the_fields_of_the_deadlines_answer():
    from framewarden import deciding

    row = {"decision": "allow", "status": "decided"}
    assert set(deciding.answer(row)) == set(selected("CloseReview"))


def pick(name, document):
    """Return where a Choice leads, as Step Functions evaluates it."""
    for rule in CHOICES[name]["Choices"]:
        if holds(rule, document):
            return rule["Next"]
    return CHOICES[name]["Default"]


def holds(rule, document):
    if "And" in rule:
        return all(holds(part, document) for part in rule["And"])
    if "Or" in rule:
        return any(holds(part, document) for part in rule["Or"])
    value, there = document, True
    for part in rule["Variable"].removeprefix("$.").split("."):
        there = there and isinstance(value, dict) and part in value
        value = value[part] if there else None
    if "IsPresent" in rule:
        return there is rule["IsPresent"]
    assert there, f"{rule['Variable']} is not there: States.Runtime, which nothing catches"
    [test] = {"StringEquals", "BooleanEquals"} & set(rule)
    return type(value) is type(rule[test]) and value == rule[test]


class TestRoutes:
    @pytest.mark.parametrize(
        ("document", "following"),
        [({"frame": {}}, "Analyze"), ({"frame": {}, "analysis": {}}, "Classify")],
    )
    def test_a_batch_brings_its_analysis(self, document, following):
        assert pick("IsAnalyzed?", document) == following

    @pytest.mark.parametrize(
        ("severity", "may_stop", "following"),
        [
            ("none", False, "Archive"),
            ("low", False, "Archive"),
            ("medium", False, "OpenReview"),
            ("high", False, "OpenReview"),
            ("critical", False, "OpenReview"),
            ("critical", True, "StopStream"),
            ("high", True, "OpenReview"),
            ("apocalyptic", True, "OpenReview"),
            (None, False, "OpenReview"),
        ],
    )
    def test_severity_decides_and_an_unknown_one_goes_to_people(
        self, severity, may_stop, following
    ):
        verdict = {"severity": severity, "may_stop": may_stop}
        assert pick("RouteBySeverity", {"verdict": verdict}) == following

    @pytest.mark.parametrize(
        ("status", "confirm", "following"),
        [
            ("stopped", False, "Archive"),
            ("stopped", True, "OpenReview"),
            ("already_offline", False, "Archive"),
            ("not_current_session", False, "OpenReview"),
        ],
    )
    def test_a_stop_that_hit_nobody_or_is_to_be_confirmed_goes_to_people(
        self, status, confirm, following
    ):
        assert pick("ConfirmStop?", {"stop": {"status": status, "confirm": confirm}}) == following

    @pytest.mark.parametrize(("opener", "following"), [(True, "RequestReview"), (False, "Archive")])
    def test_only_an_opener_waits(self, opener, following):
        assert pick("IsOpener?", {"review": {"opener": opener}}) == following

    @pytest.mark.parametrize(
        ("decision", "following"),
        [
            ("allow", "Archive"),
            ("block", "Archive"),
            ("uphold", "Archive"),
            ("stop", "StopStream"),
            ("escalate", "Escalate"),
            ("reinstate", "Reinstate"),
            (None, "HoldUnscreened"),
            ("shrug", "HoldUnscreened"),
        ],
    )
    def test_every_decision_has_its_way_and_no_other_clears(self, decision, following):
        assert pick("RouteByDecision", {"decision": {"decision": decision}}) == following

    @pytest.mark.parametrize(
        ("on_error", "following"),
        [("hold", "Archive"), ("review", "OpenReview"), ("stop", "StopStream"), ("?", "Archive")],
    )
    def test_what_could_not_be_judged_goes_where_the_policy_says(self, on_error, following):
        assert pick("RouteByOnError", {"unscreened": {"on_error": on_error}}) == following

    def test_every_decision_that_can_be_offered_or_is_a_default_has_a_way(self):
        from framewarden.domain.cases import offered

        rows = (
            {"asks": asks, "channel_arn": arn, "rung": 0, "ladder": [1, 2]}
            for asks in ("decide", "confirm")
            for arn in ("arn", None)
        )
        words = {word for row in rows for word in offered(row)} | {"allow", "stop", "block"}
        for word in words:
            assert pick("RouteByDecision", {"decision": {"decision": word}}) != "HoldUnscreened"


def test_the_largest_state_document_is_far_below_what_a_state_may_hold():
    """256 KiB (service quotas): a 1,024-byte key, every label there is, and four stack traces."""
    taxonomy = json.loads((ROOT / "functions/framewarden/domain/taxonomy.json").read_text())
    count = len(re.findall(r'"[A-Z][^"]+"', json.dumps(taxonomy)))
    label = {"Name": "x" * 50, "ParentName": "y" * 50, "TaxonomyLevel": 3, "Confidence": 99.1234}
    found = {"name": "x" * 50, "parent": "y" * 50, "level": 3, "confidence": 99.1234}
    match = {"rule": "r" * 128, "label": "x" * 50, "confidence": 99.1, "threshold": 97.0}
    document = another(state("archive/reviewed"), 42, key="ivs/" + "é" * 510)
    document["analysis"] = document["analysis"] | {"labels": [label] * count}
    names = {"labels": [found] * count, "matched": [match] * count}
    document["verdict"] = document["verdict"] | names | {"unknown_labels": ["x" * 50] * count}
    trace = {"Error": "StreamUnavailableError", "Cause": "x" * 16_384}
    document |= {"error": trace, "stop_error": trace, "timeout": trace}
    document |= {"unscreened": state("open_review/unscreened")["unscreened"]}
    document |= {"stop": state("archive/stopped")["stop"], "reinstated": {}, "archive": {}}
    assert count >= 52
    assert len(json.dumps(document).encode()) < 262_144 / 2
