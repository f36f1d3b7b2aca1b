"""Say what the base model sees in a file, with its features where a correction needs them."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from PIL.Image import Image

from local.moto_ext.rekognition import memory, pictures, pixels, recorded

# Of the 52 labels of taxonomy v7 the embedded model can honestly give this one.
LABEL = {"Name": "Explicit", "ParentName": "", "TaxonomyLevel": 1}

Answer = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """The base model's whole answer, however faint a label is, and the features, if asked for."""

    answer: Answer
    features: bytes = b""


def look(data: bytes, *, with_features: bool = False) -> Seen:
    """Have the model look at a file, unless its answer is recorded.

    Raises
    ------
    AwsError: with Rekognition's own names, for what is no picture or one beyond its limits.
    """
    picture, digest = pictures.open_picture(data), sha256(data).hexdigest()
    answer = recorded.answer(digest)
    if answer is None:
        score, small = pixels.look(picture)
        memory.keep(digest, score=score)
        answer, picture = _told(score), small
    return Seen(answer, _features(digest, picture) if with_features else b"")


def recall(data: bytes, *, scored: bool) -> Seen:
    """Say what `look` did; what is remembered is not looked at again.

    Where nothing depends on the model's score, `scored` says so, and an answer that is not recorded
    has no label.

    Raises
    ------
    AwsError: as `look`.
    """
    digest = sha256(data).hexdigest()
    answer, kept = recorded.answer(digest), memory.recall(digest)
    if answer is None:
        if scored and kept.score is None:
            return look(data, with_features=True)
        answer = _told(kept.score if scored else None)
    return Seen(answer, kept.features or _features(digest, pictures.open_picture(data)))


def _told(score: float | None) -> Answer:
    found = [] if score is None else [{**LABEL, "Confidence": round(100 * score, 4)}]
    return {
        "ModerationLabels": found,
        "ContentTypes": [],
        "ModerationModelVersion": pixels.model_version(),
    }


def _features(digest: str, picture: Image) -> bytes:
    """Return the features of a picture, be it opened or decoded: decoding again changes nothing."""
    kept = memory.recall(digest).features
    if kept is None:
        # NumPy takes a tenth of a second, spared to whoever never names an adapter.
        from local.moto_ext.rekognition import features

        kept = features.of(pixels.decoded(picture))
        memory.keep(digest, features=kept)
    return kept
