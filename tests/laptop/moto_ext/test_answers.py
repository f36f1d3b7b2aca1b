"""Every answer of this folder's tests is compared with its model; here, that this would fail."""

import json
from typing import Any

import pytest
from moto.core.utils import get_service_model

from .answers import assert_modelled

STREAM = {"channelArn": "arn", "state": "LIVE"}


@pytest.mark.parametrize(
    ("status", "body", "complaint"),
    [
        (201, {"stream": STREAM}, "answered 201"),
        (200, {"stream": STREAM, "more": 1}, r"GetStream\.more"),
        (200, {"stream": {**STREAM, "id": "st-1"}}, r"GetStream\.stream\.id"),
        (200, {"stream": {**STREAM, "viewerCount": "two"}}, "viewerCount"),
    ],
)
def test_an_answer_beyond_its_model_fails(
    status: int, body: dict[str, Any], complaint: str
) -> None:
    operation = get_service_model("ivs").operation_model("GetStream")
    with pytest.raises(AssertionError, match=complaint):
        assert_modelled(operation, status, json.dumps(body).encode(), body)


def test_an_answer_as_modelled_passes() -> None:
    body = {"stream": STREAM}
    operation = get_service_model("ivs").operation_model("GetStream")
    assert_modelled(operation, 200, json.dumps(body).encode(), body)
