"""`framewarden doctor`: what would keep real channels from being moderated, found by reading."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from typer.testing import Result

from local.doctor import Finding, attempt
from local.doctor_ivs import check_channels, check_recordings
from local.doctor_medialive import check_medialive
from local.doctor_quota import check_quota
from local.doctor_stack import (
    check_alarms,
    check_bucket,
    check_dead_letters,
    check_notices,
    check_rules,
    check_stack,
)
from local.target import Target

Document = dict[str, Any]
IVS = "arn:aws:ivs:us-east-1:123456789012"
RECORDING = f"{IVS}:recording-configuration/r1"
CHANNEL = f"{IVS}:channel/c1"
MODERATED = {"framewarden": "moderated"}


class Pages:
    """Answers paginated operations from lists."""

    pages: dict[str, Document]

    def get_paginator(self, operation: str) -> "Pages":
        self.operation = operation
        return self

    def paginate(self, **_: Any) -> Iterator[Document]:
        yield self.pages[self.operation]


class Ivs(Pages):
    def __init__(self, thumbnails: Document | None = None, **channel: Any) -> None:
        self.recording = {
            "arn": RECORDING,
            "state": "ACTIVE",
            "destinationConfiguration": {"s3": {"bucketName": "frames"}},
            "thumbnailConfiguration": thumbnails
            or {"recordingMode": "INTERVAL", "targetIntervalSeconds": 1},
        }
        known = {"arn": CHANNEL, "type": "STANDARD", "recordingConfigurationArn": RECORDING}
        other = {**self.recording, "destinationConfiguration": {"s3": {"bucketName": "else"}}}
        self.pages = {
            "list_recording_configurations": {
                "recordingConfigurations": [self.recording, {**other, "arn": "other"}]
            },
            "list_channels": {"channels": [{**known, "tags": MODERATED, **channel}]},
            "list_streams": {"streams": [{"channelArn": CHANNEL, "state": "LIVE"}]},
        }

    def get_recording_configuration(self, arn: str) -> Document:
        assert arn == RECORDING
        return {"recordingConfiguration": self.recording}


def medialive_channel(**changes: Any) -> Document:
    url = "s3ssl://frames/medialive/77/frame"
    capture = {
        "FrameCaptureSettings": {"CaptureInterval": 500, "CaptureIntervalUnits": "MILLISECONDS"}
    }
    return {
        "Id": "77",
        "Arn": "arn:aws:medialive:us-east-1:123456789012:channel:77",
        "State": "RUNNING",
        "Tags": MODERATED,
        "Destinations": [{"Id": "d1", "Settings": [{"Url": url}]}],
        "EncoderSettings": {
            "VideoDescriptions": [{"CodecSettings": capture}],
            "OutputGroups": [
                {
                    "OutputGroupSettings": {
                        "FrameCaptureGroupSettings": {"Destination": {"DestinationRefId": "d1"}}
                    },
                    "Outputs": [
                        {
                            "OutputSettings": {
                                "FrameCaptureOutputSettings": {"NameModifier": "-$dt$"}
                            }
                        }
                    ],
                },
                {"OutputGroupSettings": {"HlsGroupSettings": {}}, "Outputs": []},
            ],
        },
        **changes,
    }


class Mapped:
    """A stack that was deployed with folders."""

    def describe_stacks(self, **_: str) -> Document:
        folders = "studio-a=77,studio-b=77/1"
        given = {"ParameterKey": "MediaLiveFolders", "ParameterValue": folders}
        return {"Stacks": [{"Parameters": [given]}]}


class MediaLive(Pages):
    def __init__(self, *channels: Document) -> None:
        self.channels = {channel["Id"]: channel for channel in channels}
        self.pages = {"list_channels": {"Channels": list(channels)}}

    def describe_channel(self, ChannelId: str) -> Document:  # noqa: N803
        return self.channels[ChannelId]


def place(region: str = "us-east-1", **clients: Any) -> Target:
    return Target("guard", region, {"FramesBucket": "frames"}, lambda service: clients[service])


def seen(check: Any, target: Target) -> list[tuple[str, str]]:
    return [(status, says + " " + remedy) for status, says, remedy in check(target)]


def test_a_good_recording_configuration_is_ok() -> None:
    [(status, says)] = seen(check_recordings, place(ivs=Ivs()))
    assert status == "ok"
    assert "every 1 s" in says


@pytest.mark.parametrize(
    ("thumbnails", "words"),
    [
        ({"recordingMode": "DISABLED"}, "writes no thumbnails"),
        ({"recordingMode": "INTERVAL", "storage": ["LATEST"]}, "only the latest"),
    ],
)
def test_a_recording_without_frames_fails(thumbnails: Document, words: str) -> None:
    [(status, says)] = seen(check_recordings, place(ivs=Ivs(thumbnails)))
    assert (status, words in says) == ("fail", True)


def test_a_recording_of_another_region_fails() -> None:
    [(status, says)] = seen(check_recordings, place("eu-west-1", ivs=Ivs()))
    assert (status, "not in eu-west-1" in says) == ("fail", True)


def test_no_recording_configuration_comes_with_the_command_that_makes_one() -> None:
    ivs = Ivs()
    ivs.pages["list_recording_configurations"] = {"recordingConfigurations": []}
    [(status, says)] = seen(check_recordings, place(ivs=ivs))
    assert status == "warn"
    assert "aws ivs create-recording-configuration --region us-east-1" in says


@pytest.mark.parametrize(
    ("channel", "status", "words"),
    [
        ({}, "ok", "recorded and tagged"),
        ({"tags": {}}, "fail", "cannot be stopped"),
        ({"recordingConfigurationArn": ""}, "fail", "nothing of it reaches"),
        ({"type": "BASIC"}, "warn", "key frames"),
        ({"tags": {}, "recordingConfigurationArn": ""}, "ok", "No IVS channel"),
    ],
)
def test_channels_are_recorded_and_tagged_or_neither(
    channel: Document, status: str, words: str
) -> None:
    [(found, says)] = seen(check_channels, place(ivs=Ivs(**channel)))
    assert (found, words in says) == (status, True)


def writing_to(*urls: str) -> Document:
    return {"Destinations": [{"Id": "d1", "Settings": [{"Url": url} for url in urls]}]}


BELOW = "s3ssl://frames/medialive"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({}, "ok", "every 0.5 s"),
        ({"Tags": {}}, "fail", "cannot be stopped"),
        (writing_to("s3://frames/x/frame"), "fail", "nobody knows whose"),
        (writing_to("s3://other/frame"), "ok", "No MediaLive channel"),
        (writing_to(f"{BELOW}/78/frame"), "fail", "nobody knows whose"),
        (writing_to(f"{BELOW}/studio-a/frame"), "ok", "every 0.5 s"),
        (writing_to(f"{BELOW}/77/0/frame", f"{BELOW}/77/pipeline1/frame"), "ok", "every 0.5 s"),
        (writing_to(f"{BELOW}/studio-a/frame", f"{BELOW}/studio-b/frame"), "ok", "every 0.5 s"),
        (writing_to(f"{BELOW}/77/frame", f"{BELOW}/77/x/frame"), "warn", "writes each frame 2"),
    ],
)
def test_frame_captures(changes: Document, status: str, words: str) -> None:
    target = place(medialive=MediaLive(medialive_channel(**changes)), cloudformation=Mapped())
    [(found, says)] = seen(check_medialive, target)
    assert (found, words in says) == (status, True)


def test_a_capture_that_would_overwrite_itself_is_warned_of() -> None:
    channel = medialive_channel()
    [output] = channel["EncoderSettings"]["OutputGroups"][0]["Outputs"]
    output["OutputSettings"]["FrameCaptureOutputSettings"]["NameModifier"] = "-x"
    target = place(medialive=MediaLive(channel), cloudformation=Mapped())
    [(status, says)] = seen(check_medialive, target)
    assert (status, "overwrite" in says) == ("warn", True)


@pytest.mark.parametrize(
    ("region", "interval", "status"),
    [("us-east-1", 1, "ok"), ("eu-central-1", 1, "ok"), ("us-east-1", 60, "ok")],
)
def test_the_quota_of_the_region_is_compared_with_live_channels(
    region: str, interval: int, status: str
) -> None:
    thumbnails = {"recordingMode": "INTERVAL", "targetIntervalSeconds": interval}
    target = place(region, ivs=Ivs(thumbnails), medialive=MediaLive(medialive_channel()))
    [(found, says)] = seen(check_quota, target)
    assert found == status
    assert f"2 live channels ask {1 / interval + 2:.1f} analyses a second" in says


@pytest.mark.parametrize(("captures", "status"), [(1, "ok"), (2, "warn"), (3, "fail")])
def test_too_many_frames_for_a_slow_region(captures: int, status: str) -> None:
    channels = [medialive_channel(Id=str(number)) for number in range(captures)]
    ivs = Ivs()
    ivs.pages["list_streams"] = {"streams": []}
    target = place("eu-central-1", ivs=ivs, medialive=MediaLive(*channels))
    found = seen(check_quota, target)
    assert found[0][0] == ("ok" if captures < 3 else "fail")
    if captures == 2:
        ivs.pages["list_streams"] = {"streams": [{"channelArn": CHANNEL, "state": "LIVE"}]}
        assert seen(check_quota, target)[0][0] == status


def test_what_may_not_be_looked_at_is_a_warning() -> None:
    def denied(_: Target) -> Iterator[Any]:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "ListChannels")
        yield

    def away(_: Target) -> Iterator[Any]:
        raise EndpointConnectionError(endpoint_url="https://ivs.nowhere")
        yield

    assert [s for s, _, _ in attempt(denied, place())] == ["warn"]
    assert [s for s, _, _ in attempt(away, place())] == ["warn"]
    assert Finding("a", "ok", "b").document()["remedy"] == ""


def test_the_stack(target: Target) -> None:
    statuses = [status for status, _ in seen(check_stack, target)]
    assert statuses == ["ok", "warn"]
    target.clients["cloudformation"].status = "UPDATE_ROLLBACK_COMPLETE"
    del target.outputs["FramesTable"]
    told = seen(check_stack, target)
    assert [status for status, _ in told] == ["fail", "fail", "warn"]
    assert "FramesTable" in told[1][1]


class Bucket:
    """The frames bucket as S3 describes it; moto forgets that events go to EventBridge."""

    def __init__(self, announces: bool, versions: str, home: str | None) -> None:
        self.announces, self.versions, self.home = announces, versions, home

    def get_bucket_location(self, **_: str) -> Document:
        return {"LocationConstraint": self.home}

    def get_bucket_versioning(self, **_: str) -> Document:
        return {"Status": self.versions}

    def get_bucket_notification_configuration(self, **_: str) -> Document:
        return {"EventBridgeConfiguration": {}} if self.announces else {}


@pytest.mark.parametrize(
    ("bucket", "told"),
    [
        (Bucket(True, "Enabled", None), ["announces its objects"]),
        (Bucket(False, "Enabled", None), ["does not send events"]),
        (Bucket(True, "Suspended", None), ["is not versioned", "announces its objects"]),
        (Bucket(True, "Enabled", "eu-west-1"), ["is in eu-west-1", "announces its objects"]),
    ],
)
def test_the_bucket(bucket: Bucket, told: list[str]) -> None:
    found = seen(check_bucket, place(s3=bucket))
    assert all(words in says for words, (_, says) in zip(told, found, strict=True))
    assert [status for status, _ in found if status != "ok"] == ["fail"] * sum(
        "announces" not in words for words in told
    )


def test_the_rules(account: None, target: Target) -> None:
    assert seen(check_rules, target)[0][0] == "fail"
    events = target.client("events")
    for name, state in (("on", "ENABLED"), ("off", "DISABLED"), ("loose", "ENABLED")):
        events.put_rule(Name=name, EventPattern='{"source": ["aws.s3"]}', State=state)
    events.put_targets(Rule="on", Targets=[{"Id": "1", "Arn": "arn:aws:lambda:x"}])
    target.clients["cloudformation"].kinds = {"AWS::Events::Rule": ["on", "off", "loose"]}
    told = seen(check_rules, target)
    assert [status for status, _ in told] == ["ok", "fail", "fail"]
    assert "aws events enable-rule --name off" in told[1][1]


def test_people_are_told(account: None, target: Target) -> None:
    sns = target.client("sns")
    for output, name in (("NoticeTopicArn", "notices"), ("", "alarms")):
        arn = sns.create_topic(Name=name)["TopicArn"]
        if output:
            target.outputs[output] = arn
        else:
            target.clients["cloudformation"].resources["AlarmTopic"] = arn
    sns.subscribe(
        TopicArn=target.output("NoticeTopicArn"), Protocol="email", Endpoint="ann@example.org"
    )
    assert [status for status, _ in seen(check_notices, target)] == ["ok", "warn"]


def test_alarms_and_dead_letters(account: None, target: Target) -> None:
    url = target.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
    cloudwatch = target.client("cloudwatch")
    for name in ("quiet", "loud"):
        cloudwatch.put_metric_alarm(
            AlarmName=name, MetricName="m", Namespace="n", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanThreshold", Statistic="Sum",
        )  # fmt: skip
    target.clients["cloudformation"].kinds = {
        "AWS::SQS::Queue": [url],
        "AWS::CloudWatch::Alarm": ["quiet", "loud"],
    }
    assert [status for status, _ in seen(check_alarms, target)] == ["ok"]
    assert [status for status, _ in seen(check_dead_letters, target)] == ["ok"]
    cloudwatch.set_alarm_state(AlarmName="loud", StateValue="ALARM", StateReason="test")
    target.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    assert "loud is raised" in seen(check_alarms, target)[0][1]
    assert "framewarden rescan --stack guard" in seen(check_dead_letters, target)[0][1]


def test_the_command_runs_every_check_and_fails_with_the_worst(
    run: Callable[..., Result], furnished: Target, target: Target
) -> None:
    target.clients["ivs"] = Ivs()
    target.clients["medialive"] = MediaLive()
    target.clients["cloudformation"].resources["AlarmTopic"] = "arn:aws:sns:us-east-1:1:alarms"
    target.clients["appconfig"] = Pages()
    target.clients["appconfig"].pages = {"list_deployments": {"Items": []}}
    done = run("doctor", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["ready"] is False
    checks = {check["check"] for check in told["checks"]}
    assert {"account", "stack", "bucket", "policy", "channels", "Rekognition"} <= checks
    assert all(check["remedy"] for check in told["checks"] if check["status"] == "fail")
    assert "bucket" in run("doctor").stdout
