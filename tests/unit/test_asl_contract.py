"""Hold the machines and the code to what they know of each other: names, errors, slots, times."""

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

PATHS = {
    path.name.removesuffix(".asl.json"): path
    for path in sorted((ROOT / "statemachines").glob("*.asl.json"))
}
MACHINES = {machine: json.loads(path.read_text()) for machine, path in PATHS.items()}


def scopes(document):
    """Return a machine, and what its Maps run for an item: names are unique among all of them."""
    yield document
    for body in document["States"].values():
        if "ItemProcessor" in body:
            yield from scopes(body["ItemProcessor"])


STATES = {
    (machine, name): body
    for machine, document in MACHINES.items()
    for scope in scopes(document)
    for name, body in scope["States"].items()
}
TASKS = {state: body for state, body in STATES.items() if body["Type"] == "Task"}
# A step does the same in both machines, so what is true of its handler is tested once.
STEPS = {name: body for (_, name), body in TASKS.items()}
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


def reached_from(machine, start):
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += followers(STATES[machine, name])
    return seen


def ends(machine):
    return ends_of(MACHINES[machine])


def ends_of(scope):
    return {
        name: body["Type"]
        for name, body in scope["States"].items()
        if body.get("End") or body["Type"] in ("Succeed", "Fail")
    }


