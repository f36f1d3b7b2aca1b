"""Serve the pictures of reviews and lists to people at the desk and holders of links: blurred."""

from functools import cache
from time import monotonic
from typing import TYPE_CHECKING

from framewarden import settings
from framewarden.aws.ledger import Ledger
from framewarden.aws.pictures import Pictures
from framewarden.aws.review_queue import ReviewQueue
from framewarden.console import picture, sheet
from framewarden.console.site import site
from framewarden.console.visitors import visitors
from framewarden.observability import metrics

if TYPE_CHECKING:
    from framewarden.sheets import Sheets


@cache
def _desk() -> picture.PictureDesk:
    own = settings.PicturePage.read()
    find, frame = ReviewQueue(own.reviews_table).get, Ledger(own.frames_table).get
    return picture.PictureDesk(visitors(own), find, frame, Pictures(own.frames_bucket))


@cache
def _sheets() -> "Sheets":
    from framewarden.sheets import Sheets  # behind the check of who asks

    return Sheets(settings.PicturePage.read(), monotonic)


@cache
def _sheet_desk() -> sheet.SheetDesk:
    return sheet.SheetDesk(_desk().visitors, _desk().find, _sheets)


_site = site("picture_page", {**picture.routes(_desk), **sheet.routes(_sheet_desk)})
lambda_handler = metrics.log_metrics(_site, capture_cold_start_metric=True)
