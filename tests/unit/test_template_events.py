"""Hold template.yaml to which events are heard, that none is lost in silence, and who is told."""

import json
from typing import Any

import pytest

from tests.unit.scenes import event
from tests.unit.template_reading import ACCOUNT, DAY, ROOT, Template, as_list, physical

TEMPLATE = Template()
IVS = f"ivs/v1/{ACCOUNT}/AbCdef1G2hij/2026/11/22/8/5/j8Z9O91ndcVs"
STREAM_EVENTS = ("Session Created", "Session Ended", "Stream End", "Stream Failure")
RECORDINGS = ("Recording Start", "Recording End", "Recording End Failure")


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Ask moto's reading of an event pattern."""
    from moto.events.models import EventPattern

    message: Any = event
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(message))


def rules(function: str) -> list[dict[str, Any]]:
    """Return the properties of a function's EventBridge rules."""
    return [about for name, _, about in TEMPLATE.events("EventBridgeRule") if name == function]


def rule(function: str) -> dict[str, Any]:
    """Return the properties of a function's only EventBridge rule."""
    [found] = rules(function)
    return found


def object_created(key: str, bucket: str = physical("FramesBucket")) -> dict[str, Any]:
    """Return S3's event of a new object."""
    return {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "account": ACCOUNT,
        "detail": {"bucket": {"name": bucket}, "object": {"key": key}},
    }


@pytest.mark.parametrize(
    "key",
    [
        f"{IVS}/media/thumbnails/thumb0.jpg",
        f"{IVS}/media/thumbnails/high/thumb12.jpg",
        f"{IVS}/media/latest_thumbnail/thumb.jpg",
        f"{IVS}/media/thumbnails/latest/thumb.jpg",
        "medialive/1234567/frame-20261122T080500.00042.jpg",
        "uploads/red flower+é (1).jpg",
        "uploads/" + 900 * "a" + ".png",
    ],
)
def test_intake_hears_of_a_frame(key: str) -> None:
    assert matches(rule("IntakeFunction")["Pattern"], object_created(key))


@pytest.mark.parametrize(
    "event",
    [
        object_created(f"{IVS}/media/hls/720p30/0.ts"),
        object_created(f"{IVS}/media/hls/master.m3u8"),
        object_created(f"{IVS}/events/recording-started.json"),
        object_created("batches/2026/manifest.jsonl"),
        object_created("archive/uploads/a.jpg"),
        object_created("uploads/a.jpg", physical("EvidenceBucket")),
        object_created("uploads/a.jpg") | {"detail-type": "Object Deleted"},
        object_created("uploads/a.jpg") | {"source": "elsewhere"},
    ],
    ids=lambda event: event["detail"]["object"]["key"][-30:],
)
def test_intake_hears_of_nothing_else(event: dict[str, Any]) -> None:
    assert not matches(rule("IntakeFunction")["Pattern"], event)


@pytest.mark.parametrize(
    ("key", "heard"),
    [
        ("batches/2026/manifest.jsonl", True),
        ("batches/m.jsonl", True),
        ("batches/photos/a.jpg", False),
        ("uploads/m.jsonl", False),
        ("batches.jsonl", False),
    ],
)
def test_a_manifest_starts_a_batch_and_its_images_do_not(key: str, heard: bool) -> None:
    assert matches(rule("StartBatchFunction")["Pattern"], object_created(key)) is heard
    elsewhere = object_created(key, physical("BatchesBucket"))
    assert not matches(rule("StartBatchFunction")["Pattern"], elsewhere)


@pytest.mark.parametrize(
    ("status", "heard"),
    [("FAILED", True), ("TIMED_OUT", True), ("ABORTED", True), ("SUCCEEDED", False)],
)
def test_settle_hears_of_executions_that_died(status: str, heard: bool) -> None:
    arn = TEMPLATE.environment("IntakeFunction")["STATE_MACHINE_ARN"]
    event = {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {"status": status, "stateMachineArn": arn},
    }
    pattern = rule("SettleFunction")["Pattern"]
    assert matches(pattern, event) is heard
    batch = TEMPLATE.environment("StartBatchFunction")["BATCH_MACHINE_ARN"]
    of_batch = event | {"detail": {"status": status, "stateMachineArn": batch}}
    assert matches(pattern, of_batch) is heard
    assert not matches(pattern, event | {"detail": {"status": status, "stateMachineArn": "other"}})


def of_ivs(scenario: str, **detail: str) -> dict[str, Any]:
    """Return an event of IVS with another detail."""
    document = event(f"reconcile/{scenario}")
    return document | {"detail": document["detail"] | detail}


@pytest.mark.parametrize(
    ("event", "heard"),
    [
        (of_ivs("stream_start"), 1),
        (of_ivs("recording_start_failure"), 1),
        *((of_ivs("stream_start", event_name=name), 0) for name in STREAM_EVENTS),
        *((of_ivs("recording_start_failure", recording_status=name), 0) for name in RECORDINGS),
        (of_ivs("stream_start") | {"source": "elsewhere"}, 0),
    ],
    ids=lambda value: str(value["detail"]) if isinstance(value, dict) else "",
)
def test_reconcile_hears_of_what_it_must_act_on(event: dict[str, Any], heard: int) -> None:
    found = [about for about in rules("ReconcileFunction") if matches(about["Pattern"], event)]
    assert len(found) == heard


