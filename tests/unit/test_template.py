"""Hold template.yaml to what the code, the state machine and people expect of it."""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from framewarden import settings
from framewarden.aws import batch_store, channels, latest, ledger
from framewarden.domain import policy_document
from tests.unit.template_reading import DAY, REGION, ROOT, STACK, Template, folder_of, physical

TEMPLATE = Template()
MACHINES = {
    f"{path.name.removesuffix('.asl.json').capitalize()}StateMachine": json.loads(path.read_text())
    for path in (ROOT / "statemachines").glob("*.asl.json")
}
MODERATE = MACHINES["ModerateStateMachine"]


def tasks(machine: str) -> dict[str, dict[str, Any]]:
    """Return the Task states of a machine."""
    return {name: state for name, state in _states(MACHINES[machine]) if state["Type"] == "Task"}


def _states(scope: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the states of a machine, and those that its Maps run for an item."""
    for name, state in scope["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from _states(state["ItemProcessor"])


TIMED = [
    (machine, name)
    for machine in MACHINES
    for name, task in tasks(machine).items()
    if "TimeoutSeconds" in task
]
# The contract with `framewarden`, which reads them by name.
OUTPUTS = {
    *("ConsoleUrl", "DeskUrl", "ApiUrl", "ConsoleUrlParameter", "NoticeTopicArn"),
    *("UserPoolId", "UserPoolClientId"),
    *("StateMachineArn", "OrderMachineArn", "BatchMachineArn", "AdapterMachineArn"),
    *("FramesBucket", "EvidenceBucket", "BatchesBucket", "BatchesTable", "StartBatchFunction"),
    *("BatchSources", "BatchQuotaShare", "RekognitionQuota"),
    *("FramesTable", "ReviewsTable", "ChannelsTable", "OutboxTable", "AdaptersTable"),
    *("IntakeFunction", "SweepFunction", "ReconcileFunction"),
    *("IntakeDeadLetterQueueUrl", "SettleDeadLetterQueueUrl"),
    *("PolicyApplication", "PolicyEnvironment", "PolicyProfile"),
}
NAMES = re.compile(r"(Bucket|Table|Function|Role|Queue|Topic|LogGroup|StateMachine|Alarm)?Name")
# AppConfig requires names and knows its resources by id; the parameter says why in the template.
NAMED = {"ConsoleUrlParameter"}


@pytest.mark.parametrize("name", TEMPLATE.source["Parameters"])
def test_parameter_says_what_it_is_and_what_it_takes(name: str) -> None:
    about = TEMPLATE.source["Parameters"][name]
    constraints = {"AllowedValues", "AllowedPattern", "MinValue", "MaxValue"}
    assert len(about["Description"]) > 40
    assert constraints & about.keys()
    groups = TEMPLATE.source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sum(name in group["Parameters"] for group in groups) == 1


def test_laptop_can_pass_its_own_python() -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert version in TEMPLATE.source["Parameters"]["Runtime"]["AllowedValues"]


def test_nothing_stops_by_itself_before_somebody_says_so() -> None:
    assert TEMPLATE.parameters["Mode"] == "observe"


def test_functions_are_the_folders_with_a_handler() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    assert {folder_of(name) for name in TEMPLATE.functions} == folders
    for name, about in TEMPLATE.functions.items():
        assert about["Handler"] == f"{folder_of(name)}.app.lambda_handler"


@pytest.mark.parametrize("function", TEMPLATE.functions)
def test_function_logs_to_its_own_group_for_a_while(function: str) -> None:
    group = function.removesuffix("Function") + "LogGroup"
    assert TEMPLATE.functions[function]["LoggingConfig"] == {"LogGroup": physical(group)}
    kept = TEMPLATE.source["Resources"][group]["Properties"]["RetentionInDays"]
    assert kept == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("function", TEMPLATE.functions)
def test_function_gets_the_variables_that_it_reads(function: str) -> None:
    reads = set(settings.BY_FUNCTION[folder_of(function)])
    assert set(TEMPLATE.environment(function)) == reads


def test_settings_name_no_other_function() -> None:
    assert {folder_of(name) for name in TEMPLATE.functions} == set(settings.BY_FUNCTION)


def test_machines_are_the_files_of_statemachines() -> None:
    given = TEMPLATE.of_type("AWS::Serverless::StateMachine")
    assert set(given) == set(MACHINES)
    for machine, about in given.items():
        name = machine.removesuffix("StateMachine").lower()
        assert about["DefinitionUri"] == f"statemachines/{name}.asl.json"
        assert about["Type"] == "STANDARD"


@pytest.mark.parametrize("machine", MACHINES)
def test_substitutions_are_those_that_the_machine_uses(machine: str) -> None:
    used = set(re.findall(r"\$\{(\w+)\}", json.dumps(MACHINES[machine])))
    given = TEMPLATE.source["Resources"][machine]["Properties"]
    assert set(given["DefinitionSubstitutions"]) == used
    assert used == {"Partition"} | {f"{state}FunctionArn" for state in tasks(machine)}


@pytest.mark.parametrize(("machine", "state"), TIMED)
def test_function_gives_up_before_its_task_does(machine: str, state: str) -> None:
    default = TEMPLATE.source["Globals"]["Function"]["Timeout"]
    timeout = TEMPLATE.functions[f"{state}Function"].get("Timeout", default)
    assert timeout < tasks(machine)[state]["TimeoutSeconds"]


def test_frames_outlive_the_longest_execution() -> None:
    least = TEMPLATE.source["Parameters"]["FrameRetentionDays"]["MinValue"] * DAY
    assert policy_document.WEEK < MODERATE["TimeoutSeconds"] < least
    [expire, _] = TEMPLATE.source["Resources"]["FramesBucket"]["Properties"][
        "LifecycleConfiguration"
    ]["Rules"]
    kept = {"Ref": "FrameRetentionDays"}
    assert expire["ExpirationInDays"] == kept
    assert expire["NoncurrentVersionExpiration"] == {"NoncurrentDays": kept}


def test_ledger_outlives_the_evidence() -> None:
    longest = TEMPLATE.source["Parameters"]["EvidenceRetentionDays"]["MaxValue"]
    assert ledger.ROW_LIFE.days > longest


@pytest.mark.parametrize("bucket", TEMPLATE.of_type("AWS::S3::Bucket"))
def test_bucket_is_private_encrypted_versioned_and_kept(bucket: str) -> None:
    about = TEMPLATE.resources[bucket]
    own = about["Properties"]
    assert set(own["PublicAccessBlockConfiguration"].values()) == {True}
    assert own["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert own["BucketEncryption"]
    assert own["VersioningConfiguration"] == {"Status": "Enabled"}
    assert about["DeletionPolicy"] == "RetainExceptOnCreate"
    assert about["UpdateReplacePolicy"] == "Retain"


def test_only_the_frames_bucket_sends_events() -> None:
    """What the archive writes must never come back as a frame."""
    senders = [
        name
        for name, about in TEMPLATE.of_type("AWS::S3::Bucket").items()
        if "NotificationConfiguration" in about
    ]
    assert senders == ["FramesBucket"]


@pytest.mark.parametrize("table", TEMPLATE.of_type("AWS::DynamoDB::Table"))
def test_table_is_on_demand_encrypted_and_recoverable(table: str) -> None:
    about = TEMPLATE.resources[table]["Properties"]
    assert about["BillingMode"] == "PAY_PER_REQUEST"
    assert about["SSESpecification"] == {"SSEEnabled": True}
    assert about["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_no_output_has_the_name_of_a_parameter() -> None:
    """The SAM CLI takes such an output's name for the parameter, and ends with a traceback."""
    assert not TEMPLATE.source["Outputs"].keys() & TEMPLATE.source["Parameters"].keys()


def test_what_batches_write_starts_no_batch() -> None:
    assert "NotificationConfiguration" not in TEMPLATE.resources["BatchesBucket"]["Properties"]


def test_pages_leave_no_signature_in_a_log() -> None:
    web = Template({"ConsoleAccessLogs": "on"}).resources["Web"]["Properties"]
    logged = set(json.loads(web["AccessLogSetting"]["Format"]).values())
    harmless = {"requestId", "httpMethod", "resourcePath", "status", "responseLatency"}
    assert logged == {f"$context.{name}" for name in harmless}
    [every] = web["MethodSettings"]
    assert (every["ResourcePath"], every["HttpMethod"]) == ("/*", "*")
    assert (every["LoggingLevel"], every["DataTraceEnabled"]) == ("OFF", False)
    # Each open queue asks once a second.
    assert (every["ThrottlingRateLimit"], every["ThrottlingBurstLimit"]) == (100, 200)


def test_only_pages_with_a_form_take_a_post() -> None:
    routes = {
        (function, about["Method"], about["Path"]) for function, _, about in TEMPLATE.events("Api")
    }
    assert {(function, path) for function, method, path in routes if method == "POST"} == {
        ("DeskPageFunction", "/sign-in"),
        ("DeskPageFunction", "/sign-out"),
        ("ReviewPageFunction", "/reviews/{review_id}"),
        ("ReviewPageFunction", "/reviews/{review_id}/claim"),
        ("ReviewPageFunction", "/reviews/{review_id}/notes"),
        ("ReviewPageFunction", "/reviews/{review_id}/reveal"),
        ("ChannelPageFunction", "/channels/{service}/{channel_id}"),
        ("BatchPageFunction", "/batches"),
        ("BatchPageFunction", "/batches/{batch_id}/cancel"),
        ("BatchPageFunction", "/batches/{batch_id}/resume"),
        ("BatchPageFunction", "/batches/{batch_id}/verify"),
        ("BatchPageFunction", "/batches/{batch_id}/reveal"),
        ("AdapterPageFunction", "/adapters"),
        ("AdapterPageFunction", "/adapters/rollback"),
        ("AdapterPageFunction", "/adapters/{name}/promote"),
        ("AdapterPageFunction", "/adapters/{name}/shadow"),
    }
    assert {method for _, method, _ in routes} == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("machine", MACHINES)
def test_machine_logs_no_data(machine: str) -> None:
    logging = TEMPLATE.resources[machine]["Properties"]["Logging"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("none", True),
        ("studio-a=1234567", True),
        ("studio-a=1234567/0,studio-a-backup=1234567/1", True),
        ("", False),
        ("studio-a", False),
        ("studio-a=abc", False),
        ("studio-a=1234567/2", False),
        ("a=1, b=2", False),
    ],
)
def test_folders_of_medialive_are_checked_when_they_are_given(value: str, fits: bool) -> None:
    about = TEMPLATE.source["Parameters"]["MediaLiveFolders"]
    assert bool(re.search(about["AllowedPattern"], value)) is fits
    assert about["Default"] == "none"


