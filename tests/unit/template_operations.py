"""Find which AWS operations a function's code can reach, by reading it.

A call graph over `functions/`, from the module that holds the handler: names lead to functions and
classes, an attribute leads to every method of that name among the classes that the reachable code
names. It errs on the side of too much, never of too little.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.unit.template_modules import Uses, modules, uses

# Where the IAM prefix is not the name of the client.
PREFIXES = {"stepfunctions": "states"}
# Calls that need the permissions of other operations.
NEEDS = {
    "s3:CopyObject": {"s3:GetObject", "s3:PutObject"},
    "s3:UploadPartCopy": {"s3:GetObject", "s3:PutObject"},
    "s3:HeadObject": {"s3:GetObject"},
    "s3:ListObjectsV2": {"s3:ListBucket"},
    "s3:CreateMultipartUpload": {"s3:PutObject"},
    "s3:UploadPart": {"s3:PutObject"},
    "s3:CompleteMultipartUpload": {"s3:PutObject"},
    "dynamodb:TransactWriteItems": set(),  # its members are found by their keys
}
MEMBERS = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
APPCONFIG = {"appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"}
POWERTOOLS = {"SSMProvider": {"ssm:GetParameter"}, "AppConfigProvider": APPCONFIG}
# Methods of a client that are no operation: the operation is their first argument.
INDIRECT = frozenset({"getattr", "get_paginator", "generate_presigned_url"})

NO_CALLS = frozenset({"meta"})  # what a client knows of itself

Node = tuple[str, str]  # a module and a body of it; "*" is a module used as a value


def operations(folder: str) -> set[str]:
    """Return the IAM actions that the function of a folder can need."""
    found: set[str] = set()
    for module, name in reachable(f"{folder}.app"):
        body = uses(module, name)
        for helper in body.names & POWERTOOLS.keys():
            found |= POWERTOOLS[helper]
        for service, method in body.calls:
            if method not in INDIRECT | NO_CALLS:
                found |= _needed(service, method)
        found |= _passed_as_text(module, body)
    return found


def reachable(start: str) -> set[Node]:
    """Return every function and method that a module's own definitions can reach."""
    seen: set[Node] = set()
    made: set[Node] = set()
    wanted: set[str] = set()
    todo: list[Node] = [(start, name) for name in modules()[start].bodies]
    while todo:
        node = todo.pop()
        if node in seen or node[1] not in modules()[node[0]].bodies:
            continue
        seen.add(node)
        targets = set(_targets(node))
        for module, name in targets:
            made |= set(_made(module, name))
        wanted |= set(_wanted(node))
        todo += targets
        todo += [(module, "") for module, _ in targets]
        todo += [found for module, name in made for found in _methods(module, name, wanted)]
    return seen


def _targets(node: Node) -> Iterator[Node]:
    """Return the functions and classes that a body names, in its own module or an imported one."""
    module, own = modules()[node[0]], uses(*node)
    for name in own.names & (module.bodies.keys() | module.classes.keys()):
        yield module.name, name
    for name in own.names & module.imports.keys():
        source, symbol = module.imports[name]
        inner = f"{source}.{symbol}"
        if inner in modules():
            yield from ((inner, attribute) for owner, attribute in own.attributes if owner == name)
            if name in own.bare:
                yield inner, "*"
        elif source in modules():
            yield source, symbol


def _wanted(node: Node) -> Iterator[str]:
    """Return the attributes that a body asks of what it holds; of a module it asks by its name."""
    imports = modules()[node[0]].imports
    for owner, attribute in uses(*node).attributes:
        source, symbol = imports.get(owner or "", ("", ""))
        if f"{source}.{symbol}" not in modules():
            yield attribute


def _made(module: str, name: str) -> Iterator[Node]:
    """Return what has methods: a module used as a value, or a class with its bases."""
    known = modules()[module]
    if name == "*" or name in known.classes:
        yield module, name
    for base in known.classes.get(name, ()):
        source, symbol = known.imports.get(base, (module, base))
        if source in modules():
            yield from _made(source, symbol)


def _methods(module: str, name: str, wanted: set[str]) -> Iterator[Node]:
    """Return what an attribute of a class, or of a module used as a value, may lead to."""
    prefix = "" if name == "*" else f"{name}."
    for body in modules()[module].bodies:
        method = body.removeprefix(prefix)
        mine = body.startswith(prefix) and method and "." not in method
        called = method in wanted or method.startswith("__")
        if mine and (called or name in modules()[module].framework):
            yield module, body


def _passed_as_text(module: str, body: Uses) -> set[str]:
    """Find operations named by a text: for `getattr`, a paginator, a transaction's member.

    The text may stand in another body of the module than the client that is asked.
    """
    found: set[str] = set()
    for other in modules()[module].bodies:
        for service, method in uses(module, other).calls:
            if method in INDIRECT:
                named = {text for text in body.constants if _pascal(text) in _model(service)}
                found |= {action for text in named for action in _needed(service, text)}
            if method == "transact_write_items":
                found |= {MEMBERS[key] for key in body.constants & MEMBERS.keys()}
    return found


def _needed(service: str, method: str) -> set[str]:
    """Return the actions that an operation needs.

    Raises
    ------
    AssertionError
        The service's own model has no such operation.
    """
    operation = _pascal(method)
    assert operation in _model(service), f"{service} has no operation {operation}"
    if operation in _public(service):
        return set()
    action = f"{PREFIXES.get(service, service)}:{operation}"
    return NEEDS.get(action, {action})


def _pascal(method: str) -> str:
    return "".join(part.capitalize() for part in method.split("_"))


def _model(service: str) -> frozenset[str]:
    """Return the operations of a service as botocore's model names them."""
    return frozenset(_operations(service))


def _public(service: str) -> frozenset[str]:
    """Return the operations that are sent unsigned, so that no IAM action stands for them."""
    found = _operations(service).items()
    return frozenset(name for name, about in found if about.get("authtype") == "none")


@cache
def _operations(service: str) -> dict[str, dict[str, Any]]:
    from botocore.loaders import Loader

    found: dict[str, Any] = Loader().load_service_model(service, "service-2")["operations"]
    return found
