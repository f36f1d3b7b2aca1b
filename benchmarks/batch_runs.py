"""Put images and manifests, run batches of them, and wait for their ends."""

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.calls import control
from benchmarks.ground import Ground, patiently
from benchmarks.pictures import clean
from benchmarks.processor import peak
from framewarden.aws.dynamo import typed, untyped
from framewarden.domain import batches
from local.laptop import cloud as laptop
from local.laptop.deploy import build_and_deploy
from local.target import on_cloud

BUCKET = "benchmark-photos"
# More than two cores ever ask for: the pace must not be what is measured.
PARAMETERS = {"BatchSourceBuckets": BUCKET, "RekognitionTps": "1000", "BatchShare": "90"}
PUTTING = 8
PATIENCE = 7200.0
TAIL_BYTES = 8

Row = dict[str, Any]


@dataclass(frozen=True)
class Ran:
    """A command that has ended: its output, its seconds, and the most memory it had (MB)."""

    output: Any
    seconds: float
    peak: float


def prepare(ground: Ground) -> Ground:
    """Deploy with a quota that does not bind, and make the bucket of the images."""
    build_and_deploy(ground.cloud, parameters=PARAMETERS, progress=ground.say)
    ground.cloud = laptop.current() or ground.cloud
    ground.target = on_cloud(ground.cloud)
    s3 = ground.target.client("s3")
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET)
    return ground


def tiny(ground: Ground) -> bytes:
    """Return a picture of a kilobyte that Rekognition has a recorded answer for."""
    out = BytesIO()
    Image.new("RGB", (64, 64), (90, 120, 150)).save(out, "JPEG")
    answers: Row = {sha256(out.getvalue()).hexdigest(): {"ModerationLabels": []}}
    control(ground.cloud.moto_endpoint, "recorded", **answers)
    return out.getvalue()


def put_images(ground: Ground, folder: str, count: int, picture: Callable[[int], bytes]) -> None:
    """Put pictures under numbered keys."""
    s3 = ground.target.client("s3")

    def put(number: int) -> None:
        s3.put_object(Bucket=BUCKET, Key=key(folder, number), Body=picture(number))

    with ThreadPoolExecutor(PUTTING) as pool:
        for _ in pool.map(put, range(count)):
            pass


def photo(number: int) -> bytes:
    """Return a picture of the clip, each number's of other bytes."""
    return clean()[number % len(clean())] + number.to_bytes(TAIL_BYTES, "big")


def key(folder: str, number: int) -> str:
    """Return the key of a numbered picture."""
    return f"{folder}/{number:07d}.jpg"


def manifest(path: Path, folder: str, count: int) -> Path:
    """Write a manifest of numbered pictures."""
    with path.open("w") as lines:
        for number in range(count):
            ref = {"source-ref": f"s3://{BUCKET}/{key(folder, number)}"}
            lines.write(json.dumps(ref) + "\n")
    return path


def start(ground: Ground, source: Path, ceiling: int) -> str:
    """Put a manifest, start a batch of it, and return the batch's id.

    Raises
    ------
    TimeoutError
        It was refused.
    """
    ground.target.client("s3").upload_file(str(source), BUCKET, source.name)
    batch_id = secrets.token_hex(10)
    asked = {
        "batch_id": batch_id,
        "manifest": f"s3://{BUCKET}/{source.name}",
        "ceiling": ceiling,
        "by": "benchmarks",
        "via": "cli",
    }
    answer = ground.target.client("lambda").invoke(
        FunctionName=ground.target.output("StartBatchFunction"),
        Payload=json.dumps({"batch": asked}).encode(),
    )
    told = json.loads(answer["Payload"].read())
    if not told.get("started"):
        raise TimeoutError(f"the batch was not started: {told}")
    return batch_id


def row(ground: Ground, batch_id: str) -> Row:
    """Return a batch's row."""
    answer = ground.target.client("dynamodb").get_item(
        TableName=ground.target.output("BatchesTable"),
        Key=typed({"batch": batch_id, "item": "batch"}),
        ConsistentRead=True,
    )
    return untyped(answer.get("Item", {}))


def ended(ground: Ground, batch_id: str, wanted: str = batches.DONE) -> Row:
    """Wait for a batch's end, and return its row.

    Raises
    ------
    TimeoutError
        It did not end, or otherwise than was wanted.
    """
    over = (batches.DONE, *batches.RESUMABLE)
    patiently(lambda: row(ground, batch_id).get("status") in over, PATIENCE, 0.5)
    seen = row(ground, batch_id)
    if seen.get("status") != wanted:
        raise TimeoutError(f"the batch is {seen.get('status')}: {seen.get('failure')}")
    return seen


def command(*arguments: str) -> Ran:
    """Run `framewarden` to its end, watching its memory.

    Raises
    ------
    TimeoutError
        It failed.
    """
    program = Path(sys.executable).parent / "framewarden"
    began, most = time.monotonic(), 0.0
    with subprocess.Popen(
        [str(program), *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as running:
        while running.poll() is None:
            most = max(most, peak(running.pid))
            time.sleep(0.05)
        text = running.stdout.read() if running.stdout else b""
    if running.returncode:
        raise TimeoutError(f"framewarden {' '.join(arguments)} gave {running.returncode}")
    return Ran(json.loads(text or b"null"), time.monotonic() - began, most)
