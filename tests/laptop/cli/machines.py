"""Step Functions as a terminal meets it: four machines, and executions that tests describe."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:moderate"
ORDERS = "arn:aws:states:us-east-1:123456789012:stateMachine:order"
BATCHES = "arn:aws:states:us-east-1:123456789012:stateMachine:batch"
ADAPTERS = "arn:aws:states:us-east-1:123456789012:stateMachine:adapter"
START = datetime(2026, 11, 22, 8, 5, 31, tzinfo=UTC)
TOKEN = "AQCEAAAAKgAAAAMAAAAAAAAAAZ" * 8
DEFINITION = (Path(__file__).parents[3] / "statemachines/moderate.asl.json").read_text()
Event = dict[str, Any]


def at(seconds: float, kind: str, **details: Any) -> Event:
    return {"timestamp": START + timedelta(seconds=seconds), "type": kind, **details}


def entered(seconds: float, name: str, kind: str = "Task", document: Any = None) -> Event:
    details = {"name": name, "input": json.dumps(document or {})}
    return at(seconds, f"{kind}StateEntered", stateEnteredEventDetails=details)


def exited(seconds: float, name: str, kind: str = "Task", document: Any = None) -> Event:
    details = {"name": name, "output": json.dumps(document or {})}
    return at(seconds, f"{kind}StateExited", stateExitedEventDetails=details)


def failed(seconds: float, error: str, cause: str) -> Event:
    return at(seconds, "TaskFailed", taskFailedEventDetails={"error": error, "cause": cause})


def choice(seconds: float, name: str) -> Iterator[Event]:
    yield entered(seconds, name, "Choice")
    yield exited(seconds, name, "Choice")


def waiting(document: Any = None) -> list[Event]:
    """Tell what an execution did that was retried once, and waits for a person."""
    return [
        at(0, "ExecutionStarted"),
        *choice(0.1, "IsAnalyzed?"),
        entered(0.2, "Analyze"),
        at(0.2, "TaskScheduled"),
        at(0.2, "TaskStarted"),
        failed(1, "AnalyzerThrottledError", json.dumps({"errorMessage": "busy", "trace": ["x"]})),
        at(2, "TaskScheduled"),
        at(2, "TaskStarted"),
        at(2.4, "TaskSucceeded"),
        exited(2.5, "Analyze"),
        *choice(2.5, "RouteBySeverity"),
        entered(2.5, "RequestReview", document=document),
        at(
            2.5,
            "TaskScheduled",
            taskScheduledEventDetails={"parameters": json.dumps({"task_token": TOKEN})},
        ),
    ]


@dataclass
class Machines:
    """Answers as Step Functions does, and remembers what it was asked."""

    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    histories: dict[str, list[Event]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refusals: int = 0

    def add(
        self,
        name: str,
        status: str = "RUNNING",
        *,
        machine: str = MACHINE,
        began: float = 0,
        lasted: float | None = None,
        events: list[Event] | None = None,
        **more: Any,
    ) -> str:
        """Let there be an execution; return its ARN."""
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
        start = START + timedelta(seconds=began)
        described = {
            "executionArn": arn, "stateMachineArn": machine, "name": name, "status": status,
            "startDate": start, "input": "{}", **more,
        }  # fmt: skip
        if lasted is not None:
            described["stopDate"] = start + timedelta(seconds=lasted)
        self.executions[arn] = described
        numbered = enumerate(events or [], 1)
        self.histories[arn] = [{"id": number, **event} for number, event in numbered]
        return arn

    def calls(self, operation: str) -> list[dict[str, Any]]:
        return [asked for name, asked in self.asked if name == operation]

    def describe_execution(self, **asked: Any) -> Event:
        return self._known("DescribeExecution", asked)

    def describe_state_machine_for_execution(self, **asked: Any) -> Event:
        self._known("DescribeStateMachineForExecution", asked)
        return {"definition": DEFINITION, "updateDate": START - timedelta(days=1)}

    def describe_state_machine(self, **asked: Any) -> Event:
        self.asked.append(("DescribeStateMachine", asked))
        return {"definition": DEFINITION, "creationDate": START - timedelta(days=1)}

    def get_execution_history(self, **asked: Any) -> Event:
        self._known("GetExecutionHistory", asked)
        events = self.histories[asked["executionArn"]]
        if asked.get("reverseOrder"):
            return {"events": events[::-1][: asked["maxResults"]]}
        return {"events": events[: asked["maxResults"]]}

    def list_executions(self, **asked: Any) -> Event:
        self._refuse("ListExecutions")
        self.asked.append(("ListExecutions", asked))
        entries = [
            one
            for one in self.executions.values()
            if one["stateMachineArn"] == asked["stateMachineArn"]
            and asked.get("statusFilter") in (None, one["status"])
        ]
        entries.sort(key=lambda one: one["startDate"], reverse=True)
        first = int(asked.get("nextToken", 0))
        last = first + asked["maxResults"]
        more = {"nextToken": str(last)} if last < len(entries) else {}
        return {"executions": entries[first:last], **more}

    def _known(self, operation: str, asked: dict[str, Any]) -> Event:
        self._refuse(operation)
        self.asked.append((operation, asked))
        if asked["executionArn"] not in self.executions:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, operation)
        return self.executions[asked["executionArn"]]

    def _refuse(self, operation: str) -> None:
        if self.refusals:
            self.refusals -= 1
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, operation)
