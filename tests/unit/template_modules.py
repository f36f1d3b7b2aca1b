"""Read the modules under `functions/`: what each imports and defines, what each body mentions."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.unit.template_reading import ROOT

FUNCTIONS = ROOT / "functions"
# Base classes of others that call what we override.
FRAMEWORKS = frozenset({"BaseProvider"})


@dataclass(frozen=True)
class Uses:
    """What one body mentions: names, `owner.attribute` pairs, texts, and calls of AWS clients.

    `bare` are the names that stand for themselves, not before a dot.
    """

    names: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    attributes: set[tuple[str | None, str]] = field(default_factory=set)
    constants: set[str] = field(default_factory=set)
    calls: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Module:
    """One file; `bodies` are functions, methods (`Class.method`) and "", its own top level."""

    name: str
    tree: ast.Module
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    bodies: dict[str, list[ast.stmt]] = field(default_factory=lambda: {"": []})
    classes: dict[str, set[str]] = field(default_factory=dict)  # each with its bases' names
    framework: set[str] = field(default_factory=set)  # classes whose base may call any method


@cache
def modules() -> dict[str, Module]:
    """Read every module of the functions."""
    read = (_read(path) for path in sorted(FUNCTIONS.rglob("*.py")))
    return {module.name: module for module in read}


def _read(path: Path) -> Module:
    dotted = ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts).removesuffix(".__init__")
    module = Module(dotted, ast.parse(path.read_text()))
    for inner in ast.walk(module.tree):  # some are imported only where they are needed
        if isinstance(inner, ast.ImportFrom):
            for alias in inner.names:
                module.imports[alias.asname or alias.name] = (inner.module or "", alias.name)
    for statement in module.tree.body:
        if isinstance(statement, ast.ImportFrom):
            continue
        if isinstance(statement, ast.FunctionDef):
            module.bodies[statement.name] = [statement]
        elif isinstance(statement, ast.ClassDef):
            bases = set(map(ast.unparse, statement.bases))
            module.classes[statement.name] = bases
            if FRAMEWORKS & bases:
                module.framework.add(statement.name)
            for part in statement.body:
                if isinstance(part, ast.FunctionDef):
                    module.bodies[f"{statement.name}.{part.name}"] = [part]
        else:
            module.bodies[""].append(statement)
    return module


@cache
def uses(module: str, name: str) -> Uses:
    """Return what a function, a method or a module's top level mentions."""
    found = Uses()
    owners: set[int] = set()
    for statement in modules()[module].bodies[name]:
        for part in _parts(statement):
            if isinstance(part, ast.Name):
                found.names.add(part.id)
                if id(part) not in owners:
                    found.bare.add(part.id)
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.constants.add(part.value)
            elif isinstance(part, ast.Attribute):
                owners.add(id(part.value))
                _note_attribute(part, found)
            elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.args:
                service = service_of(part.args[0])
                if part.func.id == "getattr" and service:
                    found.calls.add((service, "getattr"))
    return found


def _note_attribute(part: ast.Attribute, found: Uses) -> None:
    owner = part.value.id if isinstance(part.value, ast.Name) else None
    found.attributes.add((owner, part.attr))
    service = service_of(part.value)
    if service:
        found.calls.add((service, part.attr))


def _parts(statement: ast.AST) -> Iterator[ast.AST]:
    """Walk a body without its annotations: naming a class there makes none."""
    for name, value in ast.iter_fields(statement):
        if name in ("annotation", "returns"):
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                yield part
                yield from _parts(part)


def service_of(call: ast.AST) -> str | None:
    """Return S of `client("S")`; `_signer()` is the client of S3 that lends objects."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    if call.func.id == "_signer":
        return "s3"
    first = call.args[0] if call.args else None
    if call.func.id == "client" and isinstance(first, ast.Constant):
        return str(first.value)
    return None
