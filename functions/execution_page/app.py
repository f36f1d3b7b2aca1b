"""Serve executions and the stories of frames to engineers and auditors; change nothing."""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from framewarden import settings
from framewarden.console import execution, executions, frame, policy
from framewarden.console.inspector import Inspector
from framewarden.console.site import site
from framewarden.console.visitors import visitors
from framewarden.observability import metrics

if TYPE_CHECKING:
    from framewarden.looking import Sources


@cache
def _sources() -> "Sources":
    # Behind the check of who looks: a stranger's address loads no more than it needs.
    from framewarden import looking

    return looking.sources(settings.ExecutionPage.read())


@cache
def _inspector() -> Inspector:
    own = settings.ExecutionPage.read()
    return Inspector(_sources, visitors(own), lambda: datetime.now(UTC), own.aws_console)


_routes = {
    **executions.routes(_inspector),
    **execution.routes(_inspector),
    **frame.routes(_inspector),
    **policy.routes(_inspector),
}
_site = site("execution_page", _routes)
lambda_handler = metrics.log_metrics(_site, capture_cold_start_metric=True)
