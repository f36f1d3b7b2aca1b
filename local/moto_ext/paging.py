"""Cut lists into pages as AWS does, with opaque tokens."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from local.moto_ext.errors import AwsError


def page(
    name: str,
    items: list[Any],
    size: int | None,
    token: str | None,
    default: int,
    *,
    refusal: str = "ValidationException",
) -> dict[str, Any]:
    """Answer one page of items under ``name``, with ``nextToken`` while more follow.

    Raises
    ------
    AwsError: ``refusal``, for a token that this list did not give.
    """
    start = _start(name, token)
    if start is None:
        raise AwsError(refusal, "The pagination token is invalid.")
    end = start + (size or default)
    answer: dict[str, Any] = {name: items[start:end]}
    if end < len(items):
        answer["nextToken"] = urlsafe_b64encode(f"{name}:{end}".encode()).decode()
    return answer


def _start(name: str, token: str | None) -> int | None:
    if not token:
        return 0
    try:
        given, _, start = urlsafe_b64decode(token).decode().partition(":")
        return int(start) if given == name else None
    except (binascii.Error, ValueError):
        return None
