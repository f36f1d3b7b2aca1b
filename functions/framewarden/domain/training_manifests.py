"""Write the lines of the manifests that an adapter is trained and tested with."""

from collections.abc import Collection
from typing import Any, Final

from framewarden.domain.annotations import Annotated

GROUND_TRUTH: Final = "content-moderation-groundtruth"


def line(image: Annotated, ref: str, labels: Collection[str]) -> dict[str, Any]:
    """Return the line of a picture that lies at `ref`: which of the trained labels it shows.

    A picture that shows none has an empty list (developer guide, *using-adapters-manifest-files*).
    """
    shown = sorted(image.present & frozenset(labels))
    return {
        "source-ref": ref,
        GROUND_TRUTH: {"ModerationLabels": [{"Name": name} for name in shown]},
    }
