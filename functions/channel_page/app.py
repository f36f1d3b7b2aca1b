"""Serve a channel's page to the desk and to holders of its link: how it stands, and its stop."""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from framewarden import settings
from framewarden.console.channel import ChannelDesk, routes
from framewarden.console.site import site
from framewarden.console.visitors import visitors
from framewarden.observability import metrics

if TYPE_CHECKING:
    from framewarden.overview import Overview


def _look(channel_arn: str, now: datetime) -> "Overview":
    # Behind the link's check: a stranger's address loads no more than it needs.
    from framewarden import overview

    return overview.look(channel_arn, settings.ChannelPage.read(), now)


def _place(order: dict[str, Any], unique: str) -> str:
    from framewarden import ordering

    return ordering.place(order, unique, settings.ChannelPage.read().order_machine_arn)


@cache
def _desk() -> ChannelDesk:
    known = visitors(settings.ChannelPage.read())
    return ChannelDesk(look=_look, place=_place, visitors=known, clock=lambda: datetime.now(UTC))


_site = site("channel_page", routes(_desk))
lambda_handler = metrics.log_metrics(_site, capture_cold_start_metric=True)
