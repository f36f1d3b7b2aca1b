"""Say where somebody who signed in may be sent: to a few of our own pages, and no further."""

import re
from urllib.parse import parse_qsl

from framewarden.console.request import SIGNED

QUEUE = "queue"
# Relative, so without scheme, host or leading slash; nothing that a browser reads as another site.
OURS = re.compile(
    r"(?:queue|first-day|health|executions|reviews/[A-Za-z0-9_-]{1,128}(?:/around)?"
    r"|channels/[a-z]{1,16}/[A-Za-z0-9_-]{1,128}|executions/[a-z]{1,16}/[A-Za-z0-9_.-]{1,128}"
    r"|adapters(?:/[a-z0-9][a-z0-9.-]{0,59})?"
    r"|frames/[0-9a-f]{64}|policies/[0-9a-f]{64}|batches(?:/[0-9a-f]{20}(?:/verify)?)?)"
    r"(?:\?(?P<query>[A-Za-z0-9_.~%=&+@:-]{0,1024}))?"
)


def way_back(wanted: str) -> str:
    """Return an address below the root as it is where it is a page of ours, else the queue's.

    A link's signature is refused with the rest: it belongs in no address but the link's own.
    """
    match = OURS.fullmatch(wanted)
    if match is None:
        return QUEUE
    names = {name for name, _ in parse_qsl(match["query"] or "", keep_blank_values=True)}
    return QUEUE if names & SIGNED else wanted
