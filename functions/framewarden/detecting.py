"""Ask the analyzer what one frame shows, with the adapter that is live.

Which adapter that is, is read anew for each frame, so that a roll back takes at once. Where the
switch cannot be read, the frame is judged all the same: with the adapter that this worker read
last, if that was within a minute, else with the base model. An older word is not taken: whoever
rolled back meanwhile had a reason, and the base model needs nobody's trust.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from framewarden import settings
from framewarden.aws import analyzer
from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.aws.dynamo import Row
from framewarden.domain.adapters import short
from framewarden.domain.shadowing import is_chosen
from framewarden.domain.times import iso
from framewarden.observability import count, logger

if TYPE_CHECKING:
    from framewarden.comparing import Shadow

FRESH: Final = timedelta(seconds=60)
"""How long what was read last stands in for a switch that cannot be read."""
SPARED: Final = timedelta(seconds=30)
"""How long an adapter that was refused is not asked: live frames do not pay for it twice."""

Document = dict[str, Any]


@dataclass
class Worker:
    """What a worker remembers from frame to frame."""

    live: str | None = None
    read_at: datetime | None = None
    refused: str | None = None
    refused_at: datetime | None = None


worker: Final = Worker()


def detect(frame: Document, own: settings.Analyze, now: datetime) -> Document:
    """Return `$.analysis`: the raw answer, the adapter that was asked and the one that answered.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError
        Try again.
    ImageInvalidError, ImageTooLargeError, ImageMissingError, AnalyzerDeniedError
        Nobody can judge this object as it is.
    """
    live, shadow = _switch(own, now)
    asked = _beside(frame, shadow, own, now) if shadow else None
    try:
        answer = _ask(frame, live, now)
    except Exception as failure:
        if asked:
            asked.drop(failure)
        raise
    if asked:
        asked.end(answer, answer.get("ProjectVersion"))
    return {
        # No default: an answer without a list of labels says nothing, and Classify refuses it.
        "labels": answer.get("ModerationLabels"),
        "content_types": answer.get("ContentTypes", []),
        "model_version": answer.get("ModerationModelVersion"),
        # What really answered: an expired adapter silently falls back to the base model.
        "adapter": answer.get("ProjectVersion"),
        "adapter_asked": live,
        "min_confidence": analyzer.MIN_CONFIDENCE,
        "analyzed_at": iso(datetime.now(UTC)),
    }


def _switch(own: settings.Analyze, now: datetime) -> tuple[str | None, Row | None]:
    """Return the ARN of the adapter that is live, and the row of the one in its shadow."""
    try:
        row = AdapterSwitch(own.adapters_table).glance()
        live = str(row["live"]["arn"]) if row["live"] else None
    except Exception as failure:  # whatever is wrong with the switch, the frame is judged
        logger.warning("adapter switch not read", extra={"error": type(failure).__name__})
        count("AdapterSwitchUnread")
        fresh = worker.read_at is not None and now - worker.read_at <= FRESH
        if not fresh:  # nobody knows whether an adapter should have answered
            count("AdapterFallback")
        return (worker.live if fresh else None), None
    worker.live, worker.read_at = live, now
    return live, row["shadow"]


def _ask(frame: Document, live: str | None, now: datetime) -> Document:
    """Return what the live adapter answers, or the base model in its place."""
    spared = worker.refused_at is not None and now - worker.refused_at <= SPARED
    adapter = None if spared and worker.refused == live else live
    answer = analyzer.detect(frame["bucket"], frame["key"], frame["version_id"], adapter=adapter)
    if analyzer.is_refused(answer):
        worker.refused, worker.refused_at = live, now
    if analyzer.fell_back(answer, live):
        logger.warning("the base model answered", extra={"adapter": short(live)})
        count("AdapterFallback")
    return answer


def _beside(frame: Document, shadow: Row, own: settings.Analyze, now: datetime) -> "Shadow | None":
    """Ask the adapter in the shadow, if this frame is one of its share."""
    try:
        if not is_chosen(frame["frame_id"], float(shadow["share"])):
            return None
        # Most workers never have a shadow: they need not load what it takes.
        from framewarden import comparing

        return comparing.begin(frame, shadow, own, now)
    except Exception as failure:  # nothing of the shadow may reach the frame
        logger.warning("no shadow", extra={"error": type(failure).__name__})
        return None
