"""Check a parsed request against botocore's shapes, as the service itself would."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def violations(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """Yield one sentence per constraint of the shape that the value breaks; never the value."""
    if isinstance(shape, StructureShape):
        yield from _structure(value, shape, path)
    elif isinstance(shape, ListShape):
        yield from _list(value, shape, path)
    elif isinstance(shape, MapShape):
        yield from _map(value, shape, path)
    elif shape.type_name in ("string", "blob"):
        yield from _text(value, shape, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _number(value, shape, path)


def _failed(path: str, constraint: str) -> str:
    return f"Value at '{path}' failed to satisfy constraint: Member must {constraint}"


def _structure(value: Any, shape: StructureShape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _failed(path, "be a structure")
        return
    for name, member in shape.members.items():
        # AWS spells paths in lower camel case: image.s3Object.name.
        member_path = f"{path}.{name[:1].lower()}{name[1:]}".lstrip(".")
        if value.get(name) is not None:
            yield from violations(value[name], member, member_path)
        elif name in shape.required_members:
            yield _failed(member_path, "not be null")


def _list(value: Any, shape: ListShape, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield _failed(path, "be a list")
        return
    yield from _length(len(value), shape, path)
    for index, item in enumerate(value, start=1):
        yield from violations(item, shape.member, f"{path}.{index}.member")


def _map(value: Any, shape: MapShape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _failed(path, "be a map")
        return
    yield from _length(len(value), shape, path)
    for key, item in value.items():
        yield from violations(key, shape.key, f"{path}.key")
        yield from violations(item, shape.value, f"{path}.value")


def _text(value: Any, shape: Shape, path: str) -> Iterator[str]:
    wanted = bytes if shape.type_name == "blob" else str
    if not isinstance(value, wanted):
        yield _failed(path, f"be a {shape.type_name}")
        return
    yield from _length(len(value), shape, path)
    options = shape.metadata.get("enum")
    if options and value not in options:
        yield _failed(path, f"satisfy enum value set: [{', '.join(options)}]")
    pattern = _compiled(shape.metadata.get("pattern", ""))
    if pattern and isinstance(value, str) and not pattern.fullmatch(value):
        yield _failed(path, f"satisfy regular expression pattern: {pattern.pattern}")


def _length(length: int, shape: Shape, path: str) -> Iterator[str]:
    if length < shape.metadata.get("min", length):
        least = shape.metadata["min"]
        yield _failed(path, f"have length greater than or equal to {least}")
    if length > shape.metadata.get("max", length):
        most = shape.metadata["max"]
        yield _failed(path, f"have length less than or equal to {most}")


def _number(value: Any, shape: Shape, path: str) -> Iterator[str]:
    whole = shape.type_name in ("integer", "long")
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        yield _failed(path, f"be a {shape.type_name}")
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    # Written so that NaN, which JSON parsers of Python accept, breaks a range too.
    if least is not None and not value >= least:
        yield _failed(path, f"have value greater than or equal to {least}")
    if most is not None and not value <= most:
        yield _failed(path, f"have value less than or equal to {most}")


# IVS models every taggable ARN with a one-letter resource type, which no ARN of its has.
_UNTRUE_PATTERNS = {"arn:aws:ivs:[a-z0-9-]+:[0-9]+:[a-z-]/[a-zA-Z0-9-]+"}


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    r"""Compile a service's pattern, or None for Java's own syntax (``\p{L}``), left unchecked."""
    try:
        return re.compile(pattern) if pattern and pattern not in _UNTRUE_PATTERNS else None
    except re.error:
        return None