@pytest.mark.parametrize("function", ["SweepFunction", "ReconcileFunction"])
def test_what_looks_at_everything_does_so_every_minute(function: str) -> None:
    """So an event or a minute that is lost needs no queue: the next minute makes up for it."""
    [about] = [about for name, _, about in TEMPLATE.events("ScheduleV2") if name == function]
    assert about["ScheduleExpression"] == "rate(1 minute)"
    assert about["RetryPolicy"]["MaximumRetryAttempts"] == 0
    taken = TEMPLATE.functions[function]["EventInvokeConfig"]
    assert taken["MaximumEventAgeInSeconds"] == 60
    assert TEMPLATE.functions[function]["Timeout"] < 60
    alarms = TEMPLATE.of_type("AWS::CloudWatch::Alarm").values()
    watched = [alarm["Dimensions"] for alarm in alarms if alarm["Namespace"] == "AWS/Lambda"]
    assert [{"Name": "FunctionName", "Value": physical(function)}] in watched


MADE_UP_FOR = {"ReconcileFunction"}
HEARERS = sorted({name for name, _, _ in TEMPLATE.events("EventBridgeRule")} - MADE_UP_FOR)


@pytest.mark.parametrize("function", HEARERS)
def test_no_event_is_lost_in_silence(function: str) -> None:
    """Neither where EventBridge cannot deliver it, nor where the function cannot take it."""
    [(rule_id, about)] = [
        (owner + name, about)
        for owner, name, about in TEMPLATE.events("EventBridgeRule")
        if owner == function
    ]
    taken = TEMPLATE.functions[function]["EventInvokeConfig"]
    queue = about["DeadLetterConfig"]["Arn"]
    assert taken["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": queue}
    for retries in (about["RetryPolicy"], taken):
        assert retries["MaximumEventAgeInSeconds"] >= 3600
        assert retries["MaximumRetryAttempts"] >= 2
    [policy] = [
        policy
        for policy in TEMPLATE.of_type("AWS::SQS::QueuePolicy").values()
        if policy["PolicyDocument"]["Statement"][0]["Resource"] == queue
    ]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    sources = as_list(statement["Condition"]["ArnEquals"]["aws:SourceArn"])
    assert [arn for arn in sources if arn.endswith(f":{rule_id}")]
    name = queue.rpartition(":")[2]
    [about] = [of for id_, of in TEMPLATE.of_type("AWS::SQS::Queue").items() if id_ == name]
    assert about == {"MessageRetentionPeriod": 14 * DAY, "SqsManagedSseEnabled": True}
    watched = [
        alarm["Dimensions"][0]["Value"]
        for alarm in TEMPLATE.of_type("AWS::CloudWatch::Alarm").values()
    ]
    assert f"{physical(name)}.QueueName" in watched


@pytest.mark.parametrize("alarm", TEMPLATE.of_type("AWS::CloudWatch::Alarm"))
def test_alarm_watches_what_is_emitted_and_tells_engineers(alarm: str) -> None:
    about = TEMPLATE.resources[alarm]["Properties"]
    shared = TEMPLATE.source["Globals"]["Function"]["Environment"]["Variables"]
    if about["Namespace"] == shared["POWERTOOLS_METRICS_NAMESPACE"]:
        service = {
            "Name": "service",
            "Value": TEMPLATE.resolve(shared["POWERTOOLS_SERVICE_NAME"]),
        }
        code = "".join(path.read_text() for path in (ROOT / "functions").rglob("*.py"))
        assert f'"{about["MetricName"]}"' in code
        assert about["Dimensions"] == [service]
    assert about["TreatMissingData"] == "notBreaching"
    assert about["AlarmActions"] == [TEMPLATE.resolve({"Ref": "AlarmTopic"})]
    assert len(about["AlarmDescription"]) > 40


def test_topics_are_encrypted_only_where_their_publisher_can_use_the_key() -> None:
    """CloudWatch cannot publish to a topic under alias/aws/sns, and says nothing."""
    topics = TEMPLATE.of_type("AWS::SNS::Topic")
    assert topics["NoticeTopic"]["KmsMasterKeyId"] == "alias/aws/sns"
    assert "KmsMasterKeyId" not in topics["AlarmTopic"]


def test_addresses_are_subscribed_only_where_given() -> None:
    assert not TEMPLATE.of_type("AWS::SNS::Subscription")
    addresses = {
        "NoticeEmail": "owners@example.org",
        "LeadEmail": "lead@example.org",
        "AlarmEmail": "ops@example.org",
    }
    found = Template(addresses).of_type("AWS::SNS::Subscription")
    assert {name: about["Endpoint"] for name, about in found.items()} == {
        "NoticeSubscription": "owners@example.org",
        "LeadSubscription": "lead@example.org",
        "AlarmSubscription": "ops@example.org",
    }


def test_a_lead_hears_of_escalations_only_and_owners_of_everything() -> None:
    given = Template({"NoticeEmail": "owners@example.org", "LeadEmail": "lead@example.org"})
    found = given.of_type("AWS::SNS::Subscription")
    assert found["LeadSubscription"]["FilterPolicy"] == {"call": ["escalation"]}
    assert found["LeadSubscription"]["FilterPolicyScope"] == "MessageAttributes"
    assert "FilterPolicy" not in found["NoticeSubscription"]
    assert found["LeadSubscription"]["TopicArn"] == found["NoticeSubscription"]["TopicArn"]
