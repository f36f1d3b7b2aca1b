"""Hold the statements of template.yaml to what the code calls: nothing missing, nothing more."""

import re
from typing import Any

import pytest

from tests.unit.template_operations import operations
from tests.unit.template_reading import ACCOUNT, PATH, Template, as_list, folder_of, physical

TEMPLATE = Template()
MACHINES = (
    *("ModerateStateMachine", "OrderStateMachine", "BatchStateMachine"),
    "AdapterStateMachine",
)
ROLES = [*TEMPLATE.functions, *MACHINES]
# Every `Resource: '*'`, and why nothing narrower exists.
EVERYWHERE = {
    "DetectModerationLabels": "the base model of Rekognition has no ARN",
    "ListStreams": "the account's live streams are listed, or none",
    "ListWhatIsOnAir": "and so are MediaLive's channels",
    "RunBulkJobs": "a media analysis job has no ARN",
    "AskBothModels": "the base model has no ARN",
    "FindTheProject": "the list of projects has no ARN",
    "DeliverLogs": "log deliveries have no ARN (Step Functions' own documentation asks for this)",
}
# What no call in the code shows.
UNSEEN = {
    ("analyze", "s3:GetObject"): "Rekognition reads the object with the caller's permissions",
    ("analyze", "s3:GetObjectVersion"): "and reads the version that it is given",
    ("archive", "s3:GetObjectVersion"): "CopyObject names a version in its source",
    ("archive", "s3:ListBucket"): "without it a missing object is answered as a forbidden one",
    ("review_page", "s3:GetObjectVersion"): "the presigned address names a version",
    ("picture_page", "s3:GetObjectVersion"): "a frame is read by its version",
    ("follow_bulk_job", "s3:GetObject"): "Rekognition reads with the caller's permissions",
    ("follow_bulk_job", "s3:GetObjectVersion"): "and reads the version that it is given",
    ("follow_bulk_job", "s3:PutObject"): "and writes with them",
    ("batch_page", "s3:GetObjectVersion"): "part of what all readers of sources may",
    ("plan_batch", "s3:GetObjectVersion"): "a manifest is read by its version",
    ("analyze_shard", "s3:GetObjectVersion"): "and so are its ranges",
    ("collect_examples", "s3:GetObjectVersion"): "CopyObject names a version in its source",
    ("follow_training", "s3:GetObject"): "Rekognition reads with the caller's permissions",
    ("follow_training", "s3:PutObject"): "and writes with them",
}
# What the reading of the code sees and the function never does.
NEVER = {
    ("channel_page", "dynamodb:UpdateItem"): "its `keys` sign links, its `accepted` is a form",
    ("start_batch", "dynamodb:Query"): "its `rules` are those of a policy",
    ("analyze_shard", "dynamodb:Query"): "and so are the `rules` that it judges by",
    ("picture_page", "dynamodb:UpdateItem"): "a sheet shows a page of images and decides nothing",
    ("execution_page", "dynamodb:UpdateItem"): "its `keys` sign sessions and are of mappings",
}
PURE = {"PlanShardsFunction"}  # arithmetic: it may do nothing
# What changes a channel, or what comes of it.
CHANGES = {
    *("ivs:StopStream", "ivs:DeleteStreamKey", "ivs:CreateStreamKey"),
    *("medialive:StopChannel", "medialive:StartChannel", "medialive:BatchUpdateSchedule"),
}
# Statements about channels that look at no tag, and why none of them can change a channel.
UNTAGGED = {
    "ListStreams": "a list has no resource to be tagged",
    "ListWhatIsOnAir": "neither has this one",
    "FindTheRooms": "reads the tags themselves",
    "FindTheRoomsOfMediaLive": "reads the tags themselves",
    "SeeHowIvsRecords": "reads the tags themselves, and a recording configuration has none of ours",
    "RevokeStreamKeys": "a key that came with its channel has no tags of its own",
    "MakeAFreshStreamKey": "a key that does not exist yet has no tags",
}
FRAMES = f"arn:aws:s3:::{physical('FramesBucket')}"
EVIDENCE = f"arn:aws:s3:::{physical('EvidenceBucket')}"
IAM = f"arn:aws:iam::{ACCOUNT}"
IVS = f"{IAM}:role/aws-service-role/ivs.amazonaws.com/AWSServiceRoleForIVSRecordToS3"
MEDIALIVE = f"{IAM}:role/MediaLiveAccessRole"
OWN_MEDIALIVE = f"{IAM}:role/video/frames"
PERSON = f"{IAM}:user/somebody"
ARCHIVE = f"{IAM}:role/{physical('ArchiveFunctionRole')}"
STRANGER = "arn:aws:iam::999999999999:role/MediaLiveAccessRole"


