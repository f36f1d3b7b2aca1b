"""Know where a command acts: the laptop cloud, or a stack deployed in an AWS account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from local.errors import OperatorError

if TYPE_CHECKING:
    from local.laptop.connection import Cloud

NOTHING_RUNS = "No laptop cloud is running."
START_ONE = "Start one with: framewarden up"


@dataclass(frozen=True)
class Target:
    """One deployed stack and the way to its services.

    `connect` makes a client for the name of a service; `base_url` is where the moderators' pages
    answer when that is not the URL in the stack's outputs (the laptop).
    """

    stack_name: str
    region: str
    outputs: dict[str, str]
    connect: Callable[[str], Any]
    is_laptop: bool = False
    clients: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Name the place as a sentence would."""
        return "the laptop cloud" if self.is_laptop else f"{self.stack_name} in {self.region}"

    @property
    def option(self) -> str:
        """Give the options that lead another command to the same place."""
        return "" if self.is_laptop else f" --stack {self.stack_name} --region {self.region}"

    def client(self, service: str) -> Any:
        """Give the client of one service, made once."""
        if service not in self.clients:
            self.clients[service] = self.connect(service)
        return self.clients[service]

    def output(self, name: str) -> str:
        """Read one output of the stack.

        Raises
        ------
        OperatorError
            The stack has no such output, so it is not (this version of) framewarden.
        """
        try:
            return self.outputs[name]
        except KeyError:
            raise OperatorError(
                f"The stack {self.stack_name} has no output {name}.",
                "Deploy this version of framewarden's template there, or name another stack.",
            ) from None

    @property
    def console_url(self) -> str:
        """Read where people reach the pages, from the SSM parameter that owners may overwrite."""
        parameter = self.client("ssm").get_parameter(Name=self.output("ConsoleUrlParameter"))
        return str(parameter["Parameter"]["Value"]).rstrip("/")

    @property
    def desk_url(self) -> str:
        """Give where people sign in, and then see the queue."""
        return f"{self.console_url}/queue"

    @property
    def stack(self) -> dict[str, str]:
        """Describe the stack as `status --json` and the demo do."""
        console = self.console_url
        return {
            "console_url": console,
            "api_url": console if self.is_laptop else self.output("ApiUrl"),
            "state_machine_arn": self.output("StateMachineArn"),
            "frames_bucket": self.output("FramesBucket"),
            "evidence_bucket": self.output("EvidenceBucket"),
        }

    def physical_id(self, logical_id: str) -> str:
        """Find the resource that the template calls `logical_id`."""
        answer = self.client("cloudformation").describe_stack_resource(
            StackName=self.stack_name, LogicalResourceId=logical_id
        )
        return str(answer["StackResourceDetail"]["PhysicalResourceId"])


def choose(stack: str | None, region: str | None) -> Target:
    """Pick the deployed stack when one is named, else the laptop cloud."""
    return deployed(stack, region) if stack else laptop()


def deployed(stack: str, region: str | None) -> Target:
    """Reach a stack in AWS by the ordinary credential chain.

    Raises
    ------
    OperatorError
        No region is known, or the stack does not exist there.
    """
    import boto3

    region = region or boto3.Session().region_name
    if not region:
        raise OperatorError("No region is configured.", "Name the stack's with: --region REGION")
    # One session makes them all, which loads each service's description once.
    connect: Callable[[str], Any] = partial(boto3.client, region_name=region)
    outputs = stack_outputs(connect("cloudformation"), stack, region)
    return Target(stack_name=stack, region=region, outputs=outputs, connect=connect)


def laptop() -> Target:
    """Reach the laptop cloud that is running on this machine.

    Raises
    ------
    OperatorError
        None runs, or nothing is deployed on it.
    """
    return on_cloud(running_cloud())


def running_cloud() -> Cloud:
    """Find the laptop cloud of this terminal.

    Raises
    ------
    OperatorError
        None runs, or one of its processes has died.
    """
    from local.laptop import cloud

    current = cloud.current()
    if current is not None:
        return current
    known = cloud.last_known()
    if known is None:
        raise OperatorError(NOTHING_RUNS, START_ONE)
    dead = ", ".join(server.name for server in cloud.missing(known))
    raise OperatorError(
        f"A part of the laptop cloud has ended ({dead}).", "Start it afresh with: framewarden up"
    )


def on_cloud(current: Cloud) -> Target:
    """Reach the stack that was deployed last on a running laptop cloud.

    Raises
    ------
    OperatorError
        Nothing is deployed yet.
    """
    if not current.outputs:
        raise OperatorError(
            "The laptop cloud runs, but nothing is deployed on it.",
            "Finish the deployment with: framewarden up",
        )
    return Target(
        stack_name=current.deployed["stack"],
        region=current.region,
        outputs=dict(current.outputs),
        connect=current.client,
        is_laptop=True,
    )


def stack_outputs(cloudformation: Any, stack: str, region: str) -> dict[str, str]:
    """Read a stack's outputs.

    Raises
    ------
    OperatorError
        The region has no such stack.
    """
    from botocore.exceptions import ClientError

    try:
        [described] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise OperatorError(
            f"There is no stack {stack} in {region}.",
            f"See which there are with: aws cloudformation list-stacks --region {region}",
        ) from None
    return {entry["OutputKey"]: entry["OutputValue"] for entry in described.get("Outputs", [])}
