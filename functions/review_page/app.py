"""Serve cases to whoever may look: the page, its neighbours in time, and its forms."""

from datetime import UTC, datetime
from functools import cache

from framewarden import settings
from framewarden.casework import Casework
from framewarden.console.review import ReviewDesk, routes
from framewarden.console.site import site
from framewarden.console.visitors import visitors
from framewarden.observability import metrics


@cache
def _desk() -> ReviewDesk:
    own = settings.ReviewPage.read()
    return ReviewDesk(Casework(own), visitors(own), lambda: datetime.now(UTC))


_site = site("review_page", routes(_desk))
lambda_handler = metrics.log_metrics(_site, capture_cold_start_metric=True)
