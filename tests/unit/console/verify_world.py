"""A list of a batch on moto, and people who judge its images."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from itertools import repeat

from PIL import Image

from framewarden import settings
from framewarden.aws.batch_images import BatchImages
from framewarden.console import session
from framewarden.console.sheet import SheetDesk
from framewarden.console.sheet import routes as sheet_routes
from framewarden.console.site import site
from framewarden.console.verify import VerifyDesk
from framewarden.console.verify import routes as verify_routes
from framewarden.console.visitors import Visitors
from framewarden.domain import batch_lists, batches, incidents, links
from framewarden.domain.times import iso
from framewarden.sheets import Sheets
from framewarden.verifying import Verifying
from tests.unit.console.browser import FORM, ask, typed
from tests.unit.scenes import FRAMES_BUCKET

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
KEY = "k" * 32
BATCH, RULE = "0123456789abcdef0123", "explicit/likely"
NIPPLE = "Exposed Female Nipple"


def jpeg(colour="red", size=(320, 180)):
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "JPEG")
    return written.getvalue()


@dataclass
class List:
    """The images of a list, and the desk that shows them."""

    aws: object
    now: datetime = NOW
    ticks: Iterator = field(default_factory=lambda: repeat(0))

    def __post_init__(self):
        own = settings.BatchPage.read()
        visitors = Visitors(self, "stop", lambda refresh: None, lambda: self.now)
        self.work, self.images = Verifying(own), BatchImages("batches")
        desk = VerifyDesk(lambda: self.work, visitors, lambda: self.now)
        self.sheets = Sheets(settings.PicturePage.read(), lambda: next(self.ticks))
        pictures = SheetDesk(visitors, self.aws.review, lambda: self.sheets)
        routes = {**verify_routes(lambda: desk), **sheet_routes(lambda: pictures)}
        self.handler = site("batch_page", routes)

    def accepted(self):
        return [KEY]

    def refreshed(self):
        return None

    def fill(self, number=3, rule=RULE, picture=None, **changes):
        """Put a batch, its list and so many images; the first is the surest."""
        self.put({"batch": BATCH, "item": "batch", "name": "holiday", "status": "done"})
        named = {"rule": rule, "images": number, "severity": "high", "execution": "e-1"}
        self.put({"batch": BATCH, "item": f"rule#{rule}", **named})
        return [self.image(at, rule, picture, **changes) for at in range(number)]

    def image(self, at, rule=RULE, picture=None, **changes):
        bucket = changes.pop("bucket", FRAMES_BUCKET)
        key = changes.pop("key", f"batches/holiday/{at:03}.jpg")
        name = f"{100_000 + at:07d}#{batches.digest(bucket, key)[:16]}"
        labels = [{"name": NIPPLE, "parent": "", "level": 3, "confidence": 92.3}]
        row = {"bucket": bucket, "key": key, "severity": "high", "labels": labels, **changes}
        self.put({"batch": f"{BATCH}#{rule}", "item": f"image#{name}", **row})
        if picture:
            self.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=picture)
        return name

    def put(self, row):
        self.aws.put("batches", row)

    def ask_people(self, **changes):
        """Open the review of the list, as its execution does."""
        row = {
            "review_id": incidents.review_id("e-1", None),
            "status": "pending",
            "severity": "high",
            "category": "Explicit",
            "channel": batch_lists.channel_of({"batch_id": BATCH, "images": 3, "rule": RULE}),
            "channel_arn": None,
            "frame": {"frame_id": "f", "bucket": "b", "key": "k", "version_id": None},
            "execution": "e-1",
            "frames": 1,
            "opened_at": iso(self.now),
            "deadline": int(self.now.timestamp()) + 600,
            "rung": 0,
            "ladder": [600],
            "default": "allow",
            "labels": [],
            **changes,
        }
        self.aws.put("reviews", row)
        return row["review_id"]

    def row(self, name, rule=RULE):
        return self.aws.row("batches", batch=f"{BATCH}#{rule}", item=f"image#{name}")

    def counters(self, batch=BATCH, rule=None):
        return self.images.counters(batch, rule)

    def cookie(self, role, account="ana"):
        until = int(self.now.timestamp()) + 900
        held = session.Session("s-1", account, account.capitalize(), (role,), until)
        return {"Cookie": f"{session.COOKIE}={session.seal(held, KEY)}"}

    def ask(self, method="GET", below="verify", role="moderator", headers=None, body=None, **query):
        sent = (self.cookie(role) if role else {}) | (headers or {})
        query = {"rule": RULE} | query
        return ask(self.handler, method, f"/batches/{BATCH}/{below}", query, body, sent)

    def nonce(self, account="ana"):
        return links.make_nonce(KEY, f"verify {BATCH}|{account}", self.now)

    def post(self, *fields, below="verify", role="moderator", account="ana", headers=None, **query):
        """Send pairs as the form of a page does; its script asks for JSON."""
        pairs = [("nonce", self.nonce(account)), *fields]
        body = "&".join(typed({name: value}) for name, value in pairs)
        sent = FORM | self.cookie(role, account) | (headers or {})
        return self.ask("POST", below, None, sent, body, **query)

    def script(self, *fields, **how):
        reply = self.post(*fields, headers={"Accept": "application/json"}, **how)
        return reply.status, json.loads(reply.body)


def tile(at, name, rev=0, decision="", *labels, added=()):
    """Return the fields of one image; a label has a sign before its name."""
    fields = [(f"image.{at}", name), (f"rev.{at}", str(rev)), (f"decision.{at}", decision)]
    fields += [(f"label.{at}.{number}", label) for number, label in enumerate(labels)]
    return [*fields, *((f"added.{at}", label) for label in added)]


def checked(page):
    """Return what is chosen on a page: names and values of radios and boxes."""
    inputs = re.findall(r'<input type="(?:radio|checkbox)"([^>]*) checked', page.body)
    found = [re.search(r'name="([^"]+)" value="([^"]*)"', one) for one in inputs]
    return {(one[1], unescape(one[2])) for one in found}
