"""Hold calls that a test has made against a role of template.yaml: action and resource alike."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache

from tests.unit.conftest import TABLES, TEMPLATE
from tests.unit.wire import Call


def refused(function: str, calls: Iterable[Call]) -> set[tuple[str, str]]:
    """Return what IAM would have refused of calls to DynamoDB; moto refuses nothing."""
    return {
        (f"dynamodb:{call.operation}", arn)
        for call in calls
        if call.service == "dynamodb"
        for arn in _arns(call)
        if not _allowed(function, f"dynamodb:{call.operation}", arn)
    }


def _arns(call: Call) -> Iterator[str]:
    """Return the tables or the index that a call is about, as the template names them."""
    for table in call.asked.get("RequestItems", [call.asked.get("TableName")]):
        index = f"/index/{call.asked['IndexName']}" if "IndexName" in call.asked else ""
        yield f"{TEMPLATE.resolve({'Fn::GetAtt': [TABLES[table], 'Arn']})}{index}"


@cache
def _allowed(function: str, action: str, arn: str) -> bool:
    return any(
        action in statement["Action"]
        and any(fnmatchcase(arn, pattern) for pattern in statement["Resource"])
        for statement in TEMPLATE.statements(function)
    )