def allowed(function: str) -> set[str]:
    """Return the actions that a function's own statements allow."""
    return {action for statement in TEMPLATE.statements(function) for action in statement["Action"]}


def refused(template: Template, bucket: str, who: str, action: str, arn: str, **how: Any) -> bool:
    """Ask ministack's reading of a bucket's policy; `who` is `aws:PrincipalArn` as AWS gives it."""
    from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy

    context = EvalContext(
        principal_arn=who,
        principal_type="AssumedRole" if ":role/" in who else "User",
        principal_account=who.split(":")[4],
        action=action,
        resource_arn=arn,
        region="eu-west-1",
        secure_transport=how.get("tls", True),
    )
    policy = template.resources[f"{bucket}Policy"]["Properties"]["PolicyDocument"]
    return bool(evaluate_resource_policy(policy, context).decision == "Deny")


@pytest.mark.parametrize("function", TEMPLATE.functions)
def test_function_may_do_what_its_code_calls(function: str) -> None:
    folder = folder_of(function)
    needed = {action for action in operations(folder) if (folder, action) not in NEVER}
    assert needed - allowed(function) == set()


@pytest.mark.parametrize("function", TEMPLATE.functions)
def test_function_may_do_nothing_else(function: str) -> None:
    folder = folder_of(function)
    unseen = {action for of, action in UNSEEN if of == folder}
    assert allowed(function) - operations(folder) == unseen


def test_what_the_reading_of_the_code_sees_too_much_is_still_seen() -> None:
    assert [seen for seen in NEVER if seen[1] not in operations(seen[0])] == []


VIDEO = ("rekognition", "ivs", "ivschat", "medialive")


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("analyze", {"rekognition:DetectModerationLabels"}),
        ("intake", set()),
        ("stop_failed", set()),
        (
            "stop_stream",
            {
                *("ivs:GetStream", "ivs:ListStreams", "ivs:StopStream"),
                *("ivs:ListStreamKeys", "ivs:DeleteStreamKey", "ivs:ListTagsForResource"),
                *("medialive:DescribeChannel", "medialive:StopChannel"),
                *("medialive:BatchUpdateSchedule", "medialive:ListTagsForResource"),
                "ivschat:SendEvent",
            },
        ),
        (
            "reinstate",
            {
                *("ivs:ListStreamKeys", "ivs:CreateStreamKey", "ivs:ListTagsForResource"),
                *("medialive:DescribeChannel", "medialive:StartChannel"),
                *("medialive:BatchUpdateSchedule", "medialive:ListTagsForResource"),
                "ivschat:SendEvent",
            },
        ),
        (
            "reconcile",
            {
                *("ivs:ListStreams", "ivs:BatchGetChannel", "ivs:GetRecordingConfiguration"),
                *("medialive:ListChannels", "medialive:DescribeChannel"),
            },
        ),
        (
            "follow_training",
            {
                *("rekognition:CreateProject", "rekognition:CreateProjectVersion"),
                *("rekognition:DescribeProjects", "rekognition:DescribeProjectVersions"),
            },
        ),
        ("finish_adapter", {"rekognition:DetectModerationLabels"}),
        ("channel_page", {"ivs:GetStream", "ivs:ListStreams", "medialive:DescribeChannel"}),
    ],
)
def test_reading_of_the_code_finds_the_calls_that_the_laptop_does_not_enforce(
    folder: str, expected: set[str]
) -> None:
    """A reader that finds nothing would agree with any template."""
    found = {action for action in operations(folder) if action.split(":")[0] in VIDEO}
    assert found == expected


def test_reading_of_the_code_finds_what_a_base_class_calls() -> None:
    assert operations("stop_failed") == {
        *("dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"),
    }


@pytest.mark.parametrize("name", ROLES)
def test_statements_allow_named_actions_on_named_resources(name: str) -> None:
    assert bool(TEMPLATE.statements(name)) is (name not in PURE)
    for statement in TEMPLATE.statements(name):
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        if "*" in statement["Resource"]:
            assert statement["Sid"] in EVERYWHERE


def test_no_reason_for_everywhere_is_left_over() -> None:
    used = {
        statement["Sid"]
        for name in ROLES
        for statement in TEMPLATE.statements(name)
        if "*" in statement["Resource"]
    }
    assert used == set(EVERYWHERE)


