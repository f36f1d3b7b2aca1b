"""Tell the conditions of a policy who is calling, and how, as AWS does."""

from functools import wraps
from typing import Any

import ministack.app as app
import ministack.core.iam_evaluator as evaluator
import ministack.services.iam as iam

from local.laptop.shims.anchors import anchor


def sessions_are_known_by_their_role() -> None:
    """Give `aws:PrincipalArn` the role's ARN, path included, when a role is acting.

    ministack gives the session's (`arn:aws:sts::…:assumed-role/Name/session`), so a bucket policy
    that lets only the IVS role write refuses that role too. AWS gives the role's own.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    anchor(evaluator._resolve_condition_key, 'if k == "aws:principalarn":')
    anchor(evaluator._conditions_met, "_resolve_condition_key(key, ctx)")
    resolve = evaluator._resolve_condition_key

    @wraps(resolve)
    def resolve_condition_key(key: str, context: Any) -> Any:
        found = resolve(key, context)
        if key.lower() != "aws:principalarn" or ":assumed-role/" not in str(found):
            return found
        name = found.split(":assumed-role/", 1)[1].split("/", 1)[0]
        role = iam._roles.get_scoped(context.principal_account, None, name)
        return role["Arn"] if role else found

    evaluator._resolve_condition_key = resolve_condition_key


def loopback_counts_as_tls() -> None:
    """Tell policies that a request came over TLS: `aws:SecureTransport` is true.

    ministack says what is so: the laptop speaks plain HTTP. AWS's endpoints speak TLS, and the
    buckets refuse all else; here the connection ends on the machine where it began.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    anchor(app.app, "pin_request_origin((scope.get(")
    pin = app.pin_request_origin

    @wraps(pin)
    def pin_request_origin(source_ip: str, secure_transport: bool) -> None:
        pin(source_ip, True)

    app.pin_request_origin = pin_request_origin
