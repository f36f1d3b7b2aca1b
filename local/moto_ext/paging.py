"""Cut lists into pages as AWS does, with opaque tokens."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from local.moto_ext.errors import AwsError


def page(
    name: str, items: list[Any], size: int | None, token: str | None, default: int
) -> dict[str, Any]:
    """Answer one page of items under ``name``, with ``nextToken`` while more follow.

    Raises
    ------
    AwsError: ValidationException, for a token that this list did not give.
    """
    start = _start(name, token)
    end = start + (size or default)
    answer: dict[str, Any] = {name: items[start:end]}
    if end < len(items):
        answer["nextToken"] = urlsafe_b64encode(f"{name}:{end}".encode()).decode()
    return answer


def _start(name: str, token: str | None) -> int:
    if not token:
        return 0
    try:
        given, _, start = urlsafe_b64decode(token).decode().partition(":")
        if given == name:
            return int(start)
    except (binascii.Error, ValueError):
        pass
    raise AwsError("ValidationException", "The pagination token is invalid.")
