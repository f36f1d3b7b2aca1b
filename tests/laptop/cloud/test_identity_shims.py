"""What a policy's conditions see of a caller: the emulator's faults, and their cure.

Each `…_fault` test fails once ministack has mended the fault: then delete its shim.
"""

from collections.abc import Iterator

import ministack.app as app
import ministack.core.iam_evaluator as evaluator
import ministack.services.iam as iam
import pytest

from local.laptop.shims import identities

NAME = "AWSServiceRoleForIVSRecordToS3"
ROLE = f"arn:aws:iam::000000000000:role/aws-service-role/ivs.amazonaws.com/{NAME}"
SESSION = f"arn:aws:sts::000000000000:assumed-role/{NAME}/recorder"


@pytest.fixture(autouse=True)
def role() -> Iterator[None]:
    iam._roles.set_scoped("000000000000", None, NAME, {"RoleName": NAME, "Arn": ROLE})
    yield
    iam._roles.pop_scoped("000000000000", None, NAME)


def caller(arn: str = SESSION) -> evaluator.EvalContext:
    return evaluator.EvalContext(
        principal_arn=arn,
        principal_type="AssumedRole",
        principal_account="000000000000",
        action="s3:PutObject",
        resource_arn="arn:aws:s3:::frames/ivs/thumb0.jpg",
        region="us-east-1",
    )


def is_the_ivs_role(arn: str = SESSION) -> bool:
    condition = {"ArnEquals": {"aws:PrincipalArn": ROLE}}
    return bool(evaluator._conditions_met(condition, caller(arn)))


def test_a_session_is_not_its_role_fault() -> None:
    assert not is_the_ivs_role()


def test_a_session_is_known_by_its_role() -> None:
    identities.sessions_are_known_by_their_role()
    assert is_the_ivs_role()
    assert not is_the_ivs_role("arn:aws:sts::000000000000:assumed-role/Other/x")
    assert not is_the_ivs_role("arn:aws:iam::000000000000:user/someone")


def over_tls() -> bool:
    app.pin_request_origin("127.0.0.1", False)
    return bool(
        evaluator._conditions_met({"Bool": {"aws:SecureTransport": "true"}}, caller(SESSION))
    )


def test_a_plain_connection_is_refused_fault() -> None:
    assert not over_tls()


def test_loopback_counts_as_tls() -> None:
    identities.loopback_counts_as_tls()
    assert over_tls()
