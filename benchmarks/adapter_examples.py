"""Make examples as people leave them: drawn pictures, recorded answers, and rows of the table."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from benchmarks.batch_runs import BUCKET, PUTTING
from benchmarks.ground import Ground
from framewarden.aws.dynamo import typed
from local.verify_drawing import Chance
from local.verify_samples import ALCOHOL, LABEL, OTHER, PARENT, PLACES, SOFT, SURE, Sample, drawn

SOURCES = 40
SET = "benchmark"
# Of a hundred pictures: as in samples/verify, a quarter is wrong.
SHARES = ((ALCOHOL, 0.40), (SOFT, 0.65), (OTHER, 1.0))
ROWS_AT_ONCE = 25  # BatchWriteItem's limit

Row = dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """A picture that lies in the bucket."""

    sample: Sample
    digest: str

    @property
    def key(self) -> str:
        """Return where it lies."""
        return f"{SET}/{self.sample.file}"


def pictures(count: int) -> Iterator[Sample]:
    """Give drawn pictures, in turn of each source."""
    places = list(PLACES)
    for number in range(count):
        source = number % SOURCES
        file = f"{source:02}/{number:05}.jpg"
        chance = Chance(f"{SET}/{file}/shows")
        told = chance()
        shows = next(kind for kind, below in SHARES if told < below)
        place = places[source % len(places)]
        yield Sample(file, shows, round(chance(*SURE[shows]), 2), place)


def prepare(ground: Ground, count: int) -> list[Stored]:
    """Put the pictures, record the base model's answers, and write what people said of each."""
    s3 = ground.target.client("s3")

    def put(sample: Sample) -> Stored:
        body = drawn(sample, SET)
        stored = Stored(sample, sha256(body).hexdigest())
        s3.put_object(Bucket=BUCKET, Key=stored.key, Body=body)
        return stored

    with ThreadPoolExecutor(PUTTING) as pool:
        made = list(pool.map(put, pictures(count)))
    record(ground.cloud.moto_endpoint, made)
    write(ground, made)
    return made


def record(moto_endpoint: str, made: Sequence[Stored]) -> None:
    """Have Rekognition answer for the base model, which knows nothing of bottles."""
    endpoint = urlsplit(moto_endpoint)
    connection = HTTPConnection(endpoint.hostname or "", endpoint.port, timeout=60)
    try:
        answers = {one.digest: one.sample.answer for one in made}
        connection.request("PATCH", "/_framewarden/recorded", json.dumps(answers))
        answer = connection.getresponse()
        if answer.status != 200:
            raise TimeoutError(f"no answers are recorded: {answer.read(500)!r}")
    finally:
        connection.close()


def write(ground: Ground, made: Sequence[Stored]) -> None:
    """Write the rows of a list that somebody has judged, as the desk writes them."""
    dynamodb, table = ground.target.client("dynamodb"), ground.target.output("BatchesTable")
    rows = iter([typed(row(number, one)) for number, one in enumerate(made)])

    def put(some: list[Any]) -> None:
        asked = {table: [{"PutRequest": {"Item": item}} for item in some]}
        while asked:
            asked = dynamodb.batch_write_item(RequestItems=asked).get("UnprocessedItems") or {}

    with ThreadPoolExecutor(PUTTING) as pool:
        for _ in pool.map(put, iter(lambda: list(islice(rows, ROWS_AT_ONCE)), [])):
            pass


def row(number: int, one: Stored) -> Row:
    """Return the row of a picture of which somebody said whether its label is there."""
    there = bool(one.sample.labels)
    found = {
        "name": LABEL,
        "parent": PARENT,
        "level": 2,
        "confidence": one.sample.confidence,
    }
    return {
        "batch": f"{SET}#alcohol",
        "item": f"image#{number:07d}#{one.digest[:16]}",
        **{"digest": one.digest, "bucket": BUCKET, "key": one.key},
        "ref": f"s3://{BUCKET}/{one.key}",
        "labels": [found],
        "labels_judged": {
            "confirmed": [LABEL] if there else [],
            "denied": [] if there else [LABEL],
            "added": [],
        },
        "decision": "block" if there else "allow",
        **{"by": "benchmarks", "account": None, "at": "2026-11-22T08:00:00.000Z", "rev": 1},
        **{"example": "labels", "adapter": None},
    }
