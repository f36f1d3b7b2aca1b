"""Hold template.yaml to what the code, the state machine and people expect of it."""

import json
import re
import sys

import pytest

from framewarden import settings
from framewarden.aws import ledger
from framewarden.domain import policy_document
from tests.unit.template_reading import DAY, ROOT, Template, folder_of, physical

TEMPLATE = Template()
MACHINE = json.loads((ROOT / "statemachines/moderate.asl.json").read_text())
TASKS = {name: state for name, state in MACHINE["States"].items() if state["Type"] == "Task"}
# The contract with `framewarden`, which reads them by name.
OUTPUTS = {
    *("ConsoleUrl", "ApiUrl", "ConsoleUrlParameter", "StateMachineArn", "NoticeTopicArn"),
    *("FramesBucket", "EvidenceBucket"),
    *("FramesTable", "ReviewsTable", "ChannelsTable", "OutboxTable"),
    *("IntakeFunction", "IntakeDeadLetterQueueUrl", "SweepFunction"),
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


def test_substitutions_are_those_that_the_machine_uses() -> None:
    used = set(re.findall(r"\$\{(\w+)\}", json.dumps(MACHINE)))
    given = TEMPLATE.source["Resources"]["ModerateStateMachine"]["Properties"]
    assert set(given["DefinitionSubstitutions"]) == used
    assert used == {"Partition"} | {f"{state}FunctionArn" for state in TASKS}


@pytest.mark.parametrize("state", [name for name in TASKS if "TimeoutSeconds" in TASKS[name]])
def test_function_gives_up_before_its_task_does(state: str) -> None:
    default = TEMPLATE.source["Globals"]["Function"]["Timeout"]
    timeout = TEMPLATE.functions[f"{state}Function"].get("Timeout", default)
    assert timeout < TASKS[state]["TimeoutSeconds"]


def test_frames_outlive_the_longest_execution() -> None:
    least = TEMPLATE.source["Parameters"]["FrameRetentionDays"]["MinValue"] * DAY
    assert policy_document.WEEK < MACHINE["TimeoutSeconds"] < least
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


def test_pages_leave_no_signature_in_a_log() -> None:
    web = Template({"ConsoleAccessLogs": "on"}).resources["Web"]["Properties"]
    logged = set(json.loads(web["AccessLogSetting"]["Format"]).values())
    harmless = {"requestId", "httpMethod", "resourcePath", "status", "responseLatency"}
    assert logged == {f"$context.{name}" for name in harmless}
    [every] = web["MethodSettings"]
    assert (every["ResourcePath"], every["HttpMethod"]) == ("/*", "*")
    assert (every["LoggingLevel"], every["DataTraceEnabled"]) == ("OFF", False)
    assert every["ThrottlingRateLimit"] > 0


def test_only_one_route_takes_a_post() -> None:
    routes = {(about["Method"], about["Path"]) for _, _, about in TEMPLATE.events("Api")}
    assert {path for method, path in routes if method == "POST"} == {"/reviews/{review_id}"}
    assert {method for method, _ in routes} == {"GET", "HEAD", "POST"}


def test_machine_logs_no_data() -> None:
    logging = TEMPLATE.resources["ModerateStateMachine"]["Properties"]["Logging"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)


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
