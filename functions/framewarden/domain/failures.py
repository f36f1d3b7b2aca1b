"""Word an error's name as the reason of an outcome."""

import re

BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def reason_of(error: str) -> str:
    """Turn `ImageInvalidError` into `image_invalid`, `States.Timeout` into `states_timeout`."""
    name = error.removesuffix("Error").removesuffix("Exception") or error
    words = BOUNDARY.sub("_", name).lower()
    return re.sub(r"[^a-z0-9]+", "_", words).strip("_") or "unforeseen"
