"""Upload what no analyzer can read: the demo shows that what nobody judged is never clean."""

from framewarden.domain.frames import frame_id
from local.player import Clock, Put
from local.target import Target

NO_PICTURE = b"This file is called .jpg, and no picture: nothing can judge it.\n"


def unreadable(target: Target, folder: str, clock: Clock | None = None) -> Put:
    """Put a file that is called a picture and is none, as somebody of the account uploads it."""
    clock = clock or Clock()
    bucket, key = target.output("FramesBucket"), f"uploads/{folder}/no-picture.jpg"
    started = clock.time()
    answer = target.client("s3").put_object(
        Bucket=bucket, Key=key, Body=NO_PICTURE, ContentType="image/jpeg"
    )
    version = answer.get("VersionId")
    return Put(0, key, version, frame_id(bucket, key, version), started, clock.time())