class TestShape:
    def test_there_are_four_machines(self):
        assert set(MACHINES) == {"moderate", "order", "batch", "adapter"}

    @pytest.mark.parametrize("machine", MACHINES)
    def test_no_two_states_of_a_machine_have_one_name(self, machine):
        names = [name for scope in scopes(MACHINES[machine]) for name in scope["States"]]
        assert len(names) == len(set(names))

    @pytest.mark.parametrize("machine", MACHINES)
    def test_the_linter_finds_nothing(self, machine):
        assert Linter.validate(str(PATHS[machine])) == []

    @pytest.mark.parametrize("state", STATES, ids=".".join)
    def test_a_state_says_what_it_is_for(self, state):
        assert STATES[state]["Comment"].strip().endswith(".")
        assert len(state[1]) <= 80

    @pytest.mark.parametrize("machine", MACHINES)
    def test_every_state_is_reached_and_leads_to_an_end(self, machine):
        for scope in scopes(MACHINES[machine]):
            assert reached_from(machine, scope["StartAt"]) == set(scope["States"])
            for name in scope["States"]:
                assert reached_from(machine, name) & set(ends_of(scope))

    def test_a_frame_has_one_end_and_the_others_two(self):
        assert ends("moderate") == {"Archive": "Task"}
        for name in MACHINES["moderate"]["States"]:
            assert "Archive" in reached_from("moderate", name)
        assert ends("order") == {"Carried": "Succeed", "Failed": "Fail"}
        assert ends("batch") == {"BatchEnded": "Succeed", "BatchFailed": "Fail"}
        assert ends("adapter") == {"AdapterEnded": "Succeed", "AdapterFailed": "Fail"}

    @pytest.mark.parametrize(
        ("status", "end"),
        [
            *(("passed", "AdapterEnded"), ("refused", "AdapterEnded")),
            *(("not_ready", "AdapterEnded"), ("failed", "AdapterFailed")),
            ("late", "AdapterFailed"),
        ],
    )
    def test_a_gate_that_refuses_is_an_answer_and_a_training_that_fails_is_not(self, status, end):
        assert pick("RouteByStatus", {"finished": {"status": status}}, "adapter") == end

    def test_a_training_is_asked_about_until_it_ends(self):
        found = {"training": {"status": "running"}}
        assert pick("IsTrained?", found, "adapter") == "WaitForTraining"
        for status in ("trained", "failed", "late"):
            assert pick("IsTrained?", {"training": {"status": status}}, "adapter") == (
                "FinishAdapter"
            )
        assert pick("RouteByExamples", {"collected": {"next": "train"}}, "adapter") == (
            "FollowTraining"
        )
        assert pick("RouteByExamples", {"collected": {"next": "end"}}, "adapter") == "FinishAdapter"

    def test_a_batch_that_fails_says_how_to_go_on(self):
        assert "batch resume" in STATES["batch", "BatchFailed"]["Cause"]

    def test_a_range_leaves_nothing_in_the_state(self):
        """The outputs of 2,000 ranges are one state's result, which may have 256 KiB."""
        for scope in list(scopes(MACHINES["batch"]))[1:]:
            assert set(ends_of(scope).values()) <= {"Pass", "Fail"}
            assert [body["Result"] for body in scope["States"].values() if body.get("End")] == [{}]
        assert STATES["batch", "AnalyzeBatch"]["ResultPath"] is None
        assert STATES["batch", "AnalyzeShards"]["ResultPath"] is None

    @pytest.mark.parametrize(
        ("status", "following"),
        [("done", "ShardEnded"), ("unfinished", "AnalyzeShard"), ("stopped", "ShardStopped")],
    )
    def test_a_range_of_a_batch_that_stopped_stops_the_others(self, status, following):
        """As failures they end the Map early: nobody asks thirty thousand ranges one by one."""
        assert pick("IsShardDone?", {"result": {"status": status}}, "batch") == following
        assert STATES["batch", "ShardStopped"]["Type"] == "Fail"

    def test_ranges_run_beside_each_other_up_to_a_bound_and_each_once(self):
        outer, inner = STATES["batch", "AnalyzeBatch"], STATES["batch", "AnalyzeShards"]
        assert outer["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
        assert outer["MaxConcurrency"] == 10
        assert inner["MaxConcurrency"] == 1

    def test_an_order_that_fails_says_where_to_look(self):
        failed = STATES["order", "Failed"]
        assert failed["Error"] == "OrderFailed"
        assert "channels show" in failed["Cause"]

    @pytest.mark.parametrize("machine", MACHINES)
    def test_nothing_is_named_by_its_arn(self, machine):
        found = {body["Resource"] for (of, _), body in TASKS.items() if of == machine}
        assert found == {"moderate": {INVOKE, WAIT}}.get(machine, {INVOKE})
        rest = PATHS[machine].read_text().replace(f'"{WAIT}"', "").replace(f'"{INVOKE}"', "")
        assert "arn:" not in rest
        assert not re.search(r"\d{12}", rest)

    def test_only_people_are_waited_for(self):
        assert [name for name, body in TASKS.items() if body["Resource"] == WAIT] == [
            ("moderate", "RequestReview")
        ]

    def test_an_execution_lives_a_day_longer_than_its_longest_ladder(self):
        assert MACHINES["moderate"]["TimeoutSeconds"] == WEEK + 86_400

    @pytest.mark.parametrize("name", ["StopStream", "StopFailed", "Reinstate"])
    def test_a_step_is_asked_and_retried_alike_in_both_machines(self, name):
        """Where it leads differs, and what it is called for."""
        [one, other] = (
            {key: part for key, part in STATES[machine, name].items() if key not in WAYS}
            for machine in ("moderate", "order")
        )
        assert one == other
        assert {name for machine, name in TASKS if machine == "order"} == {
            *("StopStream", "StopFailed", "Reinstate"),
        }

    def test_results_go_into_named_slots_and_side_effects_nowhere(self):
        slots = {name: body["ResultPath"] for name, body in STEPS.items()}
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
            "PlanBatch": "$.plan",
            "PlanShards": "$.item",
            "AnalyzeShard": "$.result",
            "FollowBulkJob": "$.job",
            "FinishBatch": "$.finished",
            "CollectExamples": "$.collected",
            "FollowTraining": "$.training",
            "FinishAdapter": "$.finished",
        }

    def test_the_task_token_reaches_one_state_and_no_slot(self):
        text = "".join(path.read_text() for path in PATHS.values())
        assert text.count("$$.Task.Token") == 1
        payload = STEPS["RequestReview"]["Parameters"]["Payload"]
        assert payload["task_token.$"] == "$$.Task.Token"
        assert set(payload["state"]) == {"frame.$", "review.$"}


