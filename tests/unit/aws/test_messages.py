import json

import pytest
from botocore.exceptions import ClientError

from framewarden.aws import messages
from framewarden.domain.errors import MessageRefusedError, StoreThrottledError
from tests.unit.scenes import ACCOUNT, REGION

TOKEN = "t" * 600


def test_a_subject_is_ascii_and_shorter_than_a_hundred_characters(aws):
    messages.publish(aws.topic, "critical: Ünderwear 🌼 " + "x" * 200, "text é", {})
    [notice] = aws.notices()
    assert notice["subject"].startswith("critical: ?nderwear ? xxx")
    assert len(notice["subject"]) == 99
    assert notice["text"] == "text é"


def test_a_subscription_may_ask_for_what_a_notice_is_about(aws):
    aws.client("sns").subscribe(
        TopicArn=aws.topic,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:leads",
        Attributes={"FilterPolicy": json.dumps({"call": ["escalation"]})},
    )
    leads = aws.client("sqs").create_queue(QueueName="leads")["QueueUrl"]
    for call in ("ask", "escalation"):
        messages.publish(aws.topic, call, "text", {"call": call, "severity": "high"})
    received = aws.client("sqs").receive_message(QueueUrl=leads, MaxNumberOfMessages=10)
    [body] = [json.loads(message["Body"]) for message in received["Messages"]]
    assert body["Subject"] == "escalation"
    assert body["MessageAttributes"]["severity"] == {"Type": "String", "Value": "high"}
    assert len(aws.notices()) == 2, "whoever does not ask hears of everything"


@pytest.mark.parametrize(
    "code", ["AuthorizationError", "NotFound", "InvalidParameter", "ParameterValueInvalid"]
)
def test_what_sns_will_never_take_is_refused_for_good(aws, code):
    aws.wire.fails("Publish", code)
    with pytest.raises(MessageRefusedError, match=f"Publish: {code}"):
        messages.publish(aws.topic, "subject", "text", {})


def test_a_topic_that_is_gone_takes_nothing(aws):
    with pytest.raises(MessageRefusedError, match="NotFound"):
        messages.publish(aws.topic + "-gone", "subject", "text", {})


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalError"])
def test_a_throttled_notice_is_tried_again(aws, code):
    aws.wire.fails("Publish", code)
    with pytest.raises(StoreThrottledError, match=f"Publish: {code}"):
        messages.publish(aws.topic, "subject", "text", {})


def test_an_answer_reaches_the_waiting_execution(aws):
    assert messages.succeed(TOKEN, {"decision": "allow"}) is True
    assert aws.answers() == [{"token": TOKEN, "decision": "allow"}]


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_where_nobody_waits_the_answer_is_no_error(aws, code):
    aws.wire.fails("SendTaskSuccess", code)
    assert messages.succeed(TOKEN, {}) is False


def test_an_answer_that_is_refused_is_an_error(aws):
    aws.wire.fails("SendTaskSuccess", "InvalidOutput")
    with pytest.raises(ClientError, match="InvalidOutput"):
        messages.succeed(TOKEN, {})


def test_an_execution_is_started_once_under_its_name(aws):
    assert messages.start(aws.machine, "frame-1", {"attempt": 1}) is True
    assert messages.start(aws.machine, "frame-1", {"attempt": "another input"}) is False
    assert aws.started() == ["frame-1"]
    [first, _] = aws.wire.made("StartExecution")
    assert json.loads(first["input"]) == {"attempt": 1}


def test_a_machine_that_is_gone_is_an_error(aws):
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        messages.start(aws.machine + "-gone", "frame-1", {})
