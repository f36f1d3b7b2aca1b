"""Compare what was on the wire with botocore's model of it."""

import json
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator


def assert_modelled(operation: OperationModel, status: int, content: bytes, parsed: Any) -> None:
    """Fail where an answer has another status, an unmodelled member or a wrong type."""
    name, shape = operation.name, operation.output_shape
    body = json.loads(content) if content else {}
    assert status == operation.http.get("responseCode", 200), f"{name} answered {status}"
    if shape is None:
        assert body == {}, f"{name} answers nothing"
        return
    unknown = unmodelled(body, shape, name)
    assert not unknown, f"not modelled: {unknown}"
    answer = {member: value for member, value in parsed.items() if member != "ResponseMetadata"}
    report = ParamValidator().validate(answer, shape)
    assert not report.has_errors(), f"{name}: {report.generate_report()}"


def unmodelled(value: Any, shape: Shape, path: str) -> list[str]:
    """List the paths of what the shape does not know."""
    if isinstance(shape, StructureShape):
        members = {
            member.serialization.get("name", name): member for name, member in shape.members.items()
        }
        return [
            found
            for name, item in value.items()
            for found in (
                unmodelled(item, members[name], f"{path}.{name}")
                if name in members
                else [f"{path}.{name}"]
            )
        ]
    if isinstance(shape, ListShape):
        return [found for item in value for found in unmodelled(item, shape.member, f"{path}[]")]
    if isinstance(shape, MapShape):
        items = value.values()
        return [found for item in items for found in unmodelled(item, shape.value, f"{path}{{}}")]
    return []
