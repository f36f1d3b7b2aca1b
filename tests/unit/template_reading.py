"""Read template.yaml as CloudFormation would: intrinsics resolved for made-up but whole values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PATH = ROOT / "template.yaml"
DAY = 86_400  # seconds
ACCOUNT, REGION, STACK = "111122223333", "eu-west-1", "framewarden-test"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": STACK,
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": None,
}
FUNCTION, MACHINE = "AWS::Serverless::Function", "AWS::Serverless::StateMachine"
MANAGED = "AWS::IAM::ManagedPolicy"

Document = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Document:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        raise TypeError(f"!{suffix} stands before a mapping")
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def load() -> Document:
    """Return the template with its intrinsics in their long form."""
    document: Document = yaml.load(PATH.read_text(), _Loader)
    return document


def folder_of(function: str) -> str:
    """Return the folder of a function's resource: `OpenReviewFunction` is `open_review`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", function.removesuffix("Function")).lower()


@dataclass(frozen=True)
class Template:
    """The template for one set of parameters; every reference is the text of a plausible value."""

    given: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def source(self) -> Document:
        """The template as it is written."""
        return load()

    @cached_property
    def parameters(self) -> Document:
        """The value of each parameter."""
        declared = self.source["Parameters"].items()
        chosen = {name: self.given.get(name, about["Default"]) for name, about in declared}
        lists = {name for name, about in declared if about["Type"] == "CommaDelimitedList"}
        return {name: v.split(",") if name in lists else v for name, v in chosen.items()}

    @cached_property
    def resources(self) -> dict[str, Document]:
        """The resources that exist under these parameters, resolved."""
        conditions = self.source["Conditions"]
        return {
            name: self.resolve(body)
            for name, body in self.source["Resources"].items()
            if "Condition" not in body or self.resolve(conditions[body["Condition"]])
        }

    def of_type(self, kind: str) -> dict[str, Document]:
        """Return the properties of each resource of a type."""
        return {
            name: body.get("Properties", {})
            for name, body in self.resources.items()
            if body["Type"] == kind
        }

    @cached_property
    def functions(self) -> dict[str, Document]:
        """The properties of each function."""
        return self.of_type(FUNCTION)

    def environment(self, function: str) -> dict[str, str]:
        """Return the variables that a function sets beside the ones that all have."""
        variables = self.functions[function].get("Environment", {}).get("Variables", {})
        return dict(variables)

    def statements(self, name: str) -> list[Document]:
        """Return the statements of a function or machine of its own; lists stay lists."""
        policies = self.resources[name]["Properties"].get("Policies", [])
        managed = {physical(name): body for name, body in self.of_type(MANAGED).items()}
        own = [managed[p]["PolicyDocument"] if isinstance(p, str) else p for p in policies]
        found = [statement for policy in own for statement in policy["Statement"]]
        return [
            statement
            | {"Action": as_list(statement["Action"]), "Resource": as_list(statement["Resource"])}
            for statement in found
        ]

    def events(self, kind: str) -> Iterator[tuple[str, str, Document]]:
        """Return each event of a kind: its function, its name, its properties."""
        for function, properties in self.functions.items():
            for name, event in properties.get("Events", {}).items():
                if event["Type"] == kind:
                    yield function, name, event.get("Properties", {})

    def resolve(self, value: Any) -> Any:
        """Resolve the intrinsics of a value."""
        if isinstance(value, list):
            return [self.resolve(part) for part in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(name, argument)] = value.items()
            if name == "Ref":
                return self._ref(argument)
            if name.startswith("Fn::"):
                return getattr(self, f"_{name.removeprefix('Fn::').lower()}")(argument)
        return {key: self.resolve(part) for key, part in value.items()}

    def _ref(self, name: str) -> Any:
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        kind = self.source["Resources"][name]["Type"]
        arns = (MACHINE, "AWS::SNS::Topic")
        return self._getatt([name, "Arn"]) if kind in arns else physical(name)

    def _getatt(self, argument: list[str]) -> str:
        name, attribute = argument
        kind = self.source["Resources"].get(name, {}).get("Type", "")
        if attribute not in ("Arn", "Id"):
            return f"{physical(name)}.{attribute}"
        if kind == "AWS::S3::Bucket":
            return f"arn:aws:s3:::{physical(name)}"
        if name.endswith("Role"):
            return f"arn:aws:iam::{ACCOUNT}:role/{physical(name)}"
        return f"arn:aws:{kind.split('::')[1].lower() if kind else 'any'}:{REGION}:{ACCOUNT}:{name}"

    def _sub(self, argument: str | list[Any]) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument
        given = self.resolve(own)

        def filled(match: re.Match[str]) -> str:
            name, dot, attribute = match[1].partition(".")
            if name in given:
                return str(given[name])
            return str(self._getatt([name, attribute]) if dot else self._ref(name))

        return re.sub(r"\$\{([^}!]+)\}", filled, text)

    def _join(self, argument: list[Any]) -> str:
        between, parts = argument
        return str(between).join(self.resolve(parts))

    def _split(self, argument: list[Any]) -> list[str]:
        between, text = argument
        return str(self.resolve(text)).split(between)

    def _if(self, argument: list[Any]) -> Any:
        condition, then, otherwise = argument
        met = self.resolve(self.source["Conditions"][condition])
        return self.resolve(then if met else otherwise)

    def _equals(self, argument: list[Any]) -> bool:
        left, right = self.resolve(argument)
        return bool(left == right)

    def _not(self, argument: list[Any]) -> bool:
        return not self.resolve(argument)[0]


def physical(name: str) -> str:
    """Return the name that CloudFormation might give to a resource."""
    return f"{STACK}-{name.lower()}-1abc2def"


def as_list(value: Any) -> list[Any]:
    """Return a policy's single value as the list that it stands for."""
    return value if isinstance(value, list) else [value]
