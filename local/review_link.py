"""Answer a review through its link as a browser would: get the page, post its form."""

from __future__ import annotations

from typing import Any

from local.errors import OperatorError
from local.site import Fetch, SitePage, fetch_page, post


def answer(
    url: str,
    decision: str,
    name: str = "",
    note: str = "",
    fetch: Fetch | None = None,
    otherwise: str = "",
) -> dict[str, Any]:
    """Decide a review, and say what the site answered.

    `otherwise` says what to do about a decision that the link's page does not offer.

    Returns
    -------
    dict
        `accepted` (this very answer decided), `status` (of the POST; None where the review is
        closed, so that nothing was posted) and `says` (what the page says then).

    Raises
    ------
    OperatorError
        The link is not good, or the page does not offer the decision.
    """
    fetch = fetch or fetch_page
    shown = fetch("GET", url, None)
    page = SitePage(shown.text)
    if shown.status != 200:
        raise OperatorError(
            f"The review's page answered {shown.status}: {page.says}.",
            "Make a fresh link with: framewarden reviews list",
        )
    forms = page.forms_with("decision")
    if not forms:
        return {"accepted": False, "status": None, "says": page.says}
    offered = forms[0].offers("decision")
    if decision not in offered:
        raise OperatorError(
            f"This review does not offer {decision}.",
            f"Decide one of: {', '.join(offered)}. {otherwise}".strip(),
        )
    typed = {"decision": decision, "name": name, "note": note}
    posted, after = post(url, forms[0], typed, fetch)
    return {"accepted": posted.status == 303, "status": posted.status, "says": after.says}
