"""Serve the health of the installation to engineers and auditors; change nothing."""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from framewarden import settings
from framewarden.console import health
from framewarden.console.site import site
from framewarden.console.visitors import visitors
from framewarden.observability import metrics

if TYPE_CHECKING:
    from framewarden.health import Health


def _look(now: datetime) -> "Health":
    # Behind the check of who looks: a stranger's address loads no more than it needs.
    from framewarden.health import look

    return look(settings.HealthPage.read(), now)


@cache
def _desk() -> health.HealthDesk:
    own = settings.HealthPage.read()
    return health.HealthDesk(_look, visitors(own), lambda: datetime.now(UTC))


_site = site("health_page", health.routes(_desk))
lambda_handler = metrics.log_metrics(_site, capture_cold_start_metric=True)
