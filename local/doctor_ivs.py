"""Check the IVS channels: are their frames written where the stack looks, and may it stop them?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local.doctor import FAIL, MODERATED, OK, TAG, WARN, Seen
from local.target import Target

# Amazon IVS's own default interval (API reference, ThumbnailConfiguration).
DEFAULT_INTERVAL = 60

Document = dict[str, Any]


def recordings(target: Target) -> dict[str, Document]:
    """Read the recording configurations that write into the frames bucket, by ARN."""
    ivs, bucket = target.client("ivs"), target.output("FramesBucket")
    pages = ivs.get_paginator("list_recording_configurations").paginate()
    return {
        entry["arn"]: ivs.get_recording_configuration(arn=entry["arn"])["recordingConfiguration"]
        for page in pages
        for entry in page["recordingConfigurations"]
        if entry["destinationConfiguration"].get("s3", {}).get("bucketName") == bucket
    }


def channels(target: Target) -> list[Document]:
    """List the IVS channels of the region."""
    pages = target.client("ivs").get_paginator("list_channels").paginate()
    return [channel for page in pages for channel in page["channels"]]


def check_recordings(target: Target) -> Iterator[Seen]:
    """See whether IVS writes a thumbnail every few seconds into the frames bucket."""
    found = recordings(target)
    bucket = target.output("FramesBucket")
    if not found:
        yield (
            WARN,
            "No IVS recording configuration writes into the frames bucket.",
            f"aws ivs create-recording-configuration --region {target.region} "
            f"--destination-configuration s3={{bucketName={bucket}}} "
            "--thumbnail-configuration recordingMode=INTERVAL,targetIntervalSeconds=1",
        )
    for arn, recording in found.items():
        yield _judge_recording(arn, recording, target)


def _judge_recording(arn: str, recording: Document, target: Target) -> Seen:
    thumbnails = recording.get("thumbnailConfiguration", {})
    if arn.split(":")[3] != target.region:
        return FAIL, f"{arn} is not in {target.region}.", "Make it in the bucket's region."
    if recording.get("state") != "ACTIVE":
        return (
            FAIL,
            f"{arn} is {recording.get('state')}.",
            "Wait until it is ACTIVE, or make it anew.",
        )
    anew = "A recording configuration cannot be changed: make another, and set it on the channels."
    if thumbnails.get("recordingMode") != "INTERVAL":
        return FAIL, f"{arn} writes no thumbnails.", anew
    if "SEQUENTIAL" not in thumbnails.get("storage", ["SEQUENTIAL"]):
        return FAIL, f"{arn} keeps only the latest thumbnail.", anew
    return OK, f"{arn} writes a frame every {interval_of(recording)} s.", ""


def interval_of(recording: Document) -> int:
    """Read the seconds between two thumbnails."""
    thumbnails = recording.get("thumbnailConfiguration", {})
    return int(thumbnails.get("targetIntervalSeconds", DEFAULT_INTERVAL))


def check_channels(target: Target) -> Iterator[Seen]:
    """See whether each IVS channel is both recorded and tagged, or neither."""
    ours, seen = recordings(target), 0
    for channel in channels(target):
        recorded = channel.get("recordingConfigurationArn") in ours
        tagged = channel.get("tags", {}).get(TAG) == MODERATED
        arn = channel["arn"]
        seen += recorded or tagged
        if recorded and not tagged:
            yield (
                FAIL,
                f"{arn} is judged but cannot be stopped: it lacks the tag {TAG}={MODERATED}.",
                f"aws ivs tag-resource --resource-arn {arn} --tags {TAG}={MODERATED} "
                f"--region {target.region}",
            )
        elif tagged and not recorded:
            yield (
                FAIL,
                f"{arn} is tagged {TAG}={MODERATED}, but nothing of it reaches the frames bucket.",
                f"aws ivs update-channel --arn {arn} --recording-configuration-arn ARN "
                f"--region {target.region}",
            )
        elif recorded and channel.get("type") == "BASIC":
            yield (
                WARN,
                f"{arn} is a BASIC channel: its frames come only as often as its key frames.",
                "Let the encoder send a key frame at least every interval.",
            )
        elif recorded:
            yield OK, f"{arn} is recorded and tagged.", ""
    if not seen:
        yield OK, "No IVS channel is moderated by this stack.", ""
