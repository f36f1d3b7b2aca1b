"""Serve reviews to whoever holds their links: the page, its picture, and its form."""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from framewarden import settings
from framewarden.aws.frame_links import FrameLinks
from framewarden.aws.link_keys import link_keys
from framewarden.aws.reviews import Reviews
from framewarden.console.review import ReviewDesk, routes
from framewarden.console.site import site
from framewarden.observability import metrics

if TYPE_CHECKING:
    from framewarden.deciding import Decided


def _decide(review_id: str, decision: str, **how: Any) -> "Decided":
    # Loaded with the first decision: most who open a link only look.
    from framewarden import deciding

    return deciding.decide(review_id, decision, **how, own=settings.ReviewPage.read())


@cache
def _desk() -> ReviewDesk:
    own = settings.ReviewPage.read()
    return ReviewDesk(
        find=Reviews(own.reviews_table).get,
        decide=_decide,
        keys=link_keys(own.link_secret_arn),
        picture=FrameLinks(own.frames_bucket).url,
        clock=lambda: datetime.now(UTC),
    )


_site = site("review_page", routes(_desk))
lambda_handler = metrics.log_metrics(_site, capture_cold_start_metric=True)
