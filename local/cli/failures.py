"""End a command that failed with a sentence and an exit code, never with a traceback."""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from local.cli.output import say
from local.errors import OperatorError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

INTERRUPTED = 130
DEBUG = "FRAMEWARDEN_DEBUG"
CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "AuthFailure",
    }
)
DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"}
)


class Commands(TyperGroup):
    """The `framewarden` command: whatever a command raises ends here."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command, and put its failure in words."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            say("Interrupted.")
            raise typer.Exit(INTERRUPTED) from None
        except Exception as failure:
            if hasattr(failure, "show"):  # a usage error: Typer says it better
                raise
            if os.environ.get(DEBUG):
                traceback.print_exc()
            say(f"Error: {in_words(failure)}")
            raise typer.Exit(1) from None


def in_words(failure: Exception) -> str:
    """Say what went wrong in a sentence, and what to do in the next."""
    from framewarden.domain.errors import FramewardenError

    if isinstance(failure, OperatorError | FramewardenError):
        return str(failure)
    if type(failure).__module__.startswith(("botocore", "boto3")):
        return _aws_in_words(failure)
    if isinstance(failure, OSError) and failure.strerror:
        place = f" ({failure.filename})" if failure.filename else ""
        return f"{failure.strerror}{place}."
    return (
        f"Unexpected {type(failure).__name__}: {failure}. "
        f"Set {DEBUG}=1 to see where it comes from, and report it."
    )


def _aws_in_words(failure: Exception) -> str:
    from botocore import exceptions as aws

    if isinstance(failure, aws.ClientError):
        return _answer_in_words(failure)
    if isinstance(failure, aws.NoCredentialsError | aws.PartialCredentialsError):
        return "AWS credentials are missing. Sign in (for example: aws sso login), and try again."
    if isinstance(failure, aws.ProfileNotFound | aws.TokenRetrievalError | aws.SSOError):
        return f"{failure}. Correct AWS_PROFILE, or sign in with: aws sso login"
    if isinstance(failure, aws.EndpointConnectionError | aws.HTTPClientError):
        url = str(failure.kwargs.get("endpoint_url", "The service"))
        if "127.0.0.1" in url:
            return (
                f"The laptop cloud does not answer at {url}. "
                "Start it afresh with: framewarden down; framewarden up"
            )
        return f"{url} does not answer. Check the network and the region."
    return f"{type(failure).__name__}: {failure}"


def _answer_in_words(failure: ClientError) -> str:
    error = failure.response.get("Error", {})
    code, operation = error.get("Code", ""), failure.operation_name
    if code in CREDENTIALS:
        return f"AWS refuses the credentials ({code}). Sign in again, and check the account."
    if code in DENIED:
        return f"AWS does not allow {operation} with these credentials: {error.get('Message', '')}"
    return f"{operation} failed with {code}: {error.get('Message', '')}"