def test_every_wildcard_of_a_role_has_its_reason_beside_it() -> None:
    text = PATH.read_text().partition("\nResources:")[2]
    inside = re.findall(r"(?ms)^      Policies:$.*?(?=^      \w|^  \S|^$)", text)
    lines = [line for block in inside for line in block.splitlines()]
    stated = [line for line in lines if not re.match(r"\s*(#|StringLike|ForAllValues)", line)]
    wild = [line for line in stated if "*" in line.split(" # ")[0]]
    known = [
        arn
        for name in ROLES
        for policy in TEMPLATE.resources[name]["Properties"].get("Policies", ())
        if not isinstance(policy, str)  # one that several share stands in a place of its own
        for statement in policy["Statement"]
        for arn in as_list(statement["Resource"])
        if "*" in arn
    ]
    assert len(wild) == len(known)
    assert [line for line in wild if not re.search(r"  # (.{10,}|see above)$", line)] == []


def test_only_stop_stream_stops_and_only_tagged_channels() -> None:
    tagged = {"StringEquals": {"aws:ResourceTag/framewarden": "moderated"}}
    holders, untagged = set(), set()
    for function in TEMPLATE.functions:
        for statement in TEMPLATE.statements(function):
            holders |= {(function, action) for action in CHANGES.intersection(statement["Action"])}
            if not any(action.startswith(("ivs:", "medialive:")) for action in statement["Action"]):
                continue
            assert all(f":{ACCOUNT}:" in arn for arn in statement["Resource"] if arn != "*")
            if statement.get("Condition") == tagged:
                assert all(f":{ACCOUNT}:channel" in arn for arn in statement["Resource"])
            else:
                assert "Condition" not in statement
                untagged.add(statement["Sid"])
    assert untagged == set(UNTAGGED)
    assert holders == {
        ("StopStreamFunction", "ivs:StopStream"),
        ("StopStreamFunction", "ivs:DeleteStreamKey"),
        ("StopStreamFunction", "medialive:StopChannel"),
        ("StopStreamFunction", "medialive:BatchUpdateSchedule"),
        ("ReinstateFunction", "ivs:CreateStreamKey"),
        ("ReinstateFunction", "medialive:StartChannel"),
        ("ReinstateFunction", "medialive:BatchUpdateSchedule"),
    }


def test_keys_are_touched_by_their_own_resource() -> None:
    """ListStreamKeys is asked of a channel, these two of a key (IVS's service authorization)."""
    for function in TEMPLATE.functions:
        for statement in TEMPLATE.statements(function):
            if {"ivs:DeleteStreamKey", "ivs:CreateStreamKey"}.intersection(statement["Action"]):
                [arn] = statement["Resource"]
                assert arn.endswith(f":{ACCOUNT}:stream-key/*")


def test_analyzer_touches_no_stream_and_writes_only_what_the_shadow_said() -> None:
    services = {action.split(":")[0] for action in allowed("AnalyzeFunction")}
    assert services == {"rekognition", "s3", "dynamodb"}
    writes = [
        statement
        for statement in TEMPLATE.statements("AnalyzeFunction")
        if {"dynamodb:PutItem", "dynamodb:UpdateItem"}.intersection(statement["Action"])
    ]
    assert [statement["Condition"] for statement in writes] == [
        {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["shadow#*"]}}
    ]


def test_only_a_page_for_people_changes_which_adapter_is_live() -> None:
    """The steps of a training hold the table's rows, but none of them may write the switch."""
    writers = {
        function
        for function in TEMPLATE.functions
        for statement in TEMPLATE.statements(function)
        if {"dynamodb:PutItem", "dynamodb:UpdateItem"}.intersection(statement["Action"])
        and any(arn.endswith(":AdaptersTable") for arn in statement["Resource"])
        and _may_write_the_switch(statement)
    }
    assert writers == {"AdapterPageFunction"}


def _may_write_the_switch(statement: dict[str, Any]) -> bool:
    keys = statement.get("Condition", {}).get("ForAllValues:StringLike")
    return keys is None or any(key in ("switch", "*") for key in keys["dynamodb:LeadingKeys"])


