"""Finish on the laptop what CloudFormation does on AWS, and learn where the stack answers."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from local.laptop.connection import Cloud

_URLS = ("ConsoleUrl", "DeskUrl", "ApiUrl")


def settle(cloud: Cloud, stack_name: str) -> dict[str, str]:
    """Enable the tables' TTL, write where the pages answer, and return the outputs with it."""
    formation = cloud.client("cloudformation")
    [stack] = formation.describe_stacks(StackName=stack_name)["Stacks"]
    outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])}
    for name in _URLS:
        if name in outputs:
            outputs[name] = local_url(cloud.endpoint, outputs[name])
    if "ConsoleUrlParameter" in outputs and "ConsoleUrl" in outputs:
        cloud.client("ssm").put_parameter(
            Name=outputs["ConsoleUrlParameter"],
            Value=outputs["ConsoleUrl"],
            Type="String",
            Overwrite=True,
        )
    _enable_expiry(cloud, formation, stack_name)
    return outputs


def local_url(endpoint: str, url: str) -> str:
    """Say where a stage of an API answers on this machine.

    >>> local_url("http://127.0.0.1:4566", "https://ab12.execute-api.us-east-1.amazonaws.com/live")
    'http://127.0.0.1:4566/_aws/execute-api/ab12/live'
    """
    parts = urlsplit(url)
    api, _, rest = (parts.hostname or "").partition(".")
    if not rest.startswith("execute-api."):
        return url
    return f"{endpoint}/_aws/execute-api/{api}{parts.path}".rstrip("/")


def stack_exists(cloud: Cloud, stack_name: str) -> bool:
    """Say whether the stack is there and whole."""
    try:
        [stack] = cloud.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError:
        return False
    return stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def _enable_expiry(cloud: Cloud, formation: Any, stack_name: str) -> None:
    """Turn TTL on where the template declares it: the emulator ignores the declaration."""
    template = formation.get_template(StackName=stack_name, TemplateStage="Processed")
    dynamodb = cloud.client("dynamodb")
    for logical_id, attribute in expiring_tables(template["TemplateBody"]):
        resource = formation.describe_stack_resource(
            StackName=stack_name, LogicalResourceId=logical_id
        )
        table = resource["StackResourceDetail"]["PhysicalResourceId"]
        found = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if found["TimeToLiveStatus"] != "ENABLED":
            dynamodb.update_time_to_live(
                TableName=table,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute},
            )


def expiring_tables(template: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """List the tables of a template that declare a TTL, and the attribute that holds it."""
    for logical_id, resource in template["Resources"].items():
        ttl = resource.get("Properties", {}).get("TimeToLiveSpecification", {})
        if resource["Type"] == "AWS::DynamoDB::Table" and ttl.get("Enabled"):
            yield logical_id, ttl["AttributeName"]
