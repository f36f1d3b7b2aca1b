"""Make what a thief of the desk's key could make, and what somebody without it would try."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

from framewarden.domain import links
from local.links import link_key
from tests.workflow.conftest import Desk
from tests.workflow.people import Person

SESSION = "__Host-framewarden"


def session_of(person: Person) -> str:
    """Return the session cookie of somebody who has signed in."""
    assert person.session, f"{person.name} has not signed in yet"
    [found] = [one["value"] for one in person.session["cookies"] if one["name"] == SESSION]
    return str(found)


def forge_session(person: Person, key: str, **changes: Any) -> str:
    """Change somebody's session and sign it with a key."""
    payload = session_of(person).partition(".")[0]
    told = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert told["until"] > time.time()
    text = json.dumps(told | changes, separators=(",", ":")).encode()
    changed = urlsafe_b64encode(text).rstrip(b"=").decode()
    return f"{changed}.{links.sign_session(key, changed)}"


def as_signed_in(page: Page, base: str, value: str) -> None:
    """Give a browser a session cookie."""
    address = urlsplit(base)
    page.context.add_cookies(
        [
            {
                "name": SESSION,
                "value": value,
                "url": f"https://{address.netloc}/",
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )


def nonce_of(desk: Desk, person: Person, of: str) -> str:
    """Make the nonce of a form that a person might have been shown: of a review or a channel."""
    subject = f"{of}|{person.name}"
    return links.make_nonce(link_key(desk.target), subject, datetime.now(UTC))
