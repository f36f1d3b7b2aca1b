"""Read each function's environment in one place; what is missing is listed together."""

import os
from collections.abc import Mapping
from inspect import get_annotations
from typing import Self


class EnvironmentIncompleteError(Exception):
    """The function was deployed without variables that it needs."""


class Settings:
    """One frozen model per function: a field `frames_table` is the variable `FRAMES_TABLE`.

    Not a dataclass: making thirteen of those costs every cold start 7 ms.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"settings are read once: {name} cannot be changed")

    @classmethod
    def fields(cls) -> tuple[str, ...]:
        """Return the fields, those of the base class first."""
        bases = [base for base in reversed(cls.__mro__) if base is not object]
        return tuple(name for base in bases for name in get_annotations(base))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the variables that the function reads."""
        return tuple(field.upper() for field in cls.fields())

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
        return cls({field: environ[field.upper()] for field in cls.fields()})


class PolicySource(Settings):
    """Where the published policy lies in AppConfig."""

    policy_application: str
    policy_environment: str
    policy_profile: str


class Intake(Settings):
    frames_table: str
    frames_bucket: str
    channels_table: str
    medialive_folders: str
    state_machine_arn: str


class Analyze(Settings):
    adapters_table: str


class Classify(PolicySource):
    mode: str
    batches_bucket: str


class HoldUnscreened(PolicySource):
    mode: str


class OpenReview(Settings):
    reviews_table: str
    frames_table: str
    outbox_table: str


class RequestReview(Settings):
    reviews_table: str
    outbox_table: str
    notice_topic_arn: str
    link_secret_arn: str
    console_url_parameter: str


class CloseReview(Settings):
    reviews_table: str


class StopStream(PolicySource):
    channels_table: str
    outbox_table: str
    notice_topic_arn: str


class StopFailed(Settings):
    channels_table: str


class Reinstate(Settings):
    channels_table: str
    outbox_table: str
    notice_topic_arn: str


class Archive(Settings):
    frames_table: str
    reviews_table: str
    evidence_bucket: str


class Settle(Settings):
    frames_table: str
    reviews_table: str
    batches_table: str
    batch_machine_arn: str
    adapters_table: str
    adapter_machine_arn: str


class Sweep(Settings):
    outbox_table: str
    reviews_table: str
    adapters_table: str
    notice_topic_arn: str
    link_secret_arn: str
    console_url_parameter: str


class Reconcile(Settings):
    channels_table: str
    frames_table: str
    order_machine_arn: str


class Desk(Settings):
    """What tells who is asking: the key of links and sessions, and the pool that knows people."""

    link_secret_arn: str
    link_may: str
    desk_client_id: str


class DeskPage(Desk):
    reviews_table: str


class ReviewPage(Desk):
    reviews_table: str
    outbox_table: str
    channels_table: str
    frames_table: str
    frames_bucket: str
    batches_table: str


class PicturePage(Desk):
    reviews_table: str
    frames_table: str
    frames_bucket: str
    batches_table: str
    batches_bucket: str
    batch_sources: str


class ChannelPage(Desk):
    channels_table: str
    order_machine_arn: str


class ExecutionPage(Desk):
    frames_table: str
    reviews_table: str
    channels_table: str
    evidence_bucket: str
    state_machine_arn: str
    order_machine_arn: str
    batch_machine_arn: str
    adapter_machine_arn: str
    policy_application: str
    policy_profile: str
    aws_console: str


class HealthPage(Desk, PolicySource):
    adapters_table: str
    frames_table: str
    reviews_table: str
    channels_table: str
    outbox_table: str
    intake_dead_letters_url: str
    settle_dead_letters_url: str
    place_name: str


class StartBatch(PolicySource):
    batches_table: str
    batches_bucket: str
    frames_bucket: str
    evidence_bucket: str
    batch_sources: str
    batch_ceiling: str
    batch_machine_arn: str
    adapters_table: str


class PlanBatch(Settings):
    batches_table: str
    batches_bucket: str


class AnalyzeShard(Settings):
    batches_table: str
    batches_bucket: str
    frames_bucket: str
    batch_sources: str
    rekognition_tps: str
    batch_share: str


class FollowBulkJob(Settings):
    batches_table: str
    batches_bucket: str


class FinishBatch(Settings):
    batches_table: str
    batches_bucket: str
    frames_table: str
    state_machine_arn: str


class BatchPage(Desk, StartBatch):
    reviews_table: str


class Examples(Settings):
    """Where the examples of adapters lie: what people said of pictures, and what became of it."""

    adapters_table: str
    batches_table: str
    reviews_table: str
    channels_table: str


class CollectExamples(Examples):
    batches_bucket: str
    frames_table: str
    evidence_bucket: str


class FollowTraining(Settings):
    adapters_table: str
    batches_bucket: str
    adapter_project: str


class FinishAdapter(Settings):
    adapters_table: str
    batches_bucket: str


class Adapting(Examples):
    """What readiness, training, the shadow and the switch need, on the page and at a terminal."""

    adapter_machine_arn: str


class AdapterPage(Desk, Adapting):
    pass


BY_FUNCTION: dict[str, tuple[str, ...]] = {
    "intake": Intake.names(),
    "analyze": Analyze.names(),
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
    "reconcile": Reconcile.names(),
    "start_batch": StartBatch.names(),
    "plan_batch": PlanBatch.names(),
    "plan_shards": (),
    "analyze_shard": AnalyzeShard.names(),
    "follow_bulk_job": FollowBulkJob.names(),
    "finish_batch": FinishBatch.names(),
    "batch_page": BatchPage.names(),
    "collect_examples": CollectExamples.names(),
    "follow_training": FollowTraining.names(),
    "finish_adapter": FinishAdapter.names(),
    "adapter_page": AdapterPage.names(),
    "desk_page": DeskPage.names(),
    "picture_page": PicturePage.names(),
    "review_page": ReviewPage.names(),
    "channel_page": ChannelPage.names(),
    "execution_page": ExecutionPage.names(),
    "health_page": HealthPage.names(),
}