def longest(task):
    """Return how many seconds a task may take with all its retries, each at its slowest."""
    total = task["TimeoutSeconds"]
    for retry in task["Retry"]:
        delay = retry["IntervalSeconds"]
        for _ in range(retry["MaxAttempts"]):
            total += min(delay, retry["MaxDelaySeconds"])
            delay *= retry["BackoffRate"]
    return total


class TestTimes:
    def test_an_order_has_time_for_all_its_retries(self):
        """Each try itself takes a second or two; only one that hangs takes its whole timeout."""
        tasks = [body for (machine, _), body in TASKS.items() if machine == "order"]
        assert sum(map(longest, tasks)) < MACHINES["order"]["TimeoutSeconds"]

    @pytest.mark.parametrize("state", TASKS, ids=".".join)
    def test_a_task_has_a_timeout_longer_than_its_function(self, state):
        task, (_, name) = TASKS[state], state
        if task["Resource"] == WAIT:
            assert task["TimeoutSecondsPath"] == "$.review.timeout_seconds"
            return
        general = TEMPLATE.source["Globals"]["Function"]["Timeout"]
        own = TEMPLATE.functions[f"{name}Function"].get("Timeout", general)
        # A frame is waited for; what works on thousands of lines may take its function's longest.
        most = 60 if state[0] in ("moderate", "order") else 900 + 10
        assert own < task["TimeoutSeconds"] <= most

    @pytest.mark.parametrize("state", TASKS, ids=".".join)
    def test_a_task_is_retried_with_full_jitter_and_a_limit(self, state):
        for retry in TASKS[state]["Retry"]:
            assert retry["JitterStrategy"] == "FULL"
            assert retry["IntervalSeconds"] <= retry["MaxDelaySeconds"] <= 60
            assert 1 <= retry["MaxAttempts"] <= 40
            assert retry["BackoffRate"] > 1

    def test_fifty_channels_at_five_calls_a_second_have_their_turn(self):
        """A stop makes two calls of GetStream and one of StopStream, each with its own quota."""
        [retry] = [
            retry
            for retry in STEPS["StopStream"]["Retry"]
            if "VideoServiceThrottledError" in retry["ErrorEquals"]
        ]
        delay, waited = retry["IntervalSeconds"], 0.0
        for _ in range(retry["MaxAttempts"]):
            waited += delay / 2  # full jitter waits half of it on average
            delay = min(delay * retry["BackoffRate"], retry["MaxDelaySeconds"])
        assert waited > 2 * 2 * 50 / 5
        assert retry["MaxDelaySeconds"] <= 3, "whoever waits long misses a free turn"

    def test_a_throttled_analysis_is_tried_for_about_45_seconds(self):
        retry = STEPS["Analyze"]["Retry"][0]
        delays = [
            min(retry["IntervalSeconds"] * retry["BackoffRate"] ** n, retry["MaxDelaySeconds"])
            for n in range(retry["MaxAttempts"])
        ]
        assert 40 <= sum(delays) <= 60

    def test_a_wait_for_people_is_never_retried_because_its_time_is_up(self):
        wait = STEPS["RequestReview"]
        assert "States.Timeout" not in retried(wait)
        [late] = [each for each in wait["Catch"] if each["ErrorEquals"] == ["States.Timeout"]]
        assert late["Next"] == "CloseReview"


