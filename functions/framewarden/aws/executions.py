"""Read executions of our machines from Step Functions; nothing here can start or stop one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, code_of, named
from framewarden.domain.errors import StoreThrottledError

STATUSES: Final = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")
"""How Step Functions says an execution stands (API reference, ExecutionListItem)."""

PAGE: Final = 1000  # what one call of GetExecutionHistory returns at most (API reference)
MOST_EVENTS: Final = 5_000
"""Events of an execution that are read for a page: one may have 25,000, ours have some hundred."""

_GONE = frozenset({"ExecutionDoesNotExist", "InvalidArn", "InvalidName", "ValidationException"})
_THROTTLES = {"ThrottlingException": StoreThrottledError}

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Execution:
    """One execution; input and output are texts of JSON, and None in a list.

    `machine` is our short name of its machine.
    """

    machine: str
    name: str
    arn: str
    status: str
    started_at: datetime
    stopped_at: datetime | None
    input: str | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None

    @property
    def running(self) -> bool:
        """Tell whether it has not ended."""
        return self.status == "RUNNING"


@dataclass(frozen=True)
class ExecutionPage:
    """Some executions, the newest first; `after` is where the next ones begin, None at the end."""

    entries: list[Execution]
    after: str | None


@dataclass(frozen=True)
class Definition:
    """A machine's definition; `updated_at` is when it became so."""

    document: dict[str, Any]
    updated_at: datetime | None


class Executions:
    """Executions of the machines that are ours, by their short names."""

    def __init__(self, machines: Mapping[str, str]) -> None:
        self.machines = dict(machines)

    def arn(self, machine: str, name: str) -> str:
        """Return the ARN of an execution."""
        return f"{self._prefix(machine)}{name}"

    def named(self, arn: str) -> tuple[str, str] | None:
        """Return machine and name of an execution's ARN; None where it is of no machine of ours."""
        for machine in self.machines:
            if arn.startswith(self._prefix(machine)):
                return machine, arn.removeprefix(self._prefix(machine))
        return None

    def page(
        self, machine: str, limit: int, status: str | None = None, after: str | None = None
    ) -> ExecutionPage:
        """Return executions of a machine, the newest first; one call.

        Raises
        ------
        ValueError
            `after` is none of Step Functions', or is older than a day.
        """
        asked: dict[str, Any] = {"stateMachineArn": self.machines[machine], "maxResults": limit}
        asked |= {"statusFilter": status} if status else {}
        asked |= {"nextToken": after} if after else {}
        try:
            with _service():
                answer = client("stepfunctions").list_executions(**asked)
        except ClientError as failure:
            if after and code_of(failure) in ("InvalidToken", "ValidationException"):
                raise ValueError("this is no place in the list") from failure
            raise
        entries = [_execution(machine, entry) for entry in answer["executions"]]
        return ExecutionPage(entries, answer.get("nextToken"))

    def get(self, machine: str, name: str) -> Execution | None:
        """Return an execution; None where there is none, or none any more."""
        answer = _unless_gone("describe_execution", executionArn=self.arn(machine, name))
        return None if answer is None else _execution(machine, answer)

    def definition(self, execution: Execution) -> Definition | None:
        """Return the definition that an execution follows; None where it is gone."""
        answer = _unless_gone("describe_state_machine_for_execution", executionArn=execution.arn)
        return None if answer is None else _definition(answer)

    def current(self, machine: str) -> Definition:
        """Return a machine's definition as it is deployed now."""
        with _service():
            answer = client("stepfunctions").describe_state_machine(
                stateMachineArn=self.machines[machine]
            )
        return _definition(answer)

    def events(
        self, execution: Execution, *, data: bool = False, most: int = MOST_EVENTS
    ) -> Iterator[Event]:
        """Give an execution's events, the oldest first, as far as `most`; a call for each 1,000.

        Without `data` they carry no inputs, outputs, parameters or results, so no tokens either.
        """
        asked: dict[str, Any] = {"executionArn": execution.arn, "includeExecutionData": data}
        given = 0
        while given < most:
            asked["maxResults"] = min(PAGE, most - given)
            with _service():
                answer = client("stepfunctions").get_execution_history(**asked)
            yield from answer["events"]
            given += len(answer["events"])
            if not answer.get("nextToken"):
                return
            asked["nextToken"] = answer["nextToken"]

    def newest(self, execution: Execution, most: int = 20) -> list[Event]:
        """Return an execution's last events with their data, the newest first; one call.

        What they carry holds task tokens: redact what is shown of it.
        """
        with _service():
            answer = client("stepfunctions").get_execution_history(
                executionArn=execution.arn,
                includeExecutionData=True,
                reverseOrder=True,
                maxResults=most,
            )
        events: list[Event] = answer["events"]
        return events

    def _prefix(self, machine: str) -> str:
        return self.machines[machine].replace(":stateMachine:", ":execution:") + ":"


def _service() -> Any:
    """Name what passes by itself; a function that looks has nobody who tries again for it."""
    return named(_THROTTLES, StoreThrottledError)


def _unless_gone(operation: str, **asked: Any) -> dict[str, Any] | None:
    try:
        with _service():
            answer: dict[str, Any] = getattr(client("stepfunctions"), operation)(**asked)
    except ClientError as failure:
        if code_of(failure) in _GONE:
            return None
        raise
    return answer


def _execution(machine: str, entry: Mapping[str, Any]) -> Execution:
    return Execution(
        machine=machine,
        name=entry["name"],
        arn=entry["executionArn"],
        status=entry["status"],
        started_at=entry["startDate"],
        stopped_at=entry.get("stopDate"),
        input=entry.get("input"),
        output=entry.get("output"),
        error=entry.get("error"),
        cause=entry.get("cause"),
    )


def _definition(answer: Mapping[str, Any]) -> Definition:
    document = json.loads(answer["definition"])
    return Definition(document, answer.get("updateDate") or answer.get("creationDate"))