def test_indexes_are_those_that_the_code_asks() -> None:
    found = {
        (name, index["IndexName"]): [key["AttributeName"] for key in index["KeySchema"]]
        for name, about in TEMPLATE.of_type("AWS::DynamoDB::Table").items()
        for index in about.get("GlobalSecondaryIndexes", ())
    }
    assert found == {
        ("FramesTable", "by_channel"): ["channel_arn", "put_at"],
        ("FramesTable", "by_key"): ["key", "put_at"],
        ("FramesTable", "by_day"): ["day", "put_at"],
        ("FramesTable", "unscreened"): ["unscreened", "put_at"],
        ("ReviewsTable", "open"): ["open", "place"],
        ("ReviewsTable", "by_channel"): ["channel", "opened_at"],
        ("ChannelsTable", "open"): ["open", "since"],
        ("BatchesTable", "by_start"): ["kind", "started_at"],
        ("BatchesTable", "by_example"): ["example", "at"],
    }
    assert (latest.BY_CHANNEL, channels.OPEN) == ("by_channel", "open")
    assert batch_store.BY_START == "by_start"


def test_no_index_of_reviews_holds_what_answers_the_machine() -> None:
    indexes = TEMPLATE.of_type("AWS::DynamoDB::Table")["ReviewsTable"]["GlobalSecondaryIndexes"]
    for index in indexes:
        shown = index["Projection"]
        assert shown["ProjectionType"] == "INCLUDE"
        assert len(shown["NonKeyAttributes"]) == len(set(shown["NonKeyAttributes"])) <= 20
        assert "task_token" not in shown["NonKeyAttributes"]


