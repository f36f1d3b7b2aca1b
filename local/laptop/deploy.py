"""Deploy the template, unmodified, on the laptop cloud."""

import platform
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from local.errors import OperatorError
from local.laptop.build import build, fingerprint
from local.laptop.connection import Cloud
from local.laptop.environments import RUNTIME
from local.laptop.home import REPOSITORY
from local.laptop.record import write_record
from local.laptop.sam import Sam, overrides
from local.laptop.settle import settle, stack_exists

STACK_NAME = "framewarden"
TEMPLATE = REPOSITORY / "template.yaml"
_ARTIFACTS = "framewarden-artifacts"
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


def build_and_deploy(
    cloud: Cloud,
    stack_name: str = STACK_NAME,
    parameters: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
    template: Path = TEMPLATE,
) -> dict[str, str]:
    """Run `sam build` and `sam deploy`, and return the stack's outputs.

    `ConsoleUrl` and `ApiUrl` are rewritten to where the pages answer on this machine. What is
    built or deployed already is left alone, so a second run is quick.

    Raises
    ------
    OperatorError
        sam failed, or the parameters name another Python than the one that runs the functions.
    """
    chosen = {**defaults(cloud), **(parameters or {})}
    _require_runtime(cloud, chosen)
    sam = Sam(cloud)
    built = build(sam, template, cloud.home.build, chosen, progress)
    made_of = {"stack": stack_name, "digest": fingerprint(template, chosen)}
    if cloud.deployed != made_of or not stack_exists(cloud, stack_name):
        progress("Deploying the stack (sam deploy)")
        _deploy(cloud, sam, stack_name, built, chosen)
    outputs = settle(cloud, stack_name)
    write_record(replace(cloud, outputs=outputs, deployed=made_of))
    return outputs


def defaults(cloud: Cloud) -> dict[str, str]:
    """Choose the parameters that fit this machine.

    Raises
    ------
    OperatorError
        Lambda has no such processor.
    """
    machine = platform.machine().lower()
    if machine not in _ARCHITECTURES:
        raise OperatorError(
            f"Lambda has no {machine} processors.", "Use an x86_64 or an arm64 machine."
        )
    return {
        "Runtime": cloud.runtime,
        "Architecture": _ARCHITECTURES[machine],
        "Mode": "enforce",
        "PlaceName": "the laptop cloud",
        "AwsConsole": "none",
    }


def parameters_of(given: Iterable[str], template: Path = TEMPLATE) -> dict[str, str]:
    """Read `Name=value` pairs.

    Raises
    ------
    OperatorError
        One is no pair, or the template has no such parameter.
    """
    known = re.findall(r"^  (\w+):$", _section(template, "Parameters"), re.MULTILINE)
    chosen: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or name not in known:
            raise OperatorError(
                f"{pair!r} is not NAME=VALUE of a parameter of {template.name}.",
                f"It has: {', '.join(known)}",
            )
        chosen[name] = value
    return chosen


def _section(template: Path, name: str) -> str:
    """Cut a top-level part out of the template's text."""
    _, _, below = template.read_text().partition(f"\n{name}:\n")
    return re.split(r"^\w", below, maxsplit=1, flags=re.MULTILINE)[0]


def _require_runtime(cloud: Cloud, parameters: Mapping[str, str]) -> None:
    """Refuse a Runtime that the functions would not really run on.

    Raises
    ------
    OperatorError
        ministack runs every Python function on its own interpreter, whatever Runtime says.
    """
    if cloud.runtime != RUNTIME:
        raise OperatorError(
            f"The laptop cloud was started on {cloud.runtime}, and this is {RUNTIME}.",
            "Start it afresh with: framewarden down, then framewarden up",
        )
    if parameters["Runtime"] != RUNTIME:
        raise OperatorError(
            f"Runtime is {parameters['Runtime']}, but the laptop runs functions on {RUNTIME}.",
            f"Make .venv with {parameters['Runtime']}, or leave Runtime to framewarden.",
        )


def _deploy(cloud: Cloud, sam: Sam, stack: str, built: Path, parameters: Mapping[str, str]) -> None:
    bucket = f"{_ARTIFACTS}-{cloud.account}"
    cloud.client("s3").create_bucket(Bucket=bucket)  # ours already: S3 changes nothing
    sam.run(
        "deploy", "--template-file", str(built), "--stack-name", stack,
        "--region", cloud.region, "--s3-bucket", bucket, "--s3-prefix", stack,
        "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset",
        "--no-fail-on-empty-changeset", "--no-progressbar",
        *overrides(parameters), cwd=built.parent,
    )  # fmt: skip
