"""Turn a screen of a list into what its page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewarden.aws.batch_images import name_of
from framewarden.console.batch_address import batch_path
from framewarden.console.label_form import CONFIRM, DENY
from framewarden.console.moments import Moment, moment
from framewarden.console.verify_addresses import Addresses, addresses_of
from framewarden.console.verify_form import VerifyForm
from framewarden.domain.answered import adapter_words
from framewarden.domain.times import parse
from framewarden.domain.verification import ALLOW, BLOCK, DECIDED, Agreement, Marks, agreement
from framewarden.domain.verification import rev_of as rev
from framewarden.sheet_drawing import COLUMNS
from framewarden.verifying import Listed

Row = Mapping[str, Any]

BASE = "none"
DONE = {ALLOW: "Allowed", BLOCK: "Blocked"}


@dataclass(frozen=True)
class Found:
    """One label that the model found; `choice` is `confirm`, `deny`, or nothing yet."""

    name: str
    confidence: float | None
    choice: str


@dataclass(frozen=True)
class Tile:
    """One image; `conflict` says who changed it while it was being judged here.

    `answered` says what judged it where that is not the same as of every other image.
    """

    number: int
    name: str
    rev: int
    place: str
    severity: str
    labels: tuple[Found, ...]
    added: tuple[str, ...]
    decision: str
    picked: bool
    said: str
    when: Moment | None
    conflict: str
    answered: str
    earlier: tuple[str, ...]

    @property
    def column(self) -> int:
        """Return in which column of its sheet the image is."""
        return self.number % COLUMNS

    @property
    def line(self) -> int:
        """Return in which line of its sheet the image is."""
        return self.number // COLUMNS

    @property
    def file(self) -> str:
        """Return the last part of its key."""
        return self.place.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True)
class Look:
    """Who saw a picture as it is."""

    by: str
    file: str
    when: Moment


@dataclass(frozen=True)
class View:
    """A screen of a list; `answered` names the adapter that judged all of its images."""

    rule: str
    name: str
    answered: str
    tiles: tuple[Tile, ...]
    progress: str
    to: Addresses
    batch: tuple[Agreement, ...]
    live: tuple[Agreement, ...]
    looks: tuple[Look, ...]


def view_of(
    listed: Listed,
    batch_id: str,
    first: str,
    root: str,
    now: datetime,
    typed: VerifyForm,
    conflicts: Sequence[str],
) -> View:
    """Return what the page shows; `typed` is what a form said that was not kept."""
    rule = str(listed.rule["rule"])
    answered = [_answered(row, listed.batch.get("adapter")) for row in listed.rows]
    same = len(set(answered)) == 1
    tiles = (
        _tile(at, row, now, typed, conflicts, "" if same else words or BASE)
        for at, (row, words) in enumerate(zip(listed.rows, answered, strict=True))
    )
    return View(
        rule=rule,
        name=str(listed.batch.get("name") or batch_id),
        answered=answered[0] if same else "",
        tiles=tuple(tiles),
        progress=progress_of(listed.rule, listed.progress),
        to=addresses_of(listed, root + batch_path(batch_id), rule, first),
        batch=agreement(listed.counters),
        live=agreement(listed.live),
        looks=tuple(
            Look(str(one["by"]), str(one["key"]).rpartition("/")[2], moment(parse(one["at"]), now))
            for one in listed.looks
        ),
    )


def progress_of(rule: Row, counters: Row) -> str:
    """Word how many images of a list somebody decided; how many it has is known when it is done."""
    decided, images = int(counters.get(DECIDED, 0)), rule.get("images")
    return f"{decided:,} of {int(images):,} decided" if images else f"{decided:,} decided"


def said_of(row: Row) -> str:
    """Word who said something of an image last."""
    decision = DONE.get(str(row.get("decision")), "Judged" if row.get("at") else "")
    return f"{decision} by {row.get('by') or 'somebody'}" if decision else ""


def changed_by(row: Row, now: datetime) -> str:
    """Word who changed an image meanwhile, and to what."""
    marks = Marks.of(row)
    words = [f"there: {', '.join(sorted(marks.confirmed | marks.added))}"] * bool(
        marks.confirmed or marks.added
    )
    words += [f"not there: {', '.join(sorted(marks.denied))}"] * bool(marks.denied)
    when = moment(parse(row["at"]), now).relative
    return f"{'; '.join([f'{said_of(row)} {when}', *words])}. Saving again puts yours in its place."


def stands(row: Row, now: datetime, *, lost: bool) -> dict[str, Any]:
    """Tell the page's script how an image stands, and where somebody else changed it, to what."""
    told: dict[str, Any] = {"rev": rev(row), "said": said_of(row)}
    if not lost:
        return told
    marks = Marks.of(row)
    theirs = {"decision": marks.decision or "", **marks.judged}
    return told | {"conflict": changed_by(row, now), "theirs": theirs}


def _tile(
    number: int,
    row: Row,
    now: datetime,
    typed: VerifyForm,
    conflicts: Sequence[str],
    answered: str,
) -> Tile:
    name, marks = name_of(dict(row)), Marks.of(row)
    own, lost = typed.images.get(name), name in conflicts
    said = own.said if own else _said(marks)
    return Tile(
        number=number,
        name=name,
        # Whoever was told of a conflict has seen what stands.
        rev=rev(row) if lost or own is None else own.rev,
        place=f"{row['bucket']}/{row['key']}",
        severity=str(row.get("severity") or ""),
        labels=tuple(
            Found(
                str(label["name"]),
                float(label["confidence"]) if label.get("confidence") is not None else None,
                said.get(str(label["name"]), ""),
            )
            for label in row.get("labels") or ()
        ),
        added=own.added if own else tuple(sorted(marks.added)),
        decision=own.decision if own else marks.decision or "",
        picked=name in typed.picked,
        said=said_of(row),
        when=moment(parse(row["at"]), now) if row.get("at") else None,
        conflict=changed_by(row, now) if lost else "",
        answered=answered,
        earlier=tuple(said_of(one) for one in (row.get("history") or ())[:-1]),
    )


def _answered(row: Row, asked: Any) -> str:
    """Word what judged an image; a row from before adapters were kept does not tell."""
    return adapter_words({**row, "adapter_asked": asked}) if "adapter" in row else ""


def _said(marks: Marks) -> Mapping[str, str]:
    return dict.fromkeys(marks.confirmed, CONFIRM) | dict.fromkeys(marks.denied, DENY)
