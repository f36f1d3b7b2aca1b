"""Metrics and alarms: the emulator's faults, and their cure.

Each `…_fault` test fails once ministack has mended the fault: then delete its shim.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import ministack.services.cloudwatch as cloudwatch
import ministack.services.lambda_svc as lambdas
import pytest

from local.laptop.shims import metrics

FUNCTION = {"config": {"FunctionName": "archive"}}


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    cloudwatch.reset()


def document(value: object = 1, service: str = "framewarden") -> dict[str, Any]:
    return {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": "framewarden",
                    "Dimensions": [["service"]],
                    "Metrics": [{"Name": "Unscreened", "Unit": "Count"}],
                }
            ],
        },
        "service": service,
        "Unscreened": value,
    }


def log(*lines: object) -> None:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    lambdas._emit_lambda_logs(FUNCTION, "request-1", text, False, 12)


def stored(service: str = "framewarden") -> list[float]:
    key = ("framewarden", "Unscreened", cloudwatch._dims_key({"service": service}))
    return [point["Value"] for point in cloudwatch._metrics.get(key) or []]


@pytest.fixture
def alarm() -> dict[str, Any]:
    """An alarm on our own unscreened frames."""
    made = {
        "AlarmName": "unscreened",
        "Namespace": "framewarden",
        "MetricName": "Unscreened",
        "Dimensions": [{"Name": "service", "Value": "framewarden"}],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "StateValue": "INSUFFICIENT_DATA",
    }
    cloudwatch._alarms["unscreened"] = made
    return made


def test_embedded_metrics_are_only_logged_fault() -> None:
    log(document())
    assert stored() == []


def test_embedded_metrics_are_stored(alarm: dict[str, Any]) -> None:
    metrics.embedded_metrics_are_extracted()
    log("an ordinary line", document([0.25, 0.5]), "another")
    assert stored() == [0.25, 0.5]
    assert alarm["StateValue"] == "OK"
    log(document())
    assert alarm["StateValue"] == "ALARM"


@pytest.mark.parametrize(
    "line",
    ['{"_aws": not JSON', '{"_aws": 1}', json.dumps({**document(), "service": 1, "_aws": {}})],
)
def test_a_malformed_document_is_only_logged(line: str) -> None:
    metrics.embedded_metrics_are_extracted()
    log(line)
    assert stored() == []


def test_a_metric_without_dimensions_is_stored() -> None:
    metrics.embedded_metrics_are_extracted()
    bare = document()
    bare["_aws"]["CloudWatchMetrics"][0]["Dimensions"] = []
    log(bare)
    assert ("framewarden", "Unscreened", cloudwatch._dims_key({})) in cloudwatch._metrics


def datum(service: str) -> None:
    cloudwatch._store_datum(
        "framewarden", "Unscreened", {"service": service}, time.time(), "Count", 1, None, None, None
    )


def test_another_series_raises_the_alarm_fault(alarm: dict[str, Any]) -> None:
    datum("somebody-else")
    cloudwatch._evaluate_alarm(alarm)
    assert alarm["StateValue"] == "ALARM"


def test_an_alarm_watches_its_own_series(alarm: dict[str, Any]) -> None:
    metrics.alarms_watch_their_own_dimensions()
    datum("somebody-else")
    cloudwatch._evaluate_alarm(alarm)
    assert alarm["StateValue"] == "INSUFFICIENT_DATA"
    datum("framewarden")
    cloudwatch._evaluate_alarm(alarm)
    assert alarm["StateValue"] == "ALARM"
