"""Ask the user pool who somebody is: sign-in, the first password, renewal, revocation.

These are the public operations of an app client without a secret: they are sent unsigned, and need
no permission. What a person typed and what the pool lends is in no repr, message or log.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from framewarden.aws import id_token
from framewarden.aws.clients import client, code_of

FIRST_PASSWORD = "NEW_PASSWORD_REQUIRED"  # noqa: S105 a challenge's name


class AccountError(Exception):
    """Nobody was signed in; `final` where the session of a challenge is worth nothing any more."""

    final = False


class AccountRefusedError(AccountError):
    """The pool does not let this account in, or not with this password."""

    final = True


class StepUnsupportedError(AccountError):
    """The account wants another step than a first password."""

    final = True


class PasswordRefusedError(AccountError):
    """The new password breaks the pool's rules."""


class AccountsBusyError(AccountError):
    """The pool was asked too often."""


class AccountsAwayError(AccountError):
    """The pool failed, or what it answered cannot be read; says the operation and AWS's name."""


_FAILURES: Mapping[str, type[AccountError]] = {
    "NotAuthorizedException": AccountRefusedError,
    "UserNotFoundException": AccountRefusedError,
    "UserNotConfirmedException": AccountRefusedError,
    "PasswordResetRequiredException": AccountRefusedError,
    # Such a name or an expired step can be nobody's.
    "InvalidParameterException": AccountRefusedError,
    "CodeMismatchException": AccountRefusedError,
    "TooManyRequestsException": AccountsBusyError,
    "LimitExceededException": AccountsBusyError,
}
_PASSWORD_FAILURES: Mapping[str, type[AccountError]] = {
    **_FAILURES,
    "InvalidPasswordException": PasswordRefusedError,
    "InvalidParameterException": PasswordRefusedError,
    # One of the last passwords, where the pool remembers them.
    "PasswordHistoryPolicyViolationException": PasswordRefusedError,
}


@dataclass(frozen=True)
class Signed:
    """Somebody whom the pool knows; `refresh` is empty where it lent none anew."""

    sub: str
    account: str
    name: str
    roles: tuple[str, ...]
    refresh: str = field(default="", repr=False)


@dataclass(frozen=True)
class Challenge:
    """The pool wants a password of the person's own; `session` lets them choose one now."""

    session: str = field(repr=False)


class Accounts:
    """One app client of the user pool."""

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id

    def sign_in(self, account: str, password: str) -> Signed | Challenge:
        """Sign somebody in.

        Raises
        ------
        AccountRefusedError, AccountsBusyError, AccountsAwayError, StepUnsupportedError
        """
        with _named(_FAILURES):
            answer = client("cognito-idp").initiate_auth(
                ClientId=self._client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": account, "PASSWORD": password},
            )
        if answer.get("ChallengeName") == FIRST_PASSWORD:
            return Challenge(str(answer["Session"]))
        return _signed(answer)

    def choose_password(self, account: str, session: str, password: str) -> Signed:
        """Answer the challenge of a first sign-in.

        Raises
        ------
        PasswordRefusedError
            The session may be used again with another one.
        AccountRefusedError, AccountsBusyError, AccountsAwayError, StepUnsupportedError
        """
        with _named(_PASSWORD_FAILURES):
            answer = client("cognito-idp").respond_to_auth_challenge(
                ClientId=self._client_id,
                ChallengeName=FIRST_PASSWORD,
                Session=session,
                ChallengeResponses={"USERNAME": account, "NEW_PASSWORD": password},
            )
        return _signed(answer)

    def renew(self, refresh: str) -> Signed | None:
        """Ask again who somebody is, with the groups of now; None where they are let in no more.

        Raises
        ------
        AccountsAwayError, AccountsBusyError
        """
        try:
            with _named(_FAILURES):
                answer = client("cognito-idp").initiate_auth(
                    ClientId=self._client_id,
                    AuthFlow="REFRESH_TOKEN_AUTH",
                    AuthParameters={"REFRESH_TOKEN": refresh},
                )
            return _signed(answer)
        except (AccountRefusedError, StepUnsupportedError):
            return None

    def revoke(self, refresh: str) -> None:
        """End what a refresh token lends; one that is none any more is no failure.

        Raises
        ------
        AccountsAwayError, AccountsBusyError
        """
        try:
            with _named(_FAILURES):
                client("cognito-idp").revoke_token(Token=refresh, ClientId=self._client_id)
        except AccountRefusedError:
            return


@contextmanager
def _named(failures: Mapping[str, type[AccountError]]) -> Iterator[None]:
    """Name the pool's failures; their own text is left behind."""
    try:
        yield
    except ClientError as failure:
        ours = failures.get(code_of(failure), AccountsAwayError)
        raise ours(f"{failure.operation_name}: {code_of(failure)}") from None
    except ParamValidationError:
        # Shorter or longer than anything that the pool has handed out.
        raise AccountRefusedError("not a request that the pool takes") from None
    except BotoCoreError as failure:
        raise AccountsAwayError(type(failure).__name__) from None


def _signed(answer: Mapping[str, Any]) -> Signed:
    result = answer.get("AuthenticationResult")
    if result is None:
        raise StepUnsupportedError("another challenge")
    claims = id_token.claims(str(result.get("IdToken")))
    sub, account = (str(claims.get(name) or "") for name in ("sub", "cognito:username"))
    if not (sub and account):
        raise AccountsAwayError("an id token that cannot be read")
    return Signed(
        sub=sub,
        account=account,
        name=str(claims.get("name") or account),
        roles=id_token.roles(claims.get("cognito:groups")),
        refresh=str(result.get("RefreshToken") or ""),
    )