class TestErrors:
    @pytest.mark.parametrize("state", TASKS, ids=".".join)
    def test_errors_are_retried_by_names_that_exist(self, state):
        assert retried(TASKS[state]) <= TRANSIENT | PLATFORM

    def test_every_transient_leaf_is_retried_somewhere(self):
        assert set().union(*map(retried, TASKS.values())) >= TRANSIENT

    def test_no_permanent_leaf_is_retried_anywhere(self):
        assert not set().union(*map(retried, TASKS.values())) & PERMANENT

    @pytest.mark.parametrize("name", STEPS)
    def test_a_step_is_retried_for_every_transient_leaf_that_it_can_raise(self, name):
        raised = leaves_of(folder_of(name)) & TRANSIENT
        assert raised - NEVER.get(name, set()) <= retried(STEPS[name])

    def test_what_is_said_never_to_be_raised_is_still_found(self):
        for name, never in NEVER.items():
            assert never <= leaves_of(folder_of(name))
            assert not never & retried(STEPS[name])

    def test_what_a_step_can_raise_is_really_found(self):
        assert leaves_of("analyze") >= {"AnalyzerThrottledError", "ImageInvalidError"}
        assert leaves_of("classify") >= {"StoreThrottledError", "PolicyInvalidError"}
        assert leaves_of("stop_stream") >= {"StreamStillLiveError", "ChannelBusyError"}
        assert leaves_of("archive") >= {"StoreThrottledError", "StoreConflictError"}
        assert leaves_of("reinstate") >= {"ChannelBusyError", "SlateInputMissingError"}

    @pytest.mark.parametrize("state", TASKS, ids=".".join)
    def test_whatever_is_caught_goes_where_nothing_is_lost(self, state):
        caught = {
            error: each["Next"]
            for each in TASKS[state].get("Catch", ())
            for error in each["ErrorEquals"]
        }
        assert set(caught) <= {"States.ALL", "States.Timeout"}
        expected = {
            ("moderate", "StopStream"): "StopFailed",
            ("moderate", "StopFailed"): "OpenReview",
            # Their deaths are settled from outside.
            ("moderate", "HoldUnscreened"): None,
            ("moderate", "Archive"): None,
            ("order", "StopStream"): "StopFailed",
            ("order", "Reinstate"): "StopFailed",
            ("order", "StopFailed"): "Failed",
            ("batch", "PlanBatch"): "FinishBatch",
            ("batch", "FollowBulkJob"): "FinishBatch",
            # A range that fails is counted by the Map, which is caught as a whole.
            ("batch", "PlanShards"): None,
            ("batch", "AnalyzeShard"): None,
            ("batch", "FinishBatch"): None,
            ("adapter", "CollectExamples"): "FinishAdapter",
            ("adapter", "FollowTraining"): "FinishAdapter",
            ("adapter", "FinishAdapter"): None,
        }
        assert caught.get("States.ALL") == expected.get(state, "HoldUnscreened")

    def test_ranges_that_fail_end_where_the_batch_says_so(self):
        [caught] = STATES["batch", "AnalyzeBatch"]["Catch"]
        assert caught["ErrorEquals"] == ["States.ALL"]
        assert (caught["ResultPath"], caught["Next"]) == ("$.error", "FinishBatch")

    def test_what_a_stop_failed_of_is_handed_on_in_both_machines(self):
        for machine, name in (("moderate", "StopStream"), ("order", "StopStream")):
            [caught] = STATES[machine, name]["Catch"]
            assert caught["ResultPath"] == "$.stop_error"
        [caught] = STATES["order", "Reinstate"]["Catch"]
        assert caught["ResultPath"] == "$.stop_error"

    @pytest.mark.parametrize("leaf", sorted(TRANSIENT | PERMANENT))
    def test_a_leaf_that_a_stop_can_fail_of_has_words(self, leaf):
        from framewarden.domain.failures import STOP_FAILURES

        if leaf in (leaves_of("stop_stream") | leaves_of("reinstate")) - BORNE:
            assert leaf in STOP_FAILURES


# What the reading of the code finds and a step never raises.
NEVER = {
    "Analyze": {"StoreThrottledError", "StoreConflictError"},  # the switch is not waited for
    "StopFailed": {"StopInProgressError"},  # a name that it compares with
    "RequestReview": {"VideoServiceThrottledError", "StreamUnavailableError"},  # sent again later
    "Reinstate": {"StreamUnavailableError"},  # only StopStream is answered so
}
# What a stop meets and does not fail of: a word that does not arrive, a policy that is not there.
BORNE = {"RoomNotFoundError", "MessageRefusedError", "PolicyInvalidError", "PolicyUnavailableError"}
WAYS = {"Comment", "Next", "Catch"}


