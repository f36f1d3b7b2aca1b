"""Show a screen of a list's images in one blurred picture."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewarden.console import drawing
from framewarden.console.answer import Answer
from framewarden.console.picture import KEPT, KEPT_BRIEFLY, POLICY
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks
from framewarden.console.visitors import Visitors
from framewarden.domain.batch_lists import of_review
from framewarden.domain.batches import BATCH_ID
from framewarden.domain.roles import LOOK

if TYPE_CHECKING:
    from framewarden.sheets import Sheets

Row = Mapping[str, Any]

NAME = re.compile(r"[0-9]{7}#[0-9a-f]{16}", re.ASCII)
VERSION = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class SheetDesk:
    """The sheets of lists; `sheets` is called behind the check of who asks."""

    visitors: Visitors
    find: Callable[[str], Row | None]
    sheets: Callable[[], "Sheets"]

    def sheet(self, request: Request, batch_id: str) -> Answer:
        """Answer GET: the images from one on; `v` names those that the page shows."""
        rule = request.query.get("rule", "")
        self._check(request, batch_id, rule)
        first, version = request.query.get("from", ""), request.query.get("v", "")
        if not BATCH_ID.fullmatch(batch_id) or (first and not NAME.fullmatch(first)):
            raise RefusedError(Problem.NO_PICTURE)
        from framewarden.sheets import OtherImagesError

        version = version if VERSION.fullmatch(version) else ""
        try:
            sheet = self.sheets().get(batch_id, rule, first, version)
        except OtherImagesError:
            # Better no picture than another image's: the page is to be loaded anew.
            raise RefusedError(Problem.NO_PICTURE) from None
        if sheet is None:
            raise RefusedError(Problem.NO_PICTURE)
        kept = KEPT if version else KEPT_BRIEFLY
        headers = {"Content-Security-Policy": POLICY}
        headers |= {"Cache-Control": kept} if sheet.whole else {}
        return Answer(200, sheet.svg, drawing.KIND, headers)

    def _check(self, request: Request, batch_id: str, rule: str) -> None:
        """Let pass whoever is signed in, or holds the link of this list's review.

        Raises
        ------
        RefusedError
        """
        review_id = request.query.get("review", "")
        if not review_id:
            who = self.visitors.signed_in(request)
            if who is None:
                raise RefusedError(Problem.SIGN_IN)
            who.require(LOOK)
            return
        self.visitors.of_review(request, review_id).authority.require(LOOK)
        listed = of_review(self.find(review_id) or {})
        if listed is None or (listed.batch_id, listed.rule) != (batch_id, rule):
            raise RefusedError(Problem.NO_PICTURE)


def routes(desk: Callable[[], SheetDesk]) -> Routes:
    """Return the route of sheets; the desk is made when the first one is asked for."""
    return {"/batches/<batch_id>/sheet": looks(lambda request, **of: desk().sheet(request, **of))}
