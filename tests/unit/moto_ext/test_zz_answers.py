"""Every answer that the tests before this one saw is the one that botocore models."""

from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

from .conftest import ANSWERS


def unmodelled(value: Any, shape: Shape, path: str) -> list[str]:
    if isinstance(shape, StructureShape):
        members = {
            member.serialization.get("name", name): member for name, member in shape.members.items()
        }
        unknown = [f"{path}.{name}" for name in value if name not in members]
        known = [(name, item) for name, item in value.items() if name in members]
        return unknown + [
            found
            for name, item in known
            for found in unmodelled(item, members[name], f"{path}.{name}")
        ]
    if isinstance(shape, ListShape):
        return [found for item in value for found in unmodelled(item, shape.member, f"{path}[]")]
    if isinstance(shape, MapShape):
        return [
            found
            for item in value.values()
            for found in unmodelled(item, shape.value, f"{path}{{}}")
        ]
    return []


def test_answers_are_modelled(request: pytest.FixtureRequest) -> None:
    if not ANSWERS:
        pytest.skip("no other test of this folder ran before")
    for answer in ANSWERS:
        name, shape = answer.operation.name, answer.operation.output_shape
        assert answer.status == answer.operation.http.get("responseCode", 200), name
        if shape is None:
            assert answer.body == {}, name
            continue
        assert unmodelled(answer.body, shape, name) == []
        report = ParamValidator().validate(answer.parsed, shape)
        assert not report.has_errors(), f"{name}: {report.generate_report()}"