@cache
def leaves_of(folder):
    """Return the names of ours that a step's code, and the gateways it uses, can raise."""
    found = set()
    for module, body in reachable(f"{folder}.app"):
        names = uses(module, body).names if body else frozenset()  # "": tables, not code
        found |= names & (TRANSIENT | PERMANENT)
        if "STORE_FAILURES" in names:
            found |= {leaf.__name__ for leaf in STORE_FAILURES.values()}
        if "FAILURES" in names and module.startswith("framewarden.aws."):
            codes = import_module(module).FAILURES
            found |= {leaf.__name__ for leaf in codes.values()}
    return found


class TestNames:
    """A state is a folder is a resource is a substitution is a folder of events."""

    @pytest.mark.parametrize("state", TASKS, ids=".".join)
    def test_a_task_is_named_alike_everywhere(self, state):
        name = state[1]
        folder = folder_of(name)
        assert TASKS[state]["Parameters"]["FunctionName"] == f"${{{name}FunctionArn}}"
        assert callable(import_module(f"{folder}.app").lambda_handler)
        assert scenarios_of(folder)
        function = TEMPLATE.functions[f"{name}Function"]
        assert function["Handler"] == f"{folder}.app.lambda_handler"

    def test_every_folder_of_events_is_a_function(self):
        folders = {path.name for path in EVENTS.iterdir()}
        assert folders <= {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
        assert {folder_of(name) for name in STEPS} <= folders

    @pytest.mark.parametrize("name", STEPS)
    def test_a_task_sends_the_envelope_that_the_scenarios_have(self, name):
        payload = STEPS[name]["Parameters"]["Payload"]
        sent = {key.removesuffix(".$") for key in payload}
        for scenario in scenarios_of(folder_of(name)):
            document = event(scenario)
            assert set(document) == sent
            if isinstance(payload.get("state"), dict):
                slots = {key.removesuffix(".$") for key in payload["state"]}
                assert set(document["state"]) == slots


def selected(name):
    """Return the fields that a task keeps of its handler's answer, and the answer's own names."""
    selector = STEPS[name]["ResultSelector"]
    return {
        key.removesuffix(".$"): path.removeprefix("$.Payload.") for key, path in selector.items()
    }


SELECTED = [
    (name, scenario)
    for name, task in STEPS.items()
    if "ResultSelector" in task
    for scenario in scenarios_of(folder_of(name))
]


@pytest.mark.parametrize(("name", "scenario"), SELECTED)
def test_a_slot_holds_exactly_what_the_handler_answers(aws, context, name, scenario):
    fields = selected(name)
    assert list(fields) == list(fields.values())
    assert set(play(aws, scenario, context)) == set(fields)


def test_a_persons_answer_has_the_fields_of_the_deadlines_answer():
    from framewarden.domain import waits

    row = {"decision": "allow", "status": "decided"}
    assert set(waits.answer(row)) == set(selected("CloseReview"))


def pick(name, document, machine="moderate"):
    """Return where a Choice leads, as Step Functions evaluates it."""
    choice = STATES[machine, name]
    for rule in choice["Choices"]:
        if holds(rule, document):
            return rule["Next"]
    return choice["Default"]


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
            ("breaker_open", False, "OpenReview"),
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

    @pytest.mark.parametrize(
        ("action", "following"),
        [
            ("stop", "StopStream"),
            ("ban", "StopStream"),
            ("restop", "StopStream"),
            ("reinstate", "Reinstate"),
        ],
    )
    def test_an_order_is_a_stop_unless_it_gives_back(self, action, following):
        assert pick("RouteByAction", {"order": {"action": action}}, "order") == following

    @pytest.mark.parametrize("name", ["StopStream", "Reinstate"])
    def test_an_order_that_was_carried_out_succeeds_whatever_came_of_it(self, name):
        assert STATES["order", name]["Next"] == "Carried"

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
