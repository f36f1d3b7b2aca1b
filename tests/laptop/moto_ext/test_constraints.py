"""Constraints of botocore's shapes, as a service would check them."""

from typing import Any

import pytest
from moto.core.utils import get_service_model

from local.moto_ext.constraints import violations

STREAMS = "arn:aws:ivs:us-east-1:123456789012:channel/x"
RECORDING = {"destinationConfiguration": {"s3": {"bucketName": "frames"}}}


def broken(service: str, operation: str, params: Any) -> list[str]:
    shape = get_service_model(service).operation_model(operation).input_shape
    assert shape is not None
    return list(violations(params, shape))


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("ivs", "StopStream", {"channelArn": STREAMS}),
        ("ivs", "ListTagsForResource", {"resourceArn": STREAMS}),
        ("ivs", "TagResource", {"resourceArn": STREAMS, "tags": {"équipe": "x"}}),
        ("ivs", "CreateRecordingConfiguration", RECORDING),
        ("rekognition", "DetectModerationLabels", {"Image": {}, "MinConfidence": 0}),
        ("rekognition", "DetectModerationLabels", {"Image": {}, "MinConfidence": None}),
    ],
)
def test_what_is_right(service: str, operation: str, params: Any) -> None:
    assert broken(service, operation, params) == []


@pytest.mark.parametrize(
    ("service", "operation", "params", "path", "constraint"),
    [
        ("ivs", "StopStream", {}, "channelArn", "not be null"),
        ("ivs", "StopStream", {"channelArn": None}, "channelArn", "not be null"),
        ("ivs", "StopStream", {"channelArn": 7}, "channelArn", "be a string"),
        ("ivs", "StopStream", {"channelArn": f"x{STREAMS}"}, "channelArn", "regular expression"),
        ("ivs", "StopStream", [], "", "be a structure"),
        ("ivs", "ListStreams", {"maxResults": 101}, "maxResults", "less than or equal to 100"),
        ("ivs", "ListStreams", {"maxResults": 1.5}, "maxResults", "be a integer"),
        ("ivs", "ListStreams", {"maxResults": True}, "maxResults", "be a integer"),
        ("ivs", "ListStreams", {"filterBy": {"health": "ILL"}}, "filterBy.health", "enum"),
        ("ivs", "BatchGetChannel", {"arns": []}, "arns", "greater than or equal to 1"),
        ("ivs", "BatchGetChannel", {"arns": "x"}, "arns", "be a list"),
        ("ivs", "BatchGetChannel", {"arns": ["x"]}, "arns.1.member", "regular expression"),
        ("ivs", "CreateChannel", {"tags": []}, "tags", "be a map"),
        ("ivs", "CreateChannel", {"tags": {"": "x"}}, "tags.key", "greater than or equal to 1"),
        ("ivs", "CreateChannel", {"tags": {"a": "x" * 257}}, "tags.value", "equal to 256"),
        (
            "rekognition",
            "DetectModerationLabels",
            {"Image": {"S3Object": {"Name": ""}}},
            "image.s3Object.name",
            "greater than or equal to 1",
        ),
        (
            "rekognition",
            "DetectModerationLabels",
            {"Image": {}, "MinConfidence": float("nan")},
            "minConfidence",
            "have value",
        ),
    ],
)
def test_what_is_wrong(
    service: str, operation: str, params: Any, path: str, constraint: str
) -> None:
    sentence, *_ = broken(service, operation, params)
    assert f"'{path}'" in sentence
    assert constraint in sentence
