"""Check the MediaLive channels that capture frames: can each be told apart, and stopped?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.doctor import FAIL, MODERATED, OK, TAG, WARN, Seen
from local.target import Target

CAPTURE_KEY = "medialive/<channel id>/frame with the name modifier -$dt$"

Document = dict[str, Any]


@dataclass(frozen=True)
class Capture:
    """A MediaLive channel that writes frames into the bucket."""

    channel: Document
    urls: list[str]
    modifiers: list[str]
    seconds: float


def captures(target: Target) -> Iterator[Capture]:
    """Read the MediaLive channels that capture frames into the bucket."""
    medialive, bucket = target.client("medialive"), target.output("FramesBucket")
    for page in medialive.get_paginator("list_channels").paginate():
        for entry in page["Channels"]:
            channel = medialive.describe_channel(ChannelId=entry["Id"])
            capture = capture_of(channel, bucket)
            if capture:
                yield capture


def capture_of(channel: Document, bucket: str) -> Capture | None:
    """Find a channel's frame capture into the bucket."""
    settings = channel.get("EncoderSettings", {})
    destinations = {
        destination["Id"]: [given.get("Url", "") for given in destination.get("Settings", [])]
        for destination in channel.get("Destinations", [])
    }
    urls: list[str] = []
    modifiers: list[str] = []
    for group in settings.get("OutputGroups", []):
        capture = group.get("OutputGroupSettings", {}).get("FrameCaptureGroupSettings")
        reference = (capture or {}).get("Destination", {}).get("DestinationRefId")
        here = [url for url in destinations.get(reference, []) if _lies_in(url, bucket)]
        if here:
            urls += here
            modifiers += [
                output.get("OutputSettings", {})
                .get("FrameCaptureOutputSettings", {})
                .get("NameModifier", "")
                for output in group.get("Outputs", [])
            ]
    return Capture(channel, urls, modifiers, _seconds(settings)) if urls else None


def _lies_in(url: str, bucket: str) -> bool:
    _, _, rest = url.partition("://")
    return rest.partition("/")[0] == bucket


def _seconds(settings: Document) -> float:
    for video in settings.get("VideoDescriptions", []):
        capture = video.get("CodecSettings", {}).get("FrameCaptureSettings")
        if capture and capture.get("CaptureInterval"):
            unit = 1000 if capture.get("CaptureIntervalUnits") == "MILLISECONDS" else 1
            return float(capture["CaptureInterval"]) / unit
    return 1.0


def check_medialive(target: Target) -> Iterator[Seen]:
    """See whether MediaLive names its frames so that they can be told apart, and may be stopped."""
    seen = False
    for capture in captures(target):
        seen = True
        yield _judge_capture(capture, target)
    if not seen:
        yield OK, "No MediaLive channel captures frames into the bucket.", ""


def _judge_capture(capture: Capture, target: Target) -> Seen:
    channel = capture.channel
    name, place = f"MediaLive channel {channel['Id']}", f"/medialive/{channel['Id']}/"
    if channel.get("Tags", {}).get(TAG) != MODERATED:
        return (
            FAIL,
            f"{name} is judged but cannot be stopped: it lacks the tag {TAG}={MODERATED}.",
            f"aws medialive create-tags --resource-arn {channel['Arn']} "
            f"--tags {TAG}={MODERATED} --region {target.region}",
        )
    if any(place not in url for url in capture.urls):
        return (
            FAIL,
            f"{name} writes its frames elsewhere than below {place[1:]}, so nobody knows whose "
            "they are.",
            f"Set the frame capture's destination to {CAPTURE_KEY}.",
        )
    if any("$dt$" not in modifier for modifier in capture.modifiers):
        return (
            WARN,
            f"{name} would overwrite its frames after a restart.",
            f"Set the frame capture's destination to {CAPTURE_KEY}.",
        )
    return OK, f"{name} captures a frame every {capture.seconds:g} s.", ""
