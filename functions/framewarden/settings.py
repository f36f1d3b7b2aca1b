"""Read each function's environment in one place; what is missing is listed together."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


class EnvironmentIncompleteError(Exception):
    """The function was deployed without variables that it needs."""


@dataclass(frozen=True)
class Settings:
    """One frozen model per function: a field `frames_table` is the variable `FRAMES_TABLE`."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the variables that the function reads."""
        return tuple(field.name.upper() for field in fields(cls))

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment.

        Raises
        ------
        EnvironmentIncompleteError
            Variables are missing or empty; the message names all of them.
        """
        missing = [name for name in cls.names() if not environ.get(name)]
        if missing:
            raise EnvironmentIncompleteError(
                f"{cls.__name__} needs {', '.join(missing)}: deploy template.yaml again"
            )
        return cls(**{field.name: environ[field.name.upper()] for field in fields(cls)})


@dataclass(frozen=True)
class PolicySource(Settings):
    """Where the published policy lies in AppConfig."""

    policy_application: str
    policy_environment: str
    policy_profile: str


@dataclass(frozen=True)
class Intake(Settings):
    frames_table: str
    frames_bucket: str
    state_machine_arn: str


@dataclass(frozen=True)
class Classify(PolicySource):
    mode: str


@dataclass(frozen=True)
class HoldUnscreened(PolicySource):
    mode: str


@dataclass(frozen=True)
class OpenReview(Settings):
    reviews_table: str
    frames_table: str
    outbox_table: str


@dataclass(frozen=True)
class RequestReview(Settings):
    reviews_table: str
    outbox_table: str
    notice_topic_arn: str
    link_secret_arn: str
    console_url_parameter: str


@dataclass(frozen=True)
class CloseReview(Settings):
    reviews_table: str


@dataclass(frozen=True)
class StopStream(Settings):
    channels_table: str
    outbox_table: str
    notice_topic_arn: str


@dataclass(frozen=True)
class StopFailed(Settings):
    channels_table: str


@dataclass(frozen=True)
class Reinstate(Settings):
    channels_table: str


@dataclass(frozen=True)
class Archive(Settings):
    frames_table: str
    reviews_table: str
    evidence_bucket: str


@dataclass(frozen=True)
class Settle(Settings):
    frames_table: str
    reviews_table: str


@dataclass(frozen=True)
class Sweep(Settings):
    outbox_table: str
    reviews_table: str
    notice_topic_arn: str
    link_secret_arn: str
    console_url_parameter: str


@dataclass(frozen=True)
class ReviewPage(Settings):
    reviews_table: str
    outbox_table: str
    frames_bucket: str
    link_secret_arn: str


BY_FUNCTION: dict[str, tuple[str, ...]] = {
    "intake": Intake.names(),
    "analyze": (),
    "classify": Classify.names(),
    "open_review": OpenReview.names(),
    "request_review": RequestReview.names(),
    "close_review": CloseReview.names(),
    "stop_stream": StopStream.names(),
    "stop_failed": StopFailed.names(),
    "hold_unscreened": HoldUnscreened.names(),
    "reinstate": Reinstate.names(),
    "archive": Archive.names(),
    "settle": Settle.names(),
    "sweep": Sweep.names(),
    "review_page": ReviewPage.names(),
}
