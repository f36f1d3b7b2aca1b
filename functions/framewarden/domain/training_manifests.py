"""Write the lines of the manifests that an adapter is trained and tested with."""

from collections.abc import Collection
from typing import Any, Final

from framewarden.domain import taxonomy
from framewarden.domain.annotations import Annotated

GROUND_TRUTH: Final = "content-moderation-groundtruth"


def line(image: Annotated, ref: str, labels: Collection[str]) -> dict[str, Any]:
    """Return the line of a picture that lies at `ref`: every label that it shows.

    All of them, not `labels` alone, which are to be corrected: what is not named counts as not
    there. A label above one that is named is there with it, and is named where it is to be
    corrected itself. A picture that shows none has an empty list (developer guide,
    *using-adapters-manifest-files*).
    """
    above = {name for shown in image.present for name in taxonomy.ancestors(shown)}
    named = sorted(image.present - (above - frozenset(labels)))
    return {
        "source-ref": ref,
        GROUND_TRUTH: {"ModerationLabels": [{"Name": name} for name in named]},
    }
