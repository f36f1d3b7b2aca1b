"""Have Rekognition train an adapter, once for each name, and ask how one stands."""

from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from framewarden.aws.bulk_jobs import PASSING
from framewarden.aws.clients import Codes, client, code_of, named
from framewarden.domain.adapters import read_arn
from framewarden.domain.errors import AnalyzerDeniedError, AnalyzerUnavailableError

FEATURE: Final = "CONTENT_MODERATION"
NOT_FOUND: Final = "ResourceNotFoundException"
# A name that is taken, a training under way in the project, or as many as an account may have.
IN_USE: Final = "ResourceInUseException"
BUSY: Final = (IN_USE, "LimitExceededException")
# Ours, beside Rekognition's: a project of the name that is of Custom Labels, and a version that
# nobody here has ordered.
FOREIGN_PROJECT, FOREIGN_VERSION = "FOREIGN_PROJECT", "FOREIGN_VERSION"

ASKING: Codes = {
    **PASSING,
    "AccessDeniedException": AnalyzerDeniedError,
    "UnrecognizedClientException": AnalyzerDeniedError,
    "InvalidParameterException": AnalyzerDeniedError,
}

Document = dict[str, Any]


class TrainingRefusedError(Exception):
    """Rekognition trains no such adapter, however often it is asked; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TrainingBusyError(Exception):
    """Rekognition trains another adapter now; ask again when that has ended."""


@dataclass(frozen=True)
class Order:
    """What a training is asked for: the same name and description are the same training.

    `train` and `test` are the keys of the manifests in `bucket`; `threshold` is the confidence,
    in per cent, at which the evaluation counts a label as found.
    """

    project: str
    name: str
    description: str
    bucket: str
    train: str
    test: str
    output_prefix: str
    threshold: float


def project_of(name: str) -> str:
    """Return the ARN of our project, which is made where it is not there.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError
        Try again.
    TrainingBusyError
        It is being made or deleted.
    TrainingRefusedError
        It cannot be made.
    """
    try:
        with named(PASSING, AnalyzerUnavailableError):
            answer = client("rekognition").create_project(
                ProjectName=name, Feature=FEATURE, AutoUpdate="DISABLED"
            )
    except ClientError as failure:
        if code_of(failure) != IN_USE:
            raise _refusal(failure) from failure
        return _project_that_is_there(name)
    return str(answer["ProjectArn"])


def start(order: Order) -> str:
    """Start a training, once for each order, and return the version's ARN.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError
        Try again.
    TrainingBusyError
        Try again when another training has ended.
    TrainingRefusedError
        It will not be started, however often it is asked for.
    """
    output = {"S3Bucket": order.bucket, "S3KeyPrefix": order.output_prefix}
    try:
        with named(PASSING, AnalyzerUnavailableError):
            answer = client("rekognition").create_project_version(
                ProjectArn=order.project,
                VersionName=order.name,
                VersionDescription=order.description,
                OutputConfig=output,
                TrainingData={"Assets": [_asset(order.bucket, order.train)]},
                TestingData={"Assets": [_asset(order.bucket, order.test)]},
                FeatureConfig={"ContentModeration": {"ConfidenceThreshold": order.threshold}},
            )
    except ClientError as failure:
        if code_of(failure) not in BUSY:
            raise _refusal(failure) from failure
        return _version_that_is_there(order)
    return str(answer["ProjectVersionArn"])


def describe(project: str, arn: str) -> Document | None:
    """Return what Rekognition says of a trained version; None where it does not know it (any more).

    `project` is the ARN of its project, which an adapter's row has: no version's ARN tells it.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError
        Try again.
    AnalyzerDeniedError
        We may not ask.
    """
    read = read_arn(arn)
    told = _versions(project, read.name) if read else []
    return next((one for one in told if one.get("ProjectVersionArn") == arn), None)


def _project_that_is_there(name: str) -> str:
    with named(ASKING, AnalyzerUnavailableError):
        answer = client("rekognition").describe_projects(
            ProjectNames=[name], Features=[FEATURE, "CUSTOM_LABELS"]
        )
    told = answer.get("ProjectDescriptions") or []
    if not told or told[0].get("Status") != "CREATED":
        raise TrainingBusyError(f"the project {name} is being made or deleted")
    if told[0].get("Feature", FEATURE) != FEATURE:
        raise TrainingRefusedError(FOREIGN_PROJECT, f"the project {name} is of Custom Labels")
    return str(told[0]["ProjectArn"])


def _version_that_is_there(order: Order) -> str:
    """Return the version that an earlier try of this very order has started."""
    told = _versions(order.project, order.name)
    if not told:
        raise TrainingBusyError("another training is under way")
    if told[0].get("VersionDescription") != order.description:
        raise TrainingRefusedError(FOREIGN_VERSION, f"there is a version {order.name} already")
    return str(told[0]["ProjectVersionArn"])


def _versions(project: str, name: str) -> list[Document]:
    try:
        with named(ASKING, AnalyzerUnavailableError):
            answer = client("rekognition").describe_project_versions(
                ProjectArn=project, VersionNames=[name]
            )
    except ClientError as failure:
        if code_of(failure) == NOT_FOUND:
            return []
        raise
    return list(answer.get("ProjectVersionDescriptions") or [])


def _asset(bucket: str, key: str) -> Document:
    return {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": key}}}


def _refusal(failure: ClientError) -> TrainingRefusedError:
    return TrainingRefusedError(code_of(failure), str(failure.response["Error"].get("Message", "")))
