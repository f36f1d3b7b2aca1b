"""Serve the frames of reviews to people at the desk and holders of links: blurred, always."""

from functools import cache

from framewarden import settings
from framewarden.aws.ledger import Ledger
from framewarden.aws.pictures import Pictures
from framewarden.aws.review_queue import ReviewQueue
from framewarden.console.picture import PictureDesk, routes
from framewarden.console.site import site
from framewarden.console.visitors import visitors
from framewarden.observability import metrics


@cache
def _desk() -> PictureDesk:
    own = settings.PicturePage.read()
    return PictureDesk(
        visitors=visitors(own),
        find=ReviewQueue(own.reviews_table).get,
        frame=Ledger(own.frames_table).get,
        reader=Pictures(own.frames_bucket),
    )


_site = site("picture_page", routes(_desk))
lambda_handler = metrics.log_metrics(_site, capture_cold_start_metric=True)
