"""Read what the pool's id token says of an account."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from framewarden.domain.roles import ROLES

# Between the names of a list that was written out as one string.
BETWEEN = re.compile(r"[\s,\[\]\"']+")


def claims(token: str) -> Mapping[str, Any]:
    """Return the claims of a token that the pool has just answered with; none where it is none.

    Its signature is not verified: it came straight from the pool over TLS, which OpenID Connect
    Core 1.0 (3.1.3.7, point 6) accepts in its place. A token that a browser sent is never read.
    """
    _, _, rest = token.partition(".")
    payload = rest.partition(".")[0]
    try:
        said = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def roles(groups: Any) -> tuple[str, ...]:
    """Return the roles among an account's groups: absent, a list, or a list written out."""
    listed = groups if isinstance(groups, list) else BETWEEN.split(str(groups or ""))
    return tuple(role for role in ROLES if role in listed)
