"""Check the MediaLive channels that capture frames: can each be told apart, and stopped?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from framewarden.domain.medialive_keys import NO_FOLDERS, Folders, read_folders
from local.doctor import FAIL, MODERATED, OK, TAG, WARN, Seen
from local.doctor_stack import given_parameter
from local.target import Target

CAPTURE_KEY = "medialive/<channel id>/frame with the name modifier -$dt$"
# Below the bucket, as `framewarden.domain.medialive_keys` reads keys.
DESTINATION = re.compile(r"medialive/(?P<folder>[^/]+)/(?:(?:pipeline)?(?P<pipeline>[01])/)?")
# The template's parameter.
FOLDERS = "MediaLiveFolders"

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


def _read(url: str, folders: Folders) -> tuple[str, int | None]:
    """Return whose frames a destination is, and which pipeline's; what is no folder is nobody's."""
    path = url.partition("://")[2].partition("/")[2]
    match = DESTINATION.match(path)
    if not match:
        return "", None
    channel, pipeline = folders.get(match["folder"], (match["folder"], None))
    return channel, int(match["pipeline"]) if match["pipeline"] else pipeline


def check_medialive(target: Target) -> Iterator[Seen]:
    """See whether MediaLive names its frames so that they can be told apart, and may be stopped."""
    seen, folders = False, read_folders(given_parameter(target, FOLDERS) or NO_FOLDERS)
    for capture in captures(target):
        seen = True
        yield _judge_capture(capture, folders, target)
    if not seen:
        yield OK, "No MediaLive channel captures frames into the bucket.", ""


def _judge_capture(capture: Capture, folders: Folders, target: Target) -> Seen:
    channel, name = capture.channel, f"MediaLive channel {capture.channel['Id']}"
    read = [_read(url, folders) for url in capture.urls]
    if channel.get("Tags", {}).get(TAG) != MODERATED:
        return (
            FAIL,
            f"{name} is judged but cannot be stopped: it lacks the tag {TAG}={MODERATED}.",
            f"aws medialive create-tags --resource-arn {channel['Arn']} "
            f"--tags {TAG}={MODERATED} --region {target.region}",
        )
    if any(whose != channel["Id"] for whose, _ in read):
        return (
            FAIL,
            f"{name} writes its frames elsewhere than below medialive/{channel['Id']}/, so nobody "
            "knows whose they are.",
            f"Set the frame capture's destination to {CAPTURE_KEY}, or deploy with "
            f"{FOLDERS}=FOLDER={channel['Id']}.",
        )
    if len(read) > 1 and len({pipeline for _, pipeline in read} - {None}) < len(read):
        return (
            WARN,
            f"{name} writes each frame {len(read)} times, and each is paid for.",
            f"Let its pipelines write to medialive/{channel['Id']}/0/frame and "
            f"medialive/{channel['Id']}/1/frame: the second copy is then skipped.",
        )
    if any("$dt$" not in modifier for modifier in capture.modifiers):
        return (
            WARN,
            f"{name} would overwrite its frames after a restart.",
            f"Set the frame capture's destination to {CAPTURE_KEY}.",
        )
    return OK, f"{name} captures a frame every {capture.seconds:g} s.", ""
