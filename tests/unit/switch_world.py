"""A lead at the switch of adapters, and short words for how it stands."""

from typing import Any

from framewarden import settings, switching
from framewarden.domain.times import parse
from tests.unit.adapter_rows import events, switch

NOW = parse("2026-11-22T08:05:32Z")

Document = dict[str, Any]


def promote(name: str = "v1", by: str = "ada", now: Any = NOW, account: Any = None) -> Document:
    """Make an adapter live."""
    return switching.promote(name, by, now, settings.Adapting.read(), account)


def roll_back(by: str = "ada", now: Any = NOW, **how: Any) -> Document:
    """Go back to what was live before."""
    return switching.roll_back(by, now, settings.Adapting.read(), **how)


def shadow(name: Any = "v1", share: Any = 10, by: str = "ada", now: Any = NOW) -> Document:
    """Begin or end a shadow."""
    return switching.shadow(name, share, by, now, settings.Adapting.read())


def named(one: Document | None) -> str | None:
    """Return the name of what is live, or in the shadow."""
    return one and one["name"]


def stands(aws: Any) -> tuple[str | None, list[str | None]]:
    """Return the names of what is live and what was so before, as they are kept."""
    row = switch(aws)
    return named(row["live"]), [named(one) for one in row["stack"]]


def acts(aws: Any) -> list[tuple[str, str | None, str | None]]:
    """Return what people did, the earliest first: act, what it led to, what it led from."""
    return [(event["act"], event["name"], event["was"]) for event in events(aws)]