def test_each_machine_is_started_and_answered_by_its_own() -> None:
    moderate = TEMPLATE.environment("IntakeFunction")["STATE_MACHINE_ARN"]
    order = TEMPLATE.environment("ReconcileFunction")["ORDER_MACHINE_ARN"]
    batch = TEMPLATE.environment("StartBatchFunction")["BATCH_MACHINE_ARN"]
    adapter = TEMPLATE.environment("AdapterPageFunction")["ADAPTER_MACHINE_ARN"]
    assert len({moderate, order, batch, adapter}) == 4
    found = {
        (function, action): statement["Resource"]
        for function in TEMPLATE.functions
        for statement in TEMPLATE.statements(function)
        for action in statement["Action"]
        if action.startswith(("states:Start", "states:Send"))
    }
    assert found == {
        ("IntakeFunction", "states:StartExecution"): [moderate],
        ("ReviewPageFunction", "states:SendTaskSuccess"): [moderate],
        ("SweepFunction", "states:SendTaskSuccess"): [moderate],
        ("ReconcileFunction", "states:StartExecution"): [order],
        ("ChannelPageFunction", "states:StartExecution"): [order],
        ("FinishBatchFunction", "states:StartExecution"): [moderate],
        ("StartBatchFunction", "states:StartExecution"): [batch],
        ("BatchPageFunction", "states:StartExecution"): [batch],
        ("AdapterPageFunction", "states:StartExecution"): [adapter],
    }
    assert TEMPLATE.environment("ChannelPageFunction")["ORDER_MACHINE_ARN"] == order


@pytest.mark.parametrize(("machine", "steps"), [*zip(MACHINES, (10, 3, 5, 3), strict=True)])
def test_machine_invokes_exactly_the_functions_of_its_states(machine: str, steps: int) -> None:
    """The laptop does not enforce a machine's role: a missing function would show on AWS only."""
    properties = TEMPLATE.resources[machine]["Properties"]
    given = {arn for name, arn in properties["DefinitionSubstitutions"].items() if "Arn" in name}
    [invoke] = [
        statement
        for statement in TEMPLATE.statements(machine)
        if "lambda:InvokeFunction" in statement["Action"]
    ]
    assert set(invoke["Resource"]) == given
    assert len(given) == steps


WRITES = [
    (IVS, "ivs/v1/a/thumb0.jpg", False),
    (MEDIALIVE, "ivs/v1/a/thumb0.jpg", True),
    (PERSON, "ivs/v1/a/thumb0.jpg", True),
    (STRANGER, "ivs/v1/a/thumb0.jpg", True),
    (MEDIALIVE, "medialive/1/frame.00001.jpg", False),
    (IVS, "medialive/1/frame.00001.jpg", True),
    (PERSON, "medialive/1/frame.00001.jpg", True),
    (STRANGER, "medialive/1/frame.00001.jpg", True),
    (PERSON, "uploads/a.jpg", False),
    (PERSON, "batches/m.jsonl", False),
    (STRANGER, "uploads/a.jpg", True),
    (STRANGER, "batches/m.jsonl", True),
]


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:ReplicateObject"])
@pytest.mark.parametrize(("who", "key", "expected"), WRITES)
def test_frames_are_written_by_their_makers(
    action: str, who: str, key: str, expected: bool
) -> None:
    arn = f"{FRAMES}/{key}"
    assert refused(TEMPLATE, "FramesBucket", who, action, arn) is expected


def test_another_role_may_write_for_medialive_where_named() -> None:
    named = Template({"MediaLiveWriterArn": OWN_MEDIALIVE})
    arn = f"{FRAMES}/medialive/1/frame.00001.jpg"
    assert not refused(named, "FramesBucket", OWN_MEDIALIVE, "s3:PutObject", arn)
    assert refused(named, "FramesBucket", MEDIALIVE, "s3:PutObject", arn)


def test_only_the_archive_writes_evidence() -> None:
    arn = f"{EVIDENCE}/critical/a/2026/11/22/b.jpg"
    assert not refused(TEMPLATE, "EvidenceBucket", ARCHIVE, "s3:PutObject", arn)
    for who in (PERSON, IVS, STRANGER):
        assert refused(TEMPLATE, "EvidenceBucket", who, "s3:PutObject", arn)
        assert not refused(TEMPLATE, "EvidenceBucket", who, "s3:GetObject", arn)


@pytest.mark.parametrize(
    ("bucket", "arn", "who"), [("FramesBucket", FRAMES, IVS), ("EvidenceBucket", EVIDENCE, ARCHIVE)]
)
def test_buckets_are_reached_over_tls_only(bucket: str, arn: str, who: str) -> None:
    for resource in (arn, f"{arn}/ivs/a/thumb0.jpg"):
        assert refused(TEMPLATE, bucket, who, "s3:GetObject", resource, tls=False)
        assert not refused(TEMPLATE, bucket, who, "s3:GetObject", resource)
