"""Turn what functions log into metrics and alarms."""

import json
import threading
from functools import wraps
from types import FunctionType
from typing import Any

import ministack.services.cloudwatch as cloudwatch
import ministack.services.lambda_svc as lambdas

from local.laptop.shims.anchors import anchor

Record = dict[str, Any]


def embedded_metrics_are_extracted() -> None:
    """Turn the embedded metric format in a function's log into metrics.

    ministack stores the log line and nothing else. AWS extracts the metrics as the line arrives.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    anchor(lambdas._execute_function_dispatch, "_emit_lambda_logs(")
    emit = lambdas._emit_lambda_logs

    @wraps(emit)
    def emit_lambda_logs(func: Record, request_id: str, log: str, *args: Any, **named: Any) -> None:
        emit(func, request_id, log, *args, **named)
        lines = [line for line in (log or "").splitlines() if '"_aws"' in line]
        stored = [_store_metrics(line) for line in lines]
        if any(stored):
            cloudwatch._evaluate_all_alarms()

    lambdas._emit_lambda_logs = emit_lambda_logs


def _store_metrics(line: str) -> bool:
    """Store the metrics of one log line; say whether it was an EMF document."""
    try:
        document = json.loads(line)
        stamp = document["_aws"]["Timestamp"] / 1000
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for names in directive.get("Dimensions") or [[]]:
                dimensions = {name: document[name] for name in names}
                for metric in directive["Metrics"]:
                    found = document[metric["Name"]]
                    values = found if isinstance(found, list) else [found]
                    cloudwatch._store_datum(
                        directive["Namespace"], metric["Name"], dimensions, stamp,
                        metric.get("Unit", "None"), None, values, None, None,
                    )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return False  # AWS, too, keeps a malformed document as a plain log line
    return True


def alarms_watch_their_own_dimensions() -> None:
    """Evaluate an alarm on its own time series, one evaluation at a time.

    ministack mixes all series of a metric's name, so another service's datum raises the alarm,
    and two functions that end together can both act on one change of state. On AWS an alarm
    watches exactly one series.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    anchor(cloudwatch._evaluate_alarm, "for (k_ns, k_mn, _), pts in _metrics.items():")
    original = cloudwatch._evaluate_alarm
    lock = threading.RLock()  # an action may lead to a metric, and so back here

    @wraps(original)
    def evaluate_alarm(alarm: Record) -> None:
        dimensions = cloudwatch._dims_from_list(alarm.get("Dimensions") or [])
        key = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions))
        with lock:
            series = {key: list(cloudwatch._metrics.get(key) or [])}
            # The emulator's own evaluation, on a view of its metrics that holds this series only.
            FunctionType(original.__code__, {**vars(cloudwatch), "_metrics": series})(alarm)

    cloudwatch._evaluate_alarm = evaluate_alarm
