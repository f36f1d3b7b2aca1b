"""Serve the desk's front: the start, sign-in, the first day, the queue, and the static files."""

from functools import cache
from typing import TYPE_CHECKING

from framewarden import settings
from framewarden.console import front, queue, sign_in
from framewarden.console.site import site
from framewarden.console.visitors import Visitors, visitors
from framewarden.observability import metrics

if TYPE_CHECKING:
    from framewarden.aws.accounts import Accounts


@cache
def _visitors() -> Visitors:
    return visitors(settings.DeskPage.read())


@cache
def _accounts() -> "Accounts":
    from framewarden.aws.accounts import Accounts

    return Accounts(settings.DeskPage.read().desk_client_id)


@cache
def _queue() -> queue.QueueDesk:
    # A stylesheet needs no table.
    from framewarden.aws.review_queue import ReviewQueue

    reviews, known = ReviewQueue(settings.DeskPage.read().reviews_table), _visitors()
    return queue.QueueDesk(reviews.open_page, reviews.counts, known, known.clock)


_signing = sign_in.routes(lambda: sign_in.SignInDesk(_accounts, _visitors()))
_site = site("desk_page", {**front.routes(_visitors), **_signing, **queue.routes(_queue)})
lambda_handler = metrics.log_metrics(_site, capture_cold_start_metric=True)
