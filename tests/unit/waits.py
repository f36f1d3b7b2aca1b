"""Open, decide and close reviews as their functions do."""

from datetime import UTC, datetime, timedelta

from framewarden import claiming, closing, deciding, reviewing, settings
from framewarden.aws.case_records import CaseRecords
from framewarden.aws.ledger import Ledger
from framewarden.aws.reviews import Reviews
from tests.unit.scenes import CHANNEL, state

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
HIGH = state("open_review/high")
CRITICAL = state("open_review/stop_failed")
UPLOAD = state("open_review/critical_upload")
INCIDENT = f"{CHANNEL}#Explicit"


def after(**passed):
    return NOW + timedelta(**passed)


def open_or_join(document=HIGH, now=NOW):
    if not Ledger("frames").get(document["frame"]["frame_id"]):
        Ledger("frames").admit(document["frame"], {"status": "started"}, now)
    return reviewing.open_or_join(document, settings.OpenReview.read(), now)


def decide(review_id, decision="allow", *, now=None, by="Ada", via="link", note="", **more):
    how = {"by": by, "via": via, "note": note, "now": now or after(minutes=3)} | more
    return deciding.decide(review_id, decision, **how, own=settings.ReviewPage.read())


def decide_at_desk(review_id, decision="allow", *, account="ada", **more):
    return decide(review_id, decision, via="desk", account=account, **more)


def claim(review_id, account="bob", now=None, **more):
    who = claiming.Claimant(account, account.capitalize())
    return claiming.claim(
        review_id, who, now or after(minutes=3), settings.ReviewPage.read(), **more
    )


def events(review_id):
    return CaseRecords("reviews").events(review_id)


def close(slot, now):
    return closing.close(slot, settings.CloseReview.read(), now)


def waits(review_id, token="token-1", rung=0):
    Reviews("reviews").waits(review_id, token, rung)
