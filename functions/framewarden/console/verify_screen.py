"""A screen of a list that somebody opened: what they may do there, and what its script is told."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from framewarden.console.answer import Answer
from framewarden.console.authority import Authority
from framewarden.console.batch_address import batch_path
from framewarden.console.problems import Words
from framewarden.console.request import Request
from framewarden.console.visitors import Visit
from framewarden.domain import links, roles

if TYPE_CHECKING:
    from framewarden.console.verify_form import VerifyForm
    from framewarden.verifying import Listed, Saved, Verifying

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Screen:
    """A screen of a list that somebody opened."""

    request: Request
    batch_id: str
    who: Authority
    now: datetime
    work: "Verifying"

    @property
    def rule(self) -> str:
        """Return the rule whose list it is."""
        return self.request.query.get("rule", "")

    @property
    def first(self) -> str:
        """Return the image that it begins with; nothing for the list's first."""
        from framewarden.console.verify_form import NAME

        wanted = self.request.query.get("from", "")
        return wanted if NAME.fullmatch(wanted) else ""

    @property
    def subject(self) -> str:
        """Return what the nonce of its form is bound to."""
        return self.who.subject(f"verify {self.batch_id}")

    @property
    def nonce(self) -> str:
        """Return a fresh one."""
        return links.make_nonce(self.who.key, self.subject, self.now)

    @property
    def here(self) -> str:
        """Return the page's own address, from wherever it is asked for."""
        return self.at(self.first)

    def at(self, first: str) -> str:
        """Return the address of the screen that begins with another image."""
        asked = {"rule": self.rule} | ({"from": first} if first else {})
        return f"{self.request.root}{batch_path(self.batch_id)}/verify?{urlencode(asked)}"


def may(screen: Screen, listed: "Listed") -> dict[str, Any]:
    """Return what a visitor may do with the images, and with the review of their list."""
    from framewarden.console import label_form
    from framewarden.console.case import case_of
    from framewarden.console.hands import hands_of

    who, review = screen.who, listed.review
    saves = who.may(roles.ALLOW) and who.may(roles.STOP)
    shown: dict[str, Any] = {"saves": saves, "reveals": who.may(roles.REVEAL)}
    shown |= {"groups": label_form.groups(()) if saves else (), "review": None}
    if review is None:
        return shown
    review_id = str(review["review_id"])
    return shown | {
        "review": case_of(review, screen.now),
        "hands": hands_of(review, Visit(who), screen.now),
        "review_at": f"{screen.request.root}reviews/{review_id}",
        "review_nonce": links.make_nonce(who.key, who.subject(review_id), screen.now),
    }


def saved_of(screen: Screen, form: "VerifyForm") -> "Saved":
    """Keep what a form says.

    Raises
    ------
    RefusedError
        A label is not known.
    StoreConflictError
        Others kept writing at the same moment.
    """
    from framewarden.verifying import Saved, Wanted

    wanted = {
        name: Wanted(one.rev, one.decision or None, one.judged) for name, one in form.images.items()
    }
    if not wanted:
        return Saved({})
    who, of = screen.who, (screen.batch_id, screen.rule)
    return screen.work.save(*of, wanted, who.name, who.account, screen.now)


def conflict_of(saved: "Saved") -> Words:
    """Word that others have changed some of the images meanwhile."""
    number = len(saved.conflicts)
    return Words(
        409,
        f"{number} {'image was' if number == 1 else 'images were'} changed by somebody else",
        f"{saved.written} of yours were kept. What others wrote meanwhile stands, and is named at "
        "each image; your marks are still there.",
        "Look at them, and save again if yours are to stand.",
    )


def told(
    screen: Screen,
    words: Words | None = None,
    *,
    saved: "Saved | None" = None,
    picture: str | None = None,
) -> Answer:
    """Answer the page's script; every answer has a fresh nonce."""
    said: dict[str, Any] = {"nonce": screen.nonce}
    if words:
        said["problem"] = {"title": words.title, "what": words.what, "remedy": words.remedy}
    if picture:
        said["picture"] = picture
    if saved:
        from framewarden.console.verify_view import progress_of, stands

        said["written"] = saved.written
        said["progress"] = progress_of(*screen.work.progress(screen.batch_id, screen.rule))
        said["images"] = {
            name: stands(row, screen.now, lost=name in saved.conflicts)
            for name, row in saved.rows.items()
        }
    return Answer(words.status if words else 200, json.dumps(said), JSON)
