"""Serve batches to whoever is signed in: their list, one batch, and the images of its lists."""

from functools import cache
from typing import TYPE_CHECKING

from framewarden import settings
from framewarden.console import batch, batches, verify
from framewarden.console.site import site
from framewarden.console.visitors import visitors
from framewarden.observability import metrics

if TYPE_CHECKING:
    from framewarden import batchwork, verifying


@cache
def _work() -> "batchwork.Batchwork":
    # Behind the check of who looks: a stranger's address loads no more than it needs.
    from framewarden.batchwork import Batchwork

    return Batchwork(settings.BatchPage.read())


@cache
def _verifying() -> "verifying.Verifying":
    from framewarden.verifying import Verifying

    return Verifying(settings.BatchPage.read())


@cache
def _desk() -> batches.BatchDesk:
    known = visitors(settings.BatchPage.read())
    return batches.BatchDesk(_work, known, known.clock)


_lists = verify.routes(lambda: verify.VerifyDesk(_verifying, _desk().visitors, _desk().clock))
_site = site("batch_page", {**batches.routes(_desk), **batch.routes(_desk), **_lists})
lambda_handler = metrics.log_metrics(_site, capture_cold_start_metric=True)
