"""Remember what was seen of pictures, so that a training asks the model nothing twice."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock

# 10,000 pictures to train on and as many to test on, with room for the live ones between: 12 MB.
MOST = 32_768


@dataclass(frozen=True)
class Kept:
    """What is known of a file: the model's score (0 to 1), and the features of its pixels."""

    score: float | None = None
    features: bytes | None = None


_kept: "OrderedDict[str, Kept]" = OrderedDict()
_lock = Lock()
_NOTHING = Kept()


def recall(digest: str) -> Kept:
    """Return what is known of the file with that SHA-256."""
    return _kept.get(digest, _NOTHING)


def keep(digest: str, *, score: float | None = None, features: bytes | None = None) -> None:
    """Remember something of a file; beyond 32,768 files the one seen longest ago goes."""
    seen = {"score": score, "features": features}
    new = {name: value for name, value in seen.items() if value is not None}
    with _lock:
        _kept[digest] = replace(_kept.get(digest, _NOTHING), **new)  # type: ignore[arg-type]
        _kept.move_to_end(digest)
        if len(_kept) > MOST:
            _kept.popitem(last=False)


def forget() -> None:
    """Forget every file."""
    with _lock:
        _kept.clear()
