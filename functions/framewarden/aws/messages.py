"""Send notices to the owners' topic and answers to waiting executions."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.clients import STORE_FAILURES, Codes, client, code_of, named, store
from framewarden.domain.errors import MessageRefusedError, StoreThrottledError

# SNS's own codes (botocore, service sns, Publish) for what no other try will change.
FAILURES: Codes = {
    **STORE_FAILURES,
    "AuthorizationError": MessageRefusedError,
    "NotFound": MessageRefusedError,
    "InvalidParameter": MessageRefusedError,
    "ParameterValueInvalid": MessageRefusedError,
}
# The wait is over: its deadline passed, or its execution ended. Nobody is listening any more.
NOBODY_WAITS = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


def publish(topic_arn: str, subject: str, text: str, attributes: Mapping[str, str]) -> None:
    """Publish a notice; SNS takes a subject of ASCII only, with fewer than 100 characters.

    `attributes` are what a subscription's filter policy may ask for.

    Raises
    ------
    MessageRefusedError
        SNS will never take it: permission is missing, or there is no such topic.
    StoreThrottledError
        Try again.
    """
    plain = subject.encode("ascii", "replace").decode()[:99]
    told = {
        name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
    }
    with named(FAILURES, StoreThrottledError):
        client("sns").publish(
            TopicArn=topic_arn, Subject=plain, Message=text, MessageAttributes=told
        )


def succeed(task_token: str, output: dict[str, Any]) -> bool:
    """Answer a waiting execution; False where it waits no more.

    Where botocore tried twice, the first try may have been taken and only its answer lost.
    """
    try:
        with store():
            client("stepfunctions").send_task_success(
                taskToken=task_token, output=json.dumps(output)
            )
    except ClientError as failure:
        if code_of(failure) in NOBODY_WAITS:
            return bool(failure.response.get("ResponseMetadata", {}).get("RetryAttempts"))
        raise
    return True


def start(state_machine_arn: str, name: str, document: dict[str, Any]) -> bool:
    """Start an execution under its own name; False where that name was started before."""
    try:
        with store():
            client("stepfunctions").start_execution(
                stateMachineArn=state_machine_arn, name=name, input=json.dumps(document)
            )
    except ClientError as failure:
        if code_of(failure) == "ExecutionAlreadyExists":
            return False
        raise
    return True
