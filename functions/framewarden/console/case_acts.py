"""Claim a case, keep a note of it, or look at its picture: each told to the case's record."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from framewarden.console.answer import Answer
from framewarden.console.form import UNNAMED, Form
from framewarden.console.opened import Opened
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.trust import Keys, check_nonce
from framewarden.domain import roles
from framewarden.domain.batch_lists import of_review

Row = Mapping[str, Any]

ACTIONS = ("claim", "keep", "release", "takeover")


class Claimed(Protocol):
    """A review after somebody claimed it, kept it or released it."""

    @property
    def row(self) -> Row:
        """Return the row."""

    @property
    def held(self) -> bool:
        """Tell whether the case is theirs now."""


class Keeps(Protocol):
    """Keeps what people do with a case."""

    def claim(
        self, action: str, review_id: str, account: str, name: str, now: datetime, *, force: bool
    ) -> Claimed:
        """Claim a case, keep it, or release it."""

    def note(self, review_id: str, text: str, **who: Any) -> None:
        """Keep a note in the record, or refuse where it is full."""

    def reveal(self, review_id: str, **who: Any) -> None:
        """Keep in the record that somebody is about to see the picture, or refuse."""

    def lies_there(self, frame: Row) -> bool:
        """Tell whether a frame's picture is where frames lie."""

    def picture(self, frame: Row) -> str | None:
        """Return an address that shows a frame for a minute."""


Act = Callable[[Opened, Keys, Keeps], Answer]


def claim(opened: Opened, keys: Keys, work: Keeps) -> Answer:
    """Claim, keep, release or take over a case; a heartbeat of the page keeps it."""
    try:
        form = _form(opened, keys, roles.CLAIM)
        if form.action not in ACTIONS:
            raise RefusedError(Problem.NOT_OFFERED)
        # Whoever may claim is signed in.
        claimed = work.claim(
            form.action,
            opened.review_id,
            str(opened.who.account),
            opened.who.name,
            opened.now,
            force=form.action == "takeover" and opened.who.may(roles.LEAD),
        )
    except RefusedError as refusal:
        return _refused(opened, refusal.problem.value)
    later = Opened(claimed.row, opened.visit, opened.request, opened.now, opened.shelf)
    if opened.request.by_script:
        return later.told()
    if claimed.held or form.action == "release":
        return Answer(303, headers={"Location": opened.address})
    lost = Problem.CLAIMED if later.state == "open" else Problem.CLAIM_LOST
    return later.page(lost.value)


def note(opened: Opened, keys: Keys, work: Keeps) -> Answer:
    """Keep a note in the record of a case."""
    typed = ""
    try:
        form = _form(opened, keys, roles.NOTE)
        typed = form.note
        if not typed:
            raise RefusedError(Problem.NO_NOTE)
        work.note(opened.review_id, typed, **_by(opened))
    except RefusedError as refusal:
        return opened.page(refusal.problem.value, noted=typed)
    return Answer(303, headers={"Location": f"{opened.case}#record"})


def reveal(opened: Opened, keys: Keys, work: Keeps) -> Answer:
    """Show the picture as it is, once the record says so; a GET never does."""
    frame = opened.row["frame"]
    try:
        _form(opened, keys, roles.REVEAL)
        if of_review(opened.row) or not work.lies_there(frame):  # a list is no picture
            raise RefusedError(Problem.NO_PICTURE)
        work.reveal(opened.review_id, **_by(opened))
    except RefusedError as refusal:
        return opened.page(refusal.problem.value)
    return opened.page(original=work.picture(frame))


def _form(opened: Opened, keys: Keys, act: str) -> Form:
    """Read a form of somebody who may do what it does."""
    form = Form.of(opened.request)
    check_nonce(keys, opened.who.subject(opened.review_id), form.nonce, opened.now)
    if opened.visit.late and act != roles.REVEAL:
        raise RefusedError(Problem.LINK_LOOKS_ONLY)
    opened.who.require(act)
    return form


def _by(opened: Opened) -> dict[str, Any]:
    who = opened.who
    return {"by": who.name or UNNAMED, "account": who.account, "via": who.via, "now": opened.now}


def _refused(opened: Opened, words: Words) -> Answer:
    return opened.told(words) if opened.request.by_script else opened.page(words)


ACTS: Mapping[str, Act] = {"claim": claim, "note": note, "reveal": reveal}
