"""The user pool: on moto where it behaves as Cognito does, else on answers recorded from AWS's."""

import json
import logging
import traceback
from base64 import urlsafe_b64encode

import pytest
from botocore.exceptions import ConnectTimeoutError
from moto import mock_aws

from framewarden.aws import accounts
from framewarden.aws.accounts import Accounts, Challenge, Signed
from framewarden.aws.clients import client
from tests.unit.wire import refused

FIRST, OWN = "First-Password-1", "Own-Password-22"
REFRESH = "a-refresh-token-of-the-pool"
CLAIMS = {"sub": "s-1", "cognito:username": "ana"}


def jwt(claims):
    parts = ({"alg": "RS256"}, claims)
    head, payload = (
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts
    )
    return f"{head}.{payload}.c2lnbmF0dXJl"


def signed(**claims):
    return {"AuthenticationResult": {"IdToken": jwt(CLAIMS | claims), "RefreshToken": REFRESH}}


@pytest.fixture
def pool(wire):
    """Return an app client of a pool on moto, with one user who was given a password."""
    with mock_aws():
        cognito = client("cognito-idp")
        pool_id = cognito.create_user_pool(
            PoolName="people", Policies={"PasswordPolicy": {"MinimumLength": 12}}
        )["UserPool"]["Id"]
        made = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="desk")
        for group in ("moderator", "lead", "strangers"):
            cognito.create_group(UserPoolId=pool_id, GroupName=group)
        cognito.admin_create_user(
            UserPoolId=pool_id,
            Username="ana",
            TemporaryPassword=FIRST,
            UserAttributes=[{"Name": "name", "Value": "Ana María"}],
        )
        join = {"UserPoolId": pool_id, "Username": "ana"}
        cognito.admin_add_user_to_group(**join, GroupName="moderator")
        cognito.admin_add_user_to_group(**join, GroupName="strangers")
        yield Accounts(made["UserPoolClient"]["ClientId"]), join


@pytest.fixture
def asked(wire):
    """Return an app client whose pool answers what a test says."""
    return Accounts("client-1")


def test_somebody_chooses_a_password_signs_in_and_is_renewed_with_the_groups_of_then(pool, wire):
    desk, join = pool
    challenge = desk.sign_in("ana", FIRST)
    assert isinstance(challenge, Challenge)
    chosen = desk.choose_password("ana", challenge.session, OWN)
    assert (chosen.account, chosen.roles) == ("ana", ("moderator",))
    known = desk.sign_in("ana", OWN)
    assert isinstance(known, Signed)
    assert known.sub == chosen.sub
    client("cognito-idp").admin_add_user_to_group(**join, GroupName="lead")
    renewed = desk.renew(known.refresh)
    assert (renewed.sub, renewed.roles, renewed.refresh) == (known.sub, ("moderator", "lead"), "")


def test_a_wrong_password_and_an_unknown_name_and_a_disabled_account_are_refused_alike(pool):
    desk, join = pool
    for name, password in (("ana", "wrong"), ("nobody", FIRST)):
        with pytest.raises(accounts.AccountRefusedError):
            desk.sign_in(name, password)
    client("cognito-idp").admin_disable_user(**join)
    with pytest.raises(accounts.AccountRefusedError):
        desk.sign_in("ana", FIRST)


def test_a_password_against_the_rules_is_refused_and_the_step_goes_on(pool):
    desk, _ = pool
    challenge = desk.sign_in("ana", FIRST)
    with pytest.raises(accounts.PasswordRefusedError) as caught:
        desk.choose_password("ana", challenge.session, "short")
    assert not caught.value.final
    assert desk.choose_password("ana", challenge.session, OWN).account == "ana"


def test_the_pool_is_asked_as_its_reference_says(asked, wire):
    for operation in ("InitiateAuth", "RespondToAuthChallenge"):
        wire.serves(operation, lambda asked: signed())
    wire.serves("RevokeToken", lambda asked: {})
    asked.sign_in("ana", OWN)
    asked.choose_password("ana", "s" * 20, OWN)
    asked.renew(REFRESH)
    asked.revoke(REFRESH)
    assert [call.asked for call in wire.calls] == [
        {
            "ClientId": "client-1",
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "ana", "PASSWORD": OWN},
        },
        {
            "ClientId": "client-1",
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "Session": "s" * 20,
            "ChallengeResponses": {"USERNAME": "ana", "NEW_PASSWORD": OWN},
        },
        {
            "ClientId": "client-1",
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": {"REFRESH_TOKEN": REFRESH},
        },
        {"Token": REFRESH, "ClientId": "client-1"},
    ]


@pytest.mark.parametrize("operation", ["InitiateAuth", "RespondToAuthChallenge", "RevokeToken"])
def test_the_operations_are_public_so_they_need_no_permission(operation):
    model = client("cognito-idp").meta.service_model.operation_model(operation)
    assert model.auth_type == "none"


