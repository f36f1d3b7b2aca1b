"""Give the laptop's desk people of every role, whose passwords are known on this laptop only."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from local.laptop.connection import Cloud
from local.laptop.record import write_record
from local.people import made_password

# What each is called beside a decision; the account itself is called as the role.
NAMES: Mapping[str, str] = {
    "moderator": "Mo (moderator)",
    "lead": "Lea (lead)",
    "engineer": "Enzo (engineer)",
    "auditor": "Ada (auditor)",
}

Person = dict[str, str]


def demo_people(cloud: Cloud) -> tuple[Person, ...]:
    """Make the demo's people in the pool that was deployed last, once; return them.

    The record of the cloud keeps them, readable by its owner only, and goes with the cloud.
    """
    pool = cloud.outputs["UserPoolId"]
    if cloud.people and all(person["pool"] == pool for person in cloud.people):
        return cloud.people
    made = tuple(_made(cloud, pool, role) for role in NAMES)
    write_record(replace(cloud, people=made))
    return made


def person_of(cloud: Cloud, role: str) -> Person:
    """Return the demo's person of a role."""
    return next(person for person in demo_people(cloud) if person["role"] == role)


def _made(cloud: Cloud, pool: str, role: str) -> Person:
    cognito: Any = cloud.client("cognito-idp")
    who = {"UserPoolId": pool, "Username": role}
    password, name = made_password(), NAMES[role]
    try:
        cognito.admin_create_user(
            **who, MessageAction="SUPPRESS", UserAttributes=[{"Name": "name", "Value": name}]
        )
    except ClientError as failure:
        # An `up` that was interrupted had made it, and its password is in no record.
        if failure.response["Error"]["Code"] != "UsernameExistsException":
            raise
    cognito.admin_set_user_password(**who, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(**who, GroupName=role)
    return {"pool": pool, "account": role, "name": name, "role": role, "password": password}
