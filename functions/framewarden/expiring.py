"""Ask once an hour how the live adapter stands, so that people know ahead when it expires."""

from datetime import datetime, timedelta
from typing import Final

from framewarden import settings
from framewarden.aws import adapter_health, adapter_jobs
from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.aws.adapters import Adapters
from framewarden.aws.dynamo import Row
from framewarden.domain import adapters
from framewarden.domain.times import iso, parse
from framewarden.observability import gauge, logger

EVERY: Final = timedelta(hours=1)
GRACE: Final = timedelta(days=adapters.GRACE_DAYS)
METRIC: Final = "AdapterExpiring"


def look(own: settings.Sweep, now: datetime) -> None:
    """Record whether the live adapter is about to expire; a failure is logged, and no more.

    What was learned at the last look is told at each sweep: an alarm that hears of it once an
    hour would be over and on again.
    """
    try:
        _look(own.adapters_table, now)
    except Exception as failure:  # this only warns ahead: what the sweep did before must stand
        logger.warning("adapter not looked at", extra={"error": type(failure).__name__})


def _look(table: str, now: datetime) -> None:
    live = AdapterSwitch(table).read()["live"]
    if live is None:
        gauge(METRIC, 0)
        return
    known = adapter_health.read(table)
    known = known if known and known["arn"] == live["arn"] else None
    try:
        if known is None or parse(known["checked_at"]) + EVERY <= now:
            known = _asked(table, live, known or {}, now)
            adapter_health.keep(table, known)
    finally:
        if known:
            gauge(METRIC, known["status"] != adapters.COMPLETED)


def _asked(table: str, live: Row, known: Row, now: datetime) -> Row:
    """Return how the live adapter stands.

    Rekognition does not tell when it deprecated an adapter. It is taken to be the first look that
    finds it so, at most an hour later for one that was live already.
    """
    row = Adapters(table).get(live["name"]) or {}
    told = adapter_jobs.describe(str(row.get("project")), live["arn"])
    status = str(told["Status"]) if told else adapter_health.GONE
    health = {"arn": live["arn"], "status": status, "checked_at": iso(now)}
    if status != adapters.DEPRECATED:
        return health
    since = str(known.get("deprecated_at") or iso(now))
    return health | {"deprecated_at": since, "expires_from": iso(parse(since) + GRACE)}