@pytest.mark.parametrize(
    ("code", "first", "chosen"),
    [
        ("NotAuthorizedException", "AccountRefusedError", "AccountRefusedError"),
        ("UserNotFoundException", "AccountRefusedError", "AccountRefusedError"),
        ("UserNotConfirmedException", "AccountRefusedError", "AccountRefusedError"),
        ("PasswordResetRequiredException", "AccountRefusedError", "AccountRefusedError"),
        ("CodeMismatchException", "AccountRefusedError", "AccountRefusedError"),
        ("InvalidParameterException", "AccountRefusedError", "PasswordRefusedError"),
        ("InvalidPasswordException", "AccountsAwayError", "PasswordRefusedError"),
        ("PasswordHistoryPolicyViolationException", "AccountsAwayError", "PasswordRefusedError"),
        ("TooManyRequestsException", "AccountsBusyError", "AccountsBusyError"),
        ("LimitExceededException", "AccountsBusyError", "AccountsBusyError"),
        ("InternalErrorException", "AccountsAwayError", "AccountsAwayError"),
        ("ResourceNotFoundException", "AccountsAwayError", "AccountsAwayError"),
        ("SomethingNewException", "AccountsAwayError", "AccountsAwayError"),
    ],
)
def test_every_failure_has_one_of_our_names(asked, wire, code, first, chosen):
    for operation in ("InitiateAuth", "RespondToAuthChallenge"):
        wire.serves(operation, lambda asked: refused(code))
    with pytest.raises(accounts.AccountError) as caught:
        asked.sign_in("ana", OWN)
    assert type(caught.value).__name__ == first
    assert str(caught.value) == f"InitiateAuth: {code}"
    with pytest.raises(accounts.AccountError) as caught:
        asked.choose_password("ana", "s" * 20, OWN)
    assert type(caught.value).__name__ == chosen


@pytest.mark.parametrize("challenge", ["SOFTWARE_TOKEN_MFA", "SMS_MFA", "PASSWORD_VERIFIER"])
def test_another_step_is_not_supported(asked, wire, challenge):
    for operation in ("InitiateAuth", "RespondToAuthChallenge"):
        wire.serves(operation, lambda asked: {"ChallengeName": challenge, "Session": "s" * 20})
    with pytest.raises(accounts.StepUnsupportedError):
        asked.sign_in("ana", OWN)
    with pytest.raises(accounts.StepUnsupportedError):
        asked.choose_password("ana", "s" * 20, OWN)
    assert asked.renew(REFRESH) is None


def test_nobody_is_renewed_once_their_token_is_revoked_or_their_account_disabled(asked, wire):
    wire.serves("InitiateAuth", lambda asked: refused("NotAuthorizedException"))
    assert asked.renew(REFRESH) is None


@pytest.mark.parametrize("code", ["TooManyRequestsException", "InternalErrorException"])
def test_a_pool_that_fails_is_not_one_that_refuses(asked, wire, code):
    for operation in ("InitiateAuth", "RevokeToken"):
        wire.serves(operation, lambda asked: refused(code))
    for ask in (asked.renew, asked.revoke):
        with pytest.raises((accounts.AccountsBusyError, accounts.AccountsAwayError)):
            ask(REFRESH)


def test_a_pool_that_cannot_be_reached_is_away(asked, wire):
    wire.raises("InitiateAuth", ConnectTimeoutError(endpoint_url="https://pool.invalid"))
    with pytest.raises(accounts.AccountsAwayError, match=r"^ConnectTimeoutError$"):
        asked.sign_in("ana", OWN)


def test_what_the_pool_cannot_have_handed_out_is_refused_before_it_is_sent(asked, wire):
    with pytest.raises(accounts.AccountRefusedError):
        asked.choose_password("ana", "short", OWN)


def test_a_token_that_is_none_any_more_counts_as_revoked(asked, wire):
    wire.fails("RevokeToken", "InvalidParameterException")
    asked.revoke(REFRESH)
    assert len(wire.made("RevokeToken")) == 1


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        (None, ()),
        ([], ()),
        (["lead", "moderator"], ("moderator", "lead")),
        (["leads", "Moderator", "administrators"], ()),
        ("lead", ("lead",)),
        ("moderator lead", ("moderator", "lead")),
        ("moderator,lead", ("moderator", "lead")),
        ('["auditor", "engineer"]', ("engineer", "auditor")),
        ("[auditor engineer]", ("engineer", "auditor")),
        ("misleading", ()),
        (7, ()),
    ],
)
def test_groups_are_read_as_every_gateway_writes_them(asked, wire, groups, roles):
    claims = {} if groups is None else {"cognito:groups": groups}
    wire.serves("InitiateAuth", lambda asked: signed(**claims))
    assert asked.sign_in("ana", OWN).roles == roles


@pytest.mark.parametrize(("claims", "name"), [({}, "ana"), ({"name": "Ana María"}, "Ana María")])
def test_people_are_called_by_their_name_where_they_have_one(asked, wire, claims, name):
    wire.serves("InitiateAuth", lambda asked: signed(**claims))
    assert asked.sign_in("ana", OWN) == Signed("s-1", "ana", name, (), REFRESH)


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "a.b.c",
        "one-part",
        jwt([]),
        jwt({}),
        jwt({"sub": "s-1"}),
        jwt({"cognito:username": "ana"}),
        "a.é.c",
        "a._w.c",
    ],
)
def test_an_id_token_that_cannot_be_read_signs_nobody_in(asked, wire, token):
    result = {} if token is None else {"IdToken": token}
    wire.serves("InitiateAuth", lambda asked: {"AuthenticationResult": result})
    with pytest.raises(accounts.AccountsAwayError):
        asked.sign_in("ana", OWN)


def test_secrets_are_in_no_repr_no_message_and_no_log(asked, wire, caplog):
    caplog.set_level(logging.INFO)
    wire.fails("InitiateAuth", "NotAuthorizedException")
    wire.fails("RespondToAuthChallenge", "InvalidPasswordException")
    said = [repr(asked), repr(Challenge("the-session")), repr(Signed("s", "a", "A", (), REFRESH))]
    for ask in (
        lambda: asked.sign_in("ana", OWN),
        lambda: asked.choose_password("ana", "the-session-of-the-pool", OWN),
    ):
        with pytest.raises(accounts.AccountError) as caught:
            ask()
        said += traceback.format_exception_only(caught.value)
        assert caught.value.__suppress_context__
    assert not any(
        secret in text for text in [*said, caplog.text] for secret in (OWN, REFRESH, "the-session")
    )
