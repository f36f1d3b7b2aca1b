"""Hold template.yaml to who may sign in at the desk, and what a link's holder may do."""

from typing import Any

import pytest

from framewarden.console import session
from framewarden.domain import roles
from tests.unit.template_reading import Template, physical

TEMPLATE = Template()
POOL = TEMPLATE.resources["DeskUsers"]
CLIENT = TEMPLATE.resources["DeskClient"]["Properties"]
PAGES = (
    *("DeskPageFunction", "ReviewPageFunction", "PicturePageFunction", "ChannelPageFunction"),
    *("ExecutionPageFunction", "HealthPageFunction", "BatchPageFunction"),
    "AdapterPageFunction",
)
MINUTE, HOUR = 60, 3600  # seconds


def test_groups_are_the_roles_of_the_desk() -> None:
    groups = TEMPLATE.of_type("AWS::Cognito::UserPoolGroup").values()
    assert {about["GroupName"] for about in groups} == set(roles.ROLES)
    assert {about["UserPoolId"] for about in groups} == {physical("DeskUsers")}
    assert not [about for about in groups if "RoleArn" in about], "a group lends no AWS role"


def test_nobody_signs_up_and_nobody_gets_in_by_reading_mail() -> None:
    own = POOL["Properties"]
    assert own["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    [way] = own["AccountRecoverySetting"]["RecoveryMechanisms"]
    assert way["Name"] == "admin_only"
    assert own["UsernameConfiguration"] == {"CaseSensitive": False}


def test_an_invitation_says_what_cognito_demands() -> None:
    invitation = POOL["Properties"]["AdminCreateUserConfig"]["InviteMessageTemplate"]
    assert all(mark in invitation["EmailMessage"] for mark in ("{username}", "{####}"))


def test_a_password_is_what_the_desk_says_that_it_must_be() -> None:
    rules = POOL["Properties"]["Policies"]["PasswordPolicy"]
    assert rules["MinimumLength"] == 12
    needed = {name for name, wanted in rules.items() if wanted is True}
    assert needed == {"RequireUppercase", "RequireLowercase", "RequireNumbers"}


def test_accounts_outlive_the_stack_whose_decisions_name_them() -> None:
    assert POOL["DeletionPolicy"] == "RetainExceptOnCreate"
    assert POOL["UpdateReplacePolicy"] == "Retain"
    # A protected pool would keep a failed first deployment from rolling back.
    assert "DeletionProtection" not in POOL["Properties"]


def test_the_desk_signs_in_by_password_and_renews_and_does_nothing_else() -> None:
    assert CLIENT["GenerateSecret"] is False
    assert set(CLIENT["ExplicitAuthFlows"]) == {
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    }
    assert not [name for name in CLIENT if "OAuth" in name or name.endswith("URLs")]
    assert CLIENT["PreventUserExistenceErrors"] == "ENABLED"
    assert CLIENT["EnableTokenRevocation"] is True


def test_tokens_live_as_long_as_the_session_that_is_made_of_them() -> None:
    units = CLIENT["TokenValidityUnits"]
    assert units == {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "hours"}
    assert CLIENT["IdTokenValidity"] * MINUTE == session.LIFE.total_seconds()
    assert CLIENT["AccessTokenValidity"] == CLIENT["IdTokenValidity"]
    assert CLIENT["RefreshTokenValidity"] * HOUR == session.KEPT.total_seconds()


def test_nobody_changes_the_name_that_stands_beside_their_decisions() -> None:
    """An access token may change what its client may write; an empty list means everything."""
    assert CLIENT["ReadAttributes"] == ["name"]
    assert CLIENT["WriteAttributes"] == ["locale"]


def test_a_link_may_do_what_the_parameter_says() -> None:
    about = TEMPLATE.source["Parameters"]["LinkMay"]
    assert set(about["AllowedValues"]) == set(roles.LINKS)
    assert about["Default"] == "stop"
    narrowed = Template({"LinkMay": "view"})
    for function in PAGES:
        assert TEMPLATE.environment(function)["LINK_MAY"] == "stop"
        assert narrowed.environment(function)["LINK_MAY"] == "view"


def test_every_page_asks_the_same_client_who_somebody_is() -> None:
    asked = {TEMPLATE.environment(function)["DESK_CLIENT_ID"] for function in PAGES}
    assert asked == {physical("DeskClient")}
    assert {about for about in TEMPLATE.functions if about.endswith("PageFunction")} == set(PAGES)


@pytest.mark.parametrize("function", TEMPLATE.functions)
def test_no_function_changes_accounts(function: str) -> None:
    assert not [
        action
        for statement in TEMPLATE.statements(function)
        for action in statement["Action"]
        if action.startswith("cognito")
    ]


@pytest.mark.parametrize("function", ["DeskPageFunction", "PicturePageFunction"])
def test_pages_without_a_decision_can_only_read(function: str) -> None:
    """One takes passwords from anybody, the other decodes pictures of anybody."""
    reading = {
        *("dynamodb:Query", "dynamodb:GetItem", "s3:GetObject", "s3:GetObjectVersion"),
        "secretsmanager:GetSecretValue",
    }
    statements = TEMPLATE.statements(function)
    sheets = f"arn:aws:s3:::{physical('BatchesBucket')}/batches/*/sheets/*"
    for one in statements:
        # What it draws of a screen of blurred pictures it may keep, there and nowhere else.
        drawing = {"s3:PutObject"} if one["Resource"] == [sheets] else set()
        assert set(one["Action"]) <= reading | drawing


def test_the_queue_reads_one_item_beside_its_index() -> None:
    """A review's item holds the token that answers the machine; the index does not."""
    statements: list[dict[str, Any]] = TEMPLATE.statements("DeskPageFunction")
    [reads] = [one for one in statements if "dynamodb:GetItem" in one["Action"]]
    assert reads["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["counts"]}}
    [asks] = [one for one in statements if "dynamodb:Query" in one["Action"]]
    assert [arn.rpartition("/")[2] for arn in asks["Resource"]] == ["open"]
