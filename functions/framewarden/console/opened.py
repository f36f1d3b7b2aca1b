"""A review that somebody opened: what they are shown, and what its forms are bound to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from framewarden.console import channel_address, pages
from framewarden.console.answer import RELOAD, Answer
from framewarden.console.authority import Authority
from framewarden.console.batch_address import grid_of, sheet_of
from framewarden.console.case import state_of
from framewarden.console.form import NAME_LENGTH, NOTE_LENGTH, Form
from framewarden.console.hands import claim_of
from framewarden.console.problems import Words
from framewarden.console.request import Request, origin_of
from framewarden.domain import links, roles
from framewarden.domain.batch_lists import of_review
from framewarden.domain.cases import LINK

if TYPE_CHECKING:
    from framewarden.casework import Past
    from framewarden.console.visitors import Visit

Row = Mapping[str, Any]

JSON = "application/json; charset=utf-8"
VERSION_LENGTH = 12


class Shelf(Protocol):
    """What a page reads beside the review itself."""

    def past(self, row: Row) -> "Past | None":
        """Return what was seen of the channel before."""

    def events(self, review_id: str) -> Sequence[Row]:
        """Return the record of the case."""


@dataclass(frozen=True)
class Opened:
    """A review as it stands now, and who looks at it."""

    row: Row
    visit: "Visit"
    request: Request
    now: datetime
    shelf: Shelf

    @property
    def review_id(self) -> str:
        """Return the review's id."""
        return str(self.row["review_id"])

    @property
    def who(self) -> Authority:
        """Return who looks at it."""
        return self.visit.authority

    @property
    def state(self) -> str:
        """Return how the review stands."""
        return state_of(self.row, self.now)

    @property
    def here(self) -> str:
        """Return the page's path below the root."""
        return f"reviews/{quote(self.review_id, safe='')}"

    @property
    def address(self) -> str:
        """Return the page's own address, relative to wherever it was opened."""
        return self.visit.address(self.request.root + self.here)

    @property
    def grid(self) -> str | None:
        """Return where a list's images are decided one by one; None of others, or for a link."""
        listed = of_review(self.row)
        return self.request.root + grid_of(listed) if listed and self.who.via != LINK else None

    @property
    def case(self) -> str:
        """Return where this page itself is: whoever opens a list's review is sent to its grid."""
        return self.record if self.grid else self.address

    @property
    def record(self) -> str:
        """Return where all of the case's record is read."""
        return f"{self.address}{'&' if '?' in self.address else '?'}record=all"

    @property
    def nonce(self) -> str:
        """Return a fresh nonce for the forms of this review."""
        return links.make_nonce(self.who.key, self.who.subject(self.review_id), self.now)

    @property
    def channel(self) -> str | None:
        """Return the address of the channel's page; a link leads there only if it may stop."""
        arn = str(self.row.get("channel_arn") or "")
        if self.who.via != LINK:
            path = channel_address.path_of(arn)
        elif self.who.may(roles.STOP):
            path = channel_address.link_of(arn, self.who.key, int(self.visit.exp or 0))
        else:
            path = None
        return path and self.request.root + path

    def below(self, path: str) -> str:
        """Return the address of something below the page's own."""
        return self.visit.address(f"{self.request.root}{self.here}/{path}")

    def blurred(self, frame_id: str | None = None) -> str:
        """Return the address of a blurred frame: the one under review, or another of its channel.

        `v` changes with the frame, so that a browser never shows the one before it. Of a list it
        is the sheet of its first images.
        """
        if listed := of_review(self.row):
            return self.request.root + sheet_of(listed, self.review_id, self.visit.query)
        version = str(self.row["frame"].get("frame_id") or "")[:VERSION_LENGTH]
        asked = f"frame={quote(frame_id, safe='')}" if frame_id else f"v={quote(version, safe='')}"
        path = f"{self.request.root}{self.here}/blurred?{asked}"
        return f"{path}&{self.visit.query}" if self.visit.query else path

    def looked_at(self) -> Answer:
        """Return the page; of a list, the way to its grid, where each image is decided.

        What its grid has not stays here, for whoever asks for the record.
        """
        if self.grid and "record" not in self.request.query:
            return Answer(303, headers={"Location": self.grid})
        return self.page()

    def page(
        self,
        notice: Words | None = None,
        form: Form | None = None,
        *,
        noted: str = "",
        original: str | None = None,
    ) -> Answer:
        """Return the review's page; `original` is the picture as it is, for this answer only."""
        from framewarden.console.case_page import shown

        body = pages.render(
            "review.html",
            self.request.root,
            visitor=self.who.visitor(self.now),
            here=self.here,
            notice=notice,
            form=form or Form(),
            noted=noted,
            original=original,
            name_length=NAME_LENGTH,
            note_length=NOTE_LENGTH,
            **(view := shown(self)),
        )
        # A page that answers a form stays until it was read.
        answers_form = notice is not None or original is not None
        headers = RELOAD if view["case"].carrying_out and not answers_form else {}
        status = notice.status if notice else 200
        return Answer(status, body, headers=headers, picture_origin=origin_of(original))

    def told(self, words: Words | None = None) -> Answer:
        """Return what the page's script asks for: how the case stands, and a fresh nonce."""
        claim = claim_of(self.row, self.who, self.now)
        standing = {
            "state": self.state,
            "rung": int(self.row["rung"]),
            "frames": int(self.row.get("frames", 1)),
            "severity": str(self.row["severity"]),
            "held": claim.mine,
            "until": claim.until,
            "name": claim.by if claim.live else "",
            "nonce": self.nonce,
        }
        problem = {"problem": words.title} if words else {}
        return Answer(words.status if words else 200, json.dumps(standing | problem), JSON)
