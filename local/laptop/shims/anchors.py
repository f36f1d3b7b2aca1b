"""Check that the emulator's code is what a shim was written for."""

import inspect
from collections.abc import Callable
from typing import Any


class ShimOutdatedError(RuntimeError):
    """The emulator no longer contains the code that a shim replaces."""

    def __init__(self, fragment: str) -> None:
        super().__init__(
            f"ministack has changed: {fragment!r} is not where local/laptop/shims expects it. "
            "Install the version that requirements/laptop.txt pins, or adapt the shim."
        )


def anchor(found: str | Callable[..., Any], fragment: str, times: int = 1) -> None:
    """Check that `fragment` occurs exactly `times` times in a text or in a function's source.

    Raises
    ------
    ShimOutdatedError
        It does not.
    """
    text = found if isinstance(found, str) else inspect.getsource(found)
    if text.count(fragment) != times:
        raise ShimOutdatedError(fragment)
