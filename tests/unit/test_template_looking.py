"""Hold the roles of template.yaml to this: whoever reads a task token can answer nothing."""

from fnmatch import fnmatch
from typing import Any

import pytest

from tests.unit.template_reading import (
    ACCOUNT,
    FUNCTION,
    MACHINE,
    MANAGED,
    REGION,
    Template,
    physical,
)

TEMPLATE = Template()
ROLES = [*TEMPLATE.of_type(FUNCTION), *TEMPLATE.of_type(MACHINE)]
HISTORY = "states:GetExecutionHistory"
ANSWERS = {f"states:SendTask{what}" for what in ("Success", "Failure", "Heartbeat")}
LOOKING = {"ExecutionPageFunction", "HealthPageFunction"}
# What somebody reads with; none of it leaves anything behind.
READING = {
    *("states:ListExecutions", "states:DescribeExecution", HISTORY),
    *("states:DescribeStateMachine", "states:DescribeStateMachineForExecution"),
    *(f"dynamodb:{what}" for what in ("GetItem", "BatchGetItem", "Query", "Scan")),
    *("s3:GetObject", "s3:ListBucket"),
    *("appconfig:ListHostedConfigurationVersions", "appconfig:GetHostedConfigurationVersion"),
    # A session of AppConfig Data is how its configuration is read; nothing of it stays.
    *("appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"),
    *("ivs:ListStreams", "ivs:BatchGetChannel", "ivs:GetStream", "ivs:GetRecordingConfiguration"),
    *("medialive:ListChannels", "medialive:DescribeChannel"),
    *("sqs:GetQueueAttributes", "secretsmanager:GetSecretValue"),
}
EXECUTIONS = f"arn:aws:states:{REGION}:{ACCOUNT}:execution"


def may(name: str, action: str, statements: list[Any] | None = None) -> bool:
    """Tell whether a role may do something, as IAM reads its wildcards."""
    own = TEMPLATE.statements(name) if statements is None else statements
    patterns = [pattern for one in own for pattern in one["Action"]]
    return any(fnmatch(action.lower(), pattern.lower()) for pattern in patterns)


@pytest.mark.parametrize("name", ROLES)
def test_who_reads_histories_answers_nothing(name: str) -> None:
    """A history holds the tokens of those who wait."""
    reads, answers = may(name, HISTORY), any(may(name, action) for action in ANSWERS)
    assert not (reads and answers)


def test_this_finds_both_where_they_are() -> None:
    assert [name for name in ROLES if may(name, HISTORY)] == ["ExecutionPageFunction"]
    answering = {name for name in ROLES if any(may(name, action) for action in ANSWERS)}
    assert answering == {"ReviewPageFunction", "SweepFunction"}


@pytest.mark.parametrize("pattern", ["*", "states:*", "states:Get*", "States:getexecution*"])
def test_a_wildcard_gives_what_it_covers(pattern: str) -> None:
    assert may("any", HISTORY, [{"Action": [pattern]}])


@pytest.mark.parametrize("name", ROLES)
def test_no_role_has_more_than_the_statements_that_are_looked_at(name: str) -> None:
    """A managed policy or a role of somebody else's would go past every test here."""
    properties = TEMPLATE.resources[name]["Properties"]
    ours = [physical(policy) for policy in TEMPLATE.of_type(MANAGED)]
    assert "Role" not in properties
    for policy in properties.get("Policies", ()):
        assert policy in ours or set(policy) == {"Statement"}
    assert not [
        one for one in TEMPLATE.statements(name) if {"NotAction", "NotResource"} & one.keys()
    ]


@pytest.mark.parametrize("function", sorted(LOOKING))
def test_pages_that_look_can_only_read(function: str) -> None:
    allowed = {action for one in TEMPLATE.statements(function) for action in one["Action"]}
    assert allowed <= READING
    assert allowed


def test_no_other_function_lists_executions_or_reads_one() -> None:
    looking = {
        name
        for name in ROLES
        for action in ("states:ListExecutions", "states:DescribeExecution", HISTORY)
        if may(name, action)
    }
    # A Distributed Map follows its children, which are executions of its own machine.
    assert looking <= LOOKING | {"BatchStateMachine"}


def test_the_machine_of_batches_runs_itself_and_no_other() -> None:
    own = [one for one in TEMPLATE.statements("BatchStateMachine") if one["Sid"].endswith("TheMap")]
    actions = {action for one in own for action in one["Action"]}
    assert actions == {
        *("states:StartExecution", "states:DescribeExecution", "states:StopExecution"),
    }
    for one in own:
        [arn] = one["Resource"]
        assert arn.endswith(":*BatchStateMachine-*")
        assert arn.startswith(f"arn:aws:states:{REGION}:{ACCOUNT}:")


def test_executions_of_our_machines_are_read_and_of_no_other() -> None:
    machines = {TEMPLATE.resolve({"Ref": name}) for name in TEMPLATE.of_type(MACHINE)}
    executions = {f"{EXECUTIONS}:{physical(name)}.Name:*" for name in TEMPLATE.of_type(MACHINE)}
    for one in TEMPLATE.statements("ExecutionPageFunction"):
        if one["Action"][0].startswith("states:"):
            assert set(one["Resource"]) in (machines, executions)


def test_the_story_of_a_frame_is_read_and_its_picture_is_not() -> None:
    [stories] = [
        one
        for one in TEMPLATE.statements("ExecutionPageFunction")
        if "s3:GetObject" in one["Action"]
    ]
    assert stories["Resource"] == [f"arn:aws:s3:::{physical('EvidenceBucket')}/*.json"]
