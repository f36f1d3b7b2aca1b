"""Pictures that people judged, in as many words as a test needs."""

from typing import Any

from framewarden.domain import examples
from framewarden.domain.annotations import LABELS, Annotated
from framewarden.domain.examples import Example
from tests.unit.scenes import CHANNEL, SOURCE_BUCKET, Document

BATCH = "5f0c9a4be1d27730c8aa"
AT = "2026-11-22T08:05:31.123Z"
ALCOHOL, BEVERAGES, DRINKING = "Alcohol", "Alcoholic Beverages", "Drinking"
WEAPONS, VIOLENCE, SMOKING = "Weapons", "Violence", "Smoking"


def row(
    confirmed: tuple[str, ...] = (),
    denied: tuple[str, ...] = (),
    added: tuple[str, ...] = (),
    found: dict[str, float] | None = None,
    **changes: Any,
) -> Document:
    """Return the row of a batch's image; whatever was confirmed or denied, was found."""
    sure = dict.fromkeys((*confirmed, *denied), 90) if found is None else found
    labels = [
        {"name": name, "parent": None, "level": 3, "confidence": at} for name, at in sure.items()
    ]
    judged = {"confirmed": list(confirmed), "denied": list(denied), "added": list(added)}
    return {
        "batch": f"{BATCH}#no bottles",
        "item": "image#0100000#b5bb9d8014a0f9b1",
        "example": "labels",
        "bucket": SOURCE_BUCKET,
        "key": "shop-3/0007.jpg",
        "ref": f"s3://{SOURCE_BUCKET}/shop-3/0007.jpg",
        "labels": labels,
        "labels_judged": judged,
        "decision": "block",
        "by": "Ana",
        "account": "ana",
        "at": AT,
        **changes,
    }


def live_row(review_id: str = "rev-1", *said: Any, **changes: Any) -> Document:
    """Return the row of a live review's frame."""
    key = "ivs/v1/111122223333/AbCdef1G2hij/2026/11/22/8/5/Xyz123Abc/media/thumbnails/thumb42.jpg"
    about = {"batch": "live", "item": f"example#{review_id}", "review_id": review_id}
    about |= {"bucket": "example-frames", "key": key, "version_id": "v1", "frame_id": "f" * 64}
    about |= {
        "channel": "AbCdef1G2hij",
        "channel_arn": CHANNEL,
        "decision": "stop",
        "adapter": None,
    }
    return row(*said, **(about | changes))


def example(*said: Any, **changes: Any) -> Example:
    """Return the example of a batch's image."""
    return examples.read(row(*said, **changes))


def live(*said: Any, **changes: Any) -> Example:
    """Return the example of a live review."""
    return examples.read(live_row(changes.pop("review_id", "rev-1"), *said, **changes))


def image(
    name: str,
    source: str = "shop-1",
    *,
    present: tuple[str, ...] = (),
    found: tuple[str, ...] = (),
    unjudged: tuple[str, ...] = (),
    sure: float = 90.0,
    live: bool = False,
    at: str = AT,
) -> Annotated:
    """Return a picture; what was found is so at 90 %, and absent where it is neither else.

    `sure` is how sure the model is of what nobody judged.
    """
    there, unknown = frozenset(present), frozenset(unjudged)
    return Annotated(
        bucket=SOURCE_BUCKET,
        key=f"{source}/{name}.jpg",
        version_id=None,
        frame_id=None,
        source=f"{SOURCE_BUCKET}/{source}",
        present=there,
        absent=LABELS - there - unknown,
        unjudged=unknown,
        found=dict.fromkeys(found, 90.0) | dict.fromkeys(unjudged, sure),
        live=live,
        at=at,
        where=f"batches/{BATCH}/verify?rule=r&from={name}",
    )


def wrong(name: str, source: str = "shop-1", label: str = SMOKING, **more: Any) -> Annotated:
    """Return a picture in which the model found a label that is not there."""
    return image(name, source, found=(label,), **more)


def missed(name: str, source: str = "shop-1", label: str = SMOKING, **more: Any) -> Annotated:
    """Return a picture in which the model missed a label."""
    return image(name, source, present=(label,), **more)


def shops(count: int, each: int = 10, errors: int = 3) -> list[Annotated]:
    """Return the pictures of so many sources, a few of which the model got wrong about smoking."""
    return [
        wrong(f"{number:04d}", f"shop-{shop}")
        if number < errors
        else image(f"{number:04d}", f"shop-{shop}", present=(SMOKING,), found=(SMOKING,))
        if number % 2
        else image(f"{number:04d}", f"shop-{shop}")
        for shop in range(count)
        for number in range(each)
    ]
