"""The one exception of the extension: an AWS error by its name on the wire."""

from moto.core.exceptions import ServiceException

# What AWS answers for errors that a service uses without modelling them
# (docs.aws.amazon.com "Common Errors"), and for modelled ones that carry no status.
UNMODELLED_STATUS = {
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "InternalFailure": 500,
    "InternalServerError": 500,
    "SerializationException": 400,
    "ServiceUnavailable": 503,
    "ThrottlingException": 429,
    "TooManyRequestsException": 429,
    "UnrecognizedClientException": 403,
    "ValidationException": 400,
}


class AwsError(ServiceException):
    """Refuse a call with an AWS error name and a message."""

    def __init__(self, code: str, message: str, faults: dict[str, str] | None = None) -> None:
        super().__init__(code, message)
        # IVS and IVS Chat model the message under this member.
        self.exception_message = message
        # MediaLive says which element of the request is wrong, by its path.
        self.validation_errors = [
            {"ElementPath": path, "ErrorMessage": text} for path, text in (faults or {}).items()
        ]
