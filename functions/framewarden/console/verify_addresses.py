"""Say where the page of a list leads, and where its pictures are."""

from dataclasses import dataclass
from urllib.parse import urlencode

from framewarden.console.verify_form import UNDECIDED
from framewarden.sheets import version_of
from framewarden.verifying import Listed


@dataclass(frozen=True)
class Addresses:
    """Where the page leads, from the root."""

    here: str
    sheet: str
    reveal: str
    batch: str
    undecided: str
    before: str | None
    following: str | None
    next_sheet: str | None


def addresses_of(listed: Listed, batch: str, rule: str, first: str) -> Addresses:
    """Return the addresses of a screen; `batch` is that of the batch's page."""

    def to(page: str, begin: str | None = None, **more: str) -> str:
        asked = {"rule": rule} | ({"from": begin} if begin else {}) | more
        return f"{batch}/{page}?{urlencode(asked)}"

    following = listed.following
    after = following[0] if following else None
    return Addresses(
        here=to("verify", first),
        sheet=to("sheet", first, v=listed.version),
        reveal=to("reveal", first),
        batch=batch,
        undecided=to("verify", UNDECIDED),
        before=to("verify", listed.before) if listed.before else None,
        following=to("verify", after) if after else None,
        next_sheet=to("sheet", after, v=version_of(following)) if after else None,
    )
