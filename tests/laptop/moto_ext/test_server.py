"""The extension over HTTP: one process, started and ended here."""

import pytest
from botocore.exceptions import ClientError

from local.moto_ext.server import main

from .pictures_made import encoded, plain
from .served import Server

pytestmark = pytest.mark.enable_socket


def test_it_is_healthy(server: Server) -> None:
    status, health = server.control("GET", "health")
    assert (status, health["status"], health["account"]) == (200, "ok", "000000000000")


def test_a_stream_over_http(server: Server) -> None:
    ivs = server.client("ivs")
    arn = ivs.create_channel(tags={"framewarden": "moderated"})["channel"]["arn"]
    assert arn.startswith("arn:aws:ivs:us-east-1:000000000000:channel/")
    assert ivs.list_tags_for_resource(resourceArn=arn)["tags"] == {"framewarden": "moderated"}
    start = {"channel_arn": arn, "action": "start"}
    status, started = server.control("POST", "encoder", start)
    assert status == 200
    assert ivs.get_stream(channelArn=arn)["stream"]["streamId"] == started["stream_id"]
    assert server.control("POST", "delays", {"stream_stop_seconds": 0})[0] == 200
    fault = {"service": "ivs", "operation": "StopStream", "error": "StreamUnavailable"}
    assert server.control("POST", "faults", {**fault, "channel_arn": arn})[0] == 200
    with pytest.raises(ivs.exceptions.StreamUnavailable):
        ivs.stop_stream(channelArn=arn)
    ivs.stop_stream(channelArn=arn)
    with pytest.raises(ivs.exceptions.ChannelNotBroadcasting):
        ivs.get_stream(channelArn=arn)
    stop = {"channel_arn": arn, "action": "stop"}
    assert server.control("POST", "encoder", stop)[0] == 404
    for key in ivs.list_stream_keys(channelArn=arn)["streamKeys"]:
        ivs.delete_stream_key(arn=key["arn"])
    assert server.control("POST", "encoder", start)[0] == 409
    fresh = ivs.create_stream_key(channelArn=arn)["streamKey"]["value"]
    revoked = {**start, "stream_key": started["stream_key"]}
    assert server.control("POST", "encoder", revoked)[0] == 409
    status, again = server.control("POST", "encoder", start)
    assert (status, again["stream_key"], again["recording_prefix"]) == (200, fresh, None)
    assert again["stream_id"] != started["stream_id"]


def test_a_slate_over_http(server: Server) -> None:
    medialive = server.client("medialive")
    attached = [{"InputAttachmentName": name, "InputId": "7"} for name in ("studio", "slate")]
    made = medialive.create_channel(Name="main", InputAttachments=attached)["Channel"]
    medialive.start_channel(ChannelId=made["Id"])
    action = {
        "ActionName": "c-1",
        "ScheduleActionStartSettings": {"ImmediateModeScheduleActionStartSettings": {}},
        "ScheduleActionSettings": {
            "InputSwitchSettings": {"InputAttachmentNameReference": "slate"}
        },
    }
    given = {"ChannelId": made["Id"], "Creates": {"ScheduleActions": [action]}}
    medialive.batch_update_schedule(**given)
    with pytest.raises(medialive.exceptions.UnprocessableEntityException):
        medialive.batch_update_schedule(**given)
    (pipeline, _) = medialive.describe_channel(ChannelId=made["Id"])["PipelineDetails"]
    assert pipeline["ActiveInputAttachmentName"] == "slate"
    medialive.create_tags(ResourceArn=made["Arn"], Tags={"a": "b"})
    assert medialive.list_tags_for_resource(ResourceArn=made["Arn"])["Tags"] == {"a": "b"}


def test_chat_and_medialive_are_routed_by_their_signing_names(server: Server) -> None:
    chat, medialive = server.client("ivschat"), server.client("medialive")
    room = chat.create_room()["arn"]
    assert chat.send_event(roomIdentifier=room, eventName="stream_stopped")["id"]
    channel = medialive.create_channel(Name="main")["Channel"]["Id"]
    assert medialive.describe_channel(ChannelId=channel)["State"] == "IDLE"
    with pytest.raises(medialive.exceptions.ConflictException):
        medialive.stop_channel(ChannelId=channel)


def test_images_are_read_from_the_endpoint(server: Server) -> None:
    s3, rekognition = server.client("s3"), server.client("rekognition")
    s3.create_bucket(Bucket="frames")
    key = "uploads/a folder/50%+é.jpg"
    s3.put_object(Bucket="frames", Key=key, Body=encoded(plain()))
    s3.put_object(Bucket="frames", Key="large.jpg", Body=bytes(16 * 1024 * 1024))
    server.control("DELETE", "calls")
    seen = []
    for bucket, name in (
        ("frames", key),
        ("frames", "absent"),
        ("x12", "y"),
        ("frames", "large.jpg"),
    ):
        try:
            where = {"Bucket": bucket, "Name": name}
            rekognition.detect_moderation_labels(Image={"S3Object": where})
            seen.append(None)
        except ClientError as error:
            seen.append(error.response["Error"]["Code"])
    lost = "InvalidS3ObjectException"
    assert seen == [None, lost, lost, "ImageTooLargeException"]
    _, logged = server.control("GET", "calls")
    assert [call["error"] for call in logged] == seen
    assert logged[0]["params"] == {"Bucket": "frames", "Name": key}


def test_an_operation_that_nobody_wrote(server: Server) -> None:
    with pytest.raises(ClientError) as raised:
        server.client("ivs").list_playback_key_pairs()
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "list_playback_key_pairs" in raised.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("host", "endpoint"),
    [
        ("0.0.0.0", ""),
        ("example.com", ""),
        ("127.0.0.1", "https://s3.amazonaws.com"),
        ("127.0.0.1", "not a url"),
    ],
)
def test_it_refuses_to_leave_this_machine(
    host: str,
    endpoint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FRAMEWARDEN_CLOUD_ENDPOINT", endpoint)
    with pytest.raises(SystemExit) as ended:
        main(["--port", "0", "--host", host])
    assert ended.value.code == 2
    assert "must be on this machine" in capsys.readouterr().err
