"""Read every example there is, and say whether an adapter can be trained on them."""

from collections.abc import Sequence
from typing import Final

from framewarden import settings
from framewarden.aws import example_rows
from framewarden.aws.adapters import Adapters
from framewarden.domain.annotations import annotate
from framewarden.domain.examples import Example, read
from framewarden.domain.readiness import Readiness, assess
from framewarden.domain.splitting import Split

# What a stop that a person takes back makes wrong.
STOPPED: Final = ("stop", "uphold")
# Whose reinstatement is none of a person: a ban that ran out.
BY_THE_CLOCK: Final = "policy"


def examine(
    own: settings.Examples, *, threshold: float = 50.0, labels: Sequence[str] | None = None
) -> tuple[Readiness, Split | None]:
    """Return how ready the examples are, and their split where they are ready.

    `threshold` is where a finding begins, in per cent; `labels` are those that must be trained,
    without which every label is that can be.

    Raises
    ------
    StoreThrottledError
        Try again.
    """
    examples = [read(row) for row in example_rows.examples(own.batches_table)]
    held = {str(row["item"]) for row in Adapters(own.adapters_table).holds()}
    annotated, left_out = annotate(examples, held, _overturned(examples, own))
    return assess(annotated, left_out, threshold=threshold, labels=labels)


def _overturned(examples: Sequence[Example], own: settings.Examples) -> set[str]:
    """Return the reviews whose stop was taken back by a person before it ran out.

    A review counts as it was decided last: whoever passed it on may have judged its labels before.
    """
    live = {one.review_id: one for one in examples if one.review_id and one.channel_arn}
    decided = example_rows.decisions(own.reviews_table, list(live))
    stopped: dict[str, list[tuple[str, str]]] = {}
    for review_id, one in live.items():
        review = decided.get(review_id, {})
        if (review.get("decision") or one.decision) in STOPPED:
            stopped.setdefault(str(one.channel_arn), []).append(
                (review_id, review.get("decided_at") or one.at)
            )
    return {
        review_id
        for channel, reviews in stopped.items()
        for acts in [example_rows.reinstatements(own.channels_table, channel)]
        for review_id, at in reviews
        if next((act["via"] for act in acts if act["at"] > at), BY_THE_CLOCK) != BY_THE_CLOCK
    }
