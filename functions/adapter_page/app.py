"""Serve adapters to leads, who train and promote them, and to engineers and auditors, who look."""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from framewarden import settings
from framewarden.console import adapter, adapters
from framewarden.console.adapter_desk import AdapterDesk
from framewarden.console.site import site
from framewarden.console.visitors import visitors
from framewarden.observability import metrics

if TYPE_CHECKING:
    from framewarden.adapterwork import Adapterwork


@cache
def _work() -> "Adapterwork":
    # Behind the check of who looks: a stranger's address loads no more than it needs.
    from framewarden.adapterwork import Adapterwork

    return Adapterwork(settings.AdapterPage.read())


@cache
def _desk() -> AdapterDesk:
    return AdapterDesk(_work, visitors(settings.AdapterPage.read()), lambda: datetime.now(UTC))


_site = site("adapter_page", {**adapters.routes(_desk), **adapter.routes(_desk)})
lambda_handler = metrics.log_metrics(_site, capture_cold_start_metric=True)