def test_what_engineers_search_by_is_written_once_for_each_frame() -> None:
    """An index of whole rows would be written again at every step of a frame."""
    indexes = TEMPLATE.of_type("AWS::DynamoDB::Table")["FramesTable"]["GlobalSecondaryIndexes"]
    shown = {index["IndexName"]: index["Projection"]["ProjectionType"] for index in indexes}
    assert shown.pop("by_channel") == "ALL"
    assert set(shown.values()) == {"KEYS_ONLY"}


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("none", True),
        ("console.aws.amazon.com", True),
        ("console.amazonaws.cn", True),
        ("", False),
        ("https://console.aws.amazon.com", False),
        ("console.aws.amazon.com/states", False),
        ("user@console.aws.amazon.com", False),
    ],
)
def test_the_aws_console_is_a_host_or_none(value: str, fits: bool) -> None:
    about = TEMPLATE.source["Parameters"]["AwsConsole"]
    assert bool(re.search(about["AllowedPattern"], value)) is fits
    assert about["Default"] == "console.aws.amazon.com"


def test_an_installation_is_named_by_its_stack_and_region_or_as_it_is_told() -> None:
    named = Template({"PlaceName": "The studio"})
    assert named.environment("HealthPageFunction")["PLACE_NAME"] == "The studio"
    unnamed = TEMPLATE.environment("HealthPageFunction")["PLACE_NAME"]
    assert unnamed == f"{STACK} in {REGION}"


def test_what_was_given_up_leaves_by_itself() -> None:
    life = TEMPLATE.of_type("AWS::DynamoDB::Table")["OutboxTable"]["TimeToLiveSpecification"]
    assert life == {"AttributeName": "expires_at", "Enabled": True}


def test_cloudformation_names_everything() -> None:
    named = {
        name
        for name, body in TEMPLATE.source["Resources"].items()
        if not body["Type"].startswith("AWS::AppConfig::")
        and any(NAMES.fullmatch(key) for key in body.get("Properties", {}))
    }
    assert named == NAMED
    assert all(about["OmitName"] for _, _, about in TEMPLATE.events("ScheduleV2"))


def test_outputs_are_the_contract_and_say_what_they_are() -> None:
    outputs = TEMPLATE.source["Outputs"]
    assert set(outputs) == OUTPUTS
    assert all(len(about["Description"]) > 20 for about in outputs.values())
    parameter = TEMPLATE.resources["ConsoleUrlParameter"]["Properties"]
    assert TEMPLATE.resolve(outputs["ConsoleUrl"]["Value"]) == parameter["Value"]
    named = TEMPLATE.environment("RequestReviewFunction")["CONSOLE_URL_PARAMETER"]
    assert named == parameter["Name"]
