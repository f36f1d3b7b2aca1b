"""Take out of a text or a document what nobody may read: task tokens, and whatever is like one."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

REDACTED: Final = "[redacted]"

_NAMES = re.compile(
    r"(?:task)?_?token|secret|password|passwd|authori[sz]ation|cookie|credentials?|nonce"
    r"|(?:access|api|private|secret|session)_?key|signature|sig",
    re.IGNORECASE,
)
"""Names of members whose value is a secret, whatever it looks like."""

_NAMED_KEYS = re.compile(r"(?:[a-z0-9]+_)*(?:key|id|arn|hash|etag|bucket|evidence)", re.IGNORECASE)
"""Names of members whose value is a name: an object's key may be long and is no secret (`_NAMES`
goes before it). Other names have no blanks, and are cut by punctuation or shorter than a token.
"""

# A task token of Step Functions is base64 of several hundred characters (botocore: 1 to 2,048); no
# word of a sentence is. A digest has 64 characters, ARNs and keys are cut by their punctuation.
_LONG = re.compile(r"[A-Za-z0-9+/=_-]{80,}")
_SIGNED = re.compile(
    r"\b(sig|signature|nonce|token|X-Amz-(?:Signature|Security-Token|Credential))=[^&\s\"'<>]+",
    re.IGNORECASE,
)
_BLANK = re.compile(r"\s")
# Shorter than this, a value that stands under a secret's name is no text to look for elsewhere.
_SHORTEST = 12


def secrets_in(value: Any) -> frozenset[str]:
    """Return the texts that stand under a secret's name, to be taken out wherever else they are."""
    return frozenset(text for text in _secrets(value) if len(text) >= _SHORTEST)


def redacted(value: Any, secrets: Collection[str] = ()) -> Any:
    """Return a JSON document without its secrets; `secrets` are texts that are known to be some."""
    return _redacted(value, sorted(secrets, key=len, reverse=True), "")


def redacted_text(text: str, secrets: Collection[str] = ()) -> str:
    """Return a text without what looks like a secret, and without those that are known."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    return _LONG.sub(REDACTED, _SIGNED.sub(rf"\1={REDACTED}", text))


def redacted_json(text: str | None, secrets: Collection[str] = ()) -> Any:
    """Read a text of JSON and redact it; a text that is none comes back redacted as a text."""
    if text is None:
        return None
    try:
        return redacted(json.loads(text), secrets)
    except (ValueError, RecursionError):  # lists in lists in lists: nobody writes that in earnest
        return redacted_text(text, secrets)


def _redacted(value: Any, secrets: list[str], name: str) -> Any:
    """Redact what stands under a name, or in a list under it."""
    if isinstance(value, Mapping):
        return {
            redacted_text(str(own), secrets): REDACTED
            if _is_secret(str(own), inner)
            else _redacted(inner, secrets, str(own))
            for own, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_redacted(inner, secrets, name) for inner in value]
    if not isinstance(value, str):
        return value
    if _NAMED_KEYS.fullmatch(name):
        return _named(name, value, secrets)
    return redacted_text(value, secrets)


def _named(name: str, value: str, secrets: list[str]) -> str:
    """Redact what should be a name of ours; a key may be anything but a secret that is known."""
    is_key = name.lower().endswith("key")
    if not is_key and (_LONG.fullmatch(value) or _BLANK.search(value)):
        return redacted_text(value, secrets)
    for secret in secrets:
        value = value.replace(secret, REDACTED)
    return value


def _is_secret(name: str, value: Any) -> bool:
    return bool(_NAMES.fullmatch(name)) and isinstance(value, str) and bool(value)


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if _is_secret(str(name), inner):
                yield inner
            else:
                yield from _secrets(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _secrets(inner)
