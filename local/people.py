"""Keep the accounts of the desk: who may sign in, and as what."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from framewarden.domain.roles import ROLES
from local.channels import code_of
from local.errors import OperatorError
from local.target import Target

Document = dict[str, Any]
# What Cognito answers about what a person typed, in words that say it well.
REFUSED = frozenset({"InvalidParameterException", "UsernameExistsException"})


@dataclass(frozen=True)
class Added:
    """An account that may sign in now; `password` is its first one where nobody mails it."""

    account: str
    role: str
    password: str | None
    is_new: bool


def add(target: Target, account: str, role: str, email: str = "", name: str = "") -> Added:
    """Make an account with a role, or give the role to one that is there.

    The laptop delivers no mail, so there the first password is returned; on AWS Cognito mails it.

    Raises
    ------
    OperatorError
        There is no address to mail to, the pool refuses, or the account was shut out.
    """
    known = _found(target, account)
    if known and not known["Enabled"]:
        raise OperatorError(
            f"{account} was shut out, and a name is given once: old decisions stand under it.",
            f"Take another name, or let it in again with: {_enable(target, account)}",
        )
    password = None if known else _invite(target, account, email, name)
    target.client("cognito-idp").admin_add_user_to_group(
        UserPoolId=_pool(target), Username=account, GroupName=role
    )
    return Added(account, role, password, is_new=known is None)


def listed(target: Target) -> list[Document]:
    """List the accounts with their roles, in the order of their names."""
    cognito, pool = target.client("cognito-idp"), _pool(target)
    roles: dict[str, list[str]] = defaultdict(list)
    for role in ROLES:
        pages = cognito.get_paginator("list_users_in_group").paginate(
            UserPoolId=pool, GroupName=role
        )
        for user in (user for page in pages for user in page["Users"]):
            roles[user["Username"]].append(role)
    pages = cognito.get_paginator("list_users").paginate(UserPoolId=pool)
    found = [_described(user, roles) for page in pages for user in page["Users"]]
    return sorted(found, key=lambda one: str(one["account"]))


def shut_out(target: Target, account: str) -> None:
    """Let an account in no more; it stays, so that nobody else is ever called what it is.

    Raises
    ------
    OperatorError
        There is no such account.
    """
    require(target, account)
    target.client("cognito-idp").admin_disable_user(UserPoolId=_pool(target), Username=account)


def require(target: Target, account: str) -> Document:
    """Describe an account.

    Raises
    ------
    OperatorError
        There is none of this name.
    """
    known = _found(target, account)
    if known is None:
        raise OperatorError(
            f"There is no account {account} on {target.name}.",
            f"List them with: framewarden users list{target.option}",
        )
    attributes = known.pop("UserAttributes", [])
    return _described({**known, "Attributes": attributes}, {})


def made_password() -> str:
    """Make a password that the pool's rules take, whatever chance brings."""
    return f"Aa1-{secrets.token_urlsafe(9)}"


def _invite(target: Target, account: str, email: str, name: str) -> str | None:
    if not (email or target.is_laptop):
        raise OperatorError(
            "Cognito mails the first password, and has no address to mail it to.",
            "Give one with: --email ADDRESS",
        )
    attributes = {"name": name or account}
    if email:
        attributes |= {"email": email, "email_verified": "true"}
    password = made_password() if target.is_laptop else None
    how: Document = {"DesiredDeliveryMediums": ["EMAIL"]}
    if password:
        how = {"TemporaryPassword": password, "MessageAction": "SUPPRESS"}
    try:
        target.client("cognito-idp").admin_create_user(
            UserPoolId=_pool(target),
            Username=account,
            UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
            **how,
        )
    except ClientError as refusal:
        if code_of(refusal) not in REFUSED:
            raise
        raise OperatorError(
            f"Cognito takes no account {account}: {refusal.response['Error']['Message']}",
            "Choose another name, without spaces.",
        ) from None
    return password


def _found(target: Target, account: str) -> Document | None:
    try:
        return dict(
            target.client("cognito-idp").admin_get_user(UserPoolId=_pool(target), Username=account)
        )
    except ClientError as failure:
        if code_of(failure) != "UserNotFoundException":
            raise
        return None


def _described(user: Document, roles: dict[str, list[str]]) -> Document:
    attributes = {one["Name"]: one["Value"] for one in user["Attributes"]}
    return {
        "account": user["Username"],
        "name": attributes.get("name"),
        "email": attributes.get("email"),
        "roles": roles.get(user["Username"], []),
        "may_sign_in": user["Enabled"],
        # Cognito's own word: FORCE_CHANGE_PASSWORD until somebody has signed in once.
        "status": user["UserStatus"],
    }


def _enable(target: Target, account: str) -> str:
    pool = _pool(target)
    where = f"--user-pool-id {pool} --username {account} --region {target.region}"
    return f"aws cognito-idp admin-enable-user {where}"


def _pool(target: Target) -> str:
    return target.output("UserPoolId")
