"""Give moto's responses AWS's manners: checked requests, modelled answers, faults and a log."""

import json
import time
from datetime import UTC, datetime
from typing import Any

from botocore.model import OperationNotFoundError
from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model

from local.moto_ext import calls, faults, quotas
from local.moto_ext.constraints import violations
from local.moto_ext.errors import UNMODELLED_STATUS, AwsError

_JSON_HEADERS = {"Content-Type": "application/x-amz-json-1.1"}


class CheckedResponse(BaseResponse):
    """Stand before a service's response class; list it first among the bases."""

    invalid_request = "ValidationException"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Parsed in call_action, where a request that does not parse can still be answered.
        self.automated_parameter_parsing = False
        self.params: dict[str, Any] = {}

    def call_action(self) -> TYPE_RESPONSE:
        """Answer one call; whatever the answer, the call is logged."""
        arrived, started = datetime.now(UTC), time.monotonic()
        operation = self._get_action()
        if not operation:
            return 404, {}, ""
        try:
            self._admit(operation)
            answer = super().call_action()
        except AwsError as error:
            answer = self.serialized(ActionResult(error))
        calls.record(
            self.boto3_service_name,
            operation,
            at=arrived,
            ids=calls.ids_of(self.params),
            error=_error_name(answer),
            seconds=time.monotonic() - started,
        )
        return answer

    def _get_action(self) -> str:
        # moto looks for an Action in the body first, where a caller's data could spell one.
        target = self.headers.get("X-Amz-Target")
        if target:
            return str(target).rsplit(".", maxsplit=1)[-1]
        return self._get_action_from_method_and_request_uri(self.normalized_request)

    def _admit(self, operation: str) -> None:
        try:
            self.parse_parameters(self.normalized_request)
        except OperationNotFoundError:
            raise AwsError("UnknownOperationException", f"No operation {operation}.") from None
        except Exception as error:
            raise AwsError("SerializationException", "The request does not parse.") from error
        self.automated_parameter_parsing = True
        quotas.take(self.boto3_service_name, operation, self.current_account, self.region)
        faults.strike(self.boto3_service_name, operation, calls.ids_of(self.params))
        shape = get_service_model(self.boto3_service_name).operation_model(operation).input_shape
        broken = list(violations(self.params, shape)) if shape else []
        if broken:
            noun = "error" if len(broken) == 1 else "errors"
            raise AwsError(
                self.invalid_request,
                f"{len(broken)} validation {noun} detected: {'; '.join(broken)}",
            )

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        """Write an answer by its model, an error with the status that AWS gives it."""
        error = action_result.result
        if not isinstance(error, AwsError):
            return super().serialized(action_result)
        model = get_service_model(self.boto3_service_name)
        if any(shape.name == error.code for shape in model.error_shapes):
            status, headers, body = super().serialized(action_result)
            return (500 if error.code == "InternalServerError" else status), headers, body
        body = json.dumps({"__type": error.code, "message": error.message})
        headers = {**_JSON_HEADERS, "X-Amzn-Errortype": error.code}
        # Services that speak plain JSON answer every client error with 400.
        plain = model.protocol == "json" and UNMODELLED_STATUS.get(error.code, 400) < 500
        return (400 if plain else UNMODELLED_STATUS.get(error.code, 400)), headers, body


def _error_name(answer: TYPE_RESPONSE) -> str | None:
    """Read the error's name off an answer, None where it is no error."""
    status, headers, _ = answer
    if int(status) < 400:
        return None
    names = {name.lower(): value for name, value in headers.items()}
    return str(names.get("x-amzn-errortype", status))
