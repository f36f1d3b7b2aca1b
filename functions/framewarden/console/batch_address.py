"""Address a batch, and the grid and the sheet of one of its lists, below the root."""

from urllib.parse import quote

from framewarden.domain.batch_lists import FlaggedList


def batch_path(batch_id: str) -> str:
    """Return the address of a batch's page."""
    return f"batches/{quote(batch_id, safe='')}"


def grid_of(listed: FlaggedList) -> str:
    """Return where each image of a list is decided by itself; for whoever is signed in."""
    return f"{batch_path(listed.batch_id)}/verify?{_asked(listed)}"


def sheet_of(listed: FlaggedList, review_id: str = "", link: str = "") -> str:
    """Return the address of a list's first images, blurred, in one picture.

    `link` is what a link's holder carries on; it is good for one review, so that is named too.
    """
    held = f"&review={quote(review_id, safe='')}&{link}" if link else ""
    return f"{batch_path(listed.batch_id)}/sheet?{_asked(listed)}{held}"


def _asked(listed: FlaggedList) -> str:
    return f"rule={quote(listed.rule, safe='')}"
