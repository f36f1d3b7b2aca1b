"""Check whether Rekognition keeps up with the live channels."""

from __future__ import annotations

from collections.abc import Iterator

from framewarden.domain.quotas import default_tps
from local.doctor import FAIL, OK, WARN, Seen
from local.doctor_ivs import channels, interval_of, recordings
from local.doctor_medialive import captures
from local.target import Target

# Above this share of the quota, a burst already meets throttles.
BUSY = 0.8


def check_quota(target: Target) -> Iterator[Seen]:
    """Compare what live channels ask of Rekognition with its default quota in this region."""
    quota = default_tps(target.region)
    live, asked = load(target)
    says = (
        f"{live} live channels ask {asked:.1f} analyses a second; Rekognition's default here is "
        f"{quota}."
    )
    remedy = "Ask AWS to raise DetectModerationLabels (Service Quotas), or capture less often."
    if asked > quota:
        yield FAIL, says, remedy
    elif asked > BUSY * quota:
        yield WARN, says, remedy
    else:
        yield OK, says, ""


def load(target: Target) -> tuple[int, float]:
    """Count the live channels of this stack, and the frames that they make in a second."""
    ours = recordings(target)
    by_channel = {
        channel["arn"]: channel.get("recordingConfigurationArn") for channel in channels(target)
    }
    pages = target.client("ivs").get_paginator("list_streams").paginate(filterBy={})
    rates = [
        1 / interval_of(ours[recording])
        for page in pages
        for stream in page["streams"]
        if stream.get("state") == "LIVE"
        and (recording := by_channel.get(stream["channelArn"])) in ours
    ]
    rates += [
        len(capture.urls) / capture.seconds
        for capture in captures(target)
        if capture.channel.get("State") == "RUNNING"
    ]
    return len(rates), sum(rates)
