"""What is known of a channel, from its rows and its video service, which may fail in any way."""

from datetime import UTC, datetime, timedelta

import pytest

from framewarden import overview, settings
from framewarden.domain.errors import StoreThrottledError
from framewarden.domain.times import iso
from tests.unit.scenes import CHANNEL, MEDIALIVE

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
OWN = settings.ChannelPage({"channels_table": "channels"})


def look(channel=CHANNEL):
    return overview.look(channel, OWN, NOW)


def at(seconds):
    return iso(NOW + timedelta(seconds=seconds))


def keep(aws, item, channel=CHANNEL, **row):
    aws.put("channels", {"channel": channel, "item": item, **row})


def keep_ban(aws, channel=CHANNEL, **changes):
    row = {"status": "standing", "until": None, "action": "stop_stream", "terms": {}}
    keep(aws, "ban", channel, **row | changes)


def test_a_channel_without_rows_is_what_its_video_service_says(aws):
    session = aws.go_live(NOW - timedelta(minutes=2))
    seen = look()
    assert (seen.live.session_id, seen.live.started_at) == (session, NOW - timedelta(minutes=2))
    assert (seen.silence, seen.known, seen.gone) == (None, True, False)
    assert seen.ban_row is seen.unseen_row is None
    assert seen.stops == seen.acts == []
    aws.go_off()
    assert look().live is None
    assert look().known


def test_every_kind_of_row_is_found_and_no_other_channels(aws):
    aws.go_live()
    keep_ban(aws)
    keep(aws, "unseen", open="unseen", reason="no_frames")
    keep(aws, "stop#s1", status="stopped", stream_id="s1", begun_at=at(-9))
    keep(aws, "act#x", at=at(-9), execution="order-1")
    keep(aws, "stop#s2", "another", status="stopped", stream_id="s2")
    seen = look()
    assert seen.ban_row["status"] == "standing"
    assert seen.unseen_row["reason"] == "no_frames"
    assert [row["stream_id"] for row in seen.stops] == ["s1"]
    assert [row["execution"] for row in seen.acts] == ["order-1"]


def test_what_is_only_watched_is_not_missing(aws):
    aws.go_live()
    keep(aws, "unseen", open="watched", reason="no_frames")
    assert look().unseen_row is None


def test_the_newest_few_come_first(aws):
    aws.go_live()
    for number in range(25):
        keep(aws, f"stop#{number:02}", status="ended", stream_id=number, ended_at=at(-number))
        keep(aws, f"act#{number:02}", at=at(-number), execution=number)
    seen = look()
    assert [row["stream_id"] for row in seen.stops] == list(range(10))
    assert [row["execution"] for row in seen.acts] == list(range(20))


def test_a_stop_counts_from_its_beginning_or_else_from_its_end(aws):
    aws.go_live()
    moments = {
        "begun": {"begun_at": at(-1), "stopped_at": at(-90)},
        "stopped": {"stopped_at": at(-2), "ended_at": at(0)},
        "failed": {"failed_at": at(-3)},
        "ended": {"ended_at": at(-4)},
        "started": {"started_at": at(-5)},
        "timeless": {},
    }
    for name, row in reversed(moments.items()):
        keep(aws, f"stop#{name}", status="ended", stream_id=name, **row)
    assert [row["stream_id"] for row in look().stops] == list(moments)


@pytest.mark.parametrize(
    ("code", "status", "silence"),
    [
        ("AccessDeniedException", 403, "StopDeniedError"),
        ("ThrottlingException", 400, "VideoServiceThrottledError"),
        ("InternalServerException", 500, "VideoServiceThrottledError"),
        ("ResourceNotFoundException", 404, "ChannelNotFoundError"),
        ("SomethingNew", 400, "ClientError"),
    ],
)
def test_a_video_service_that_fails_is_part_of_what_is_seen(aws, logged, code, status, silence):
    keep_ban(aws)
    aws.wire.fails("GetStream", code, status=status, times=2)
    aws.wire.fails("ListStreams", code, status=status, times=2)
    seen = look()
    assert (seen.live, seen.silence) == (None, silence)
    assert seen.ban_row["status"] == "standing"
    assert seen.known
    assert f'"error":"{silence}"' in logged.getvalue()
    assert "injected" not in logged.getvalue()


def test_a_channel_is_unknown_where_neither_the_service_nor_a_row_knows_it(aws):
    seen = look("arn:aws:ivs:us-east-1:111122223333:channel/Nobody")
    assert (seen.gone, seen.known) == (True, False)


@pytest.mark.parametrize(
    "row",
    [
        {"item": "ban", "status": "lifted", "action": None},
        {"item": "unseen", "open": "unseen"},
        {"item": "stop#s1"},
        {"item": "act#x", "at": "x"},
    ],
)
def test_one_row_is_enough_to_know_a_channel(aws, row):
    channel = "arn:aws:ivs:us-east-1:111122223333:channel/Gone"
    keep(aws, channel=channel, **row)
    seen = look(channel)
    assert (seen.gone, seen.known) == (True, True)


def test_a_store_that_fails_is_a_failure(aws):
    aws.wire.fails("Query", "ProvisionedThroughputExceededException", times=9)
    with pytest.raises(StoreThrottledError):
        look()


def test_a_slate_on_air_is_no_session(aws, monkeypatch):
    channel = aws.medialive("RUNNING")
    shown = {"PipelineDetails": [{"ActiveInputAttachmentName": "slate"}]}
    described = {"State": "RUNNING", **shown, "Id": "1234567"}
    aws.wire.serves("DescribeChannel", lambda asked: described)
    assert channel is not None
    terms = {"slate_input": "slate"}
    assert look(MEDIALIVE).live.shows == "slate"
    keep_ban(aws, MEDIALIVE, action="slate", terms=terms)
    assert look(MEDIALIVE).live is None
    keep_ban(aws, MEDIALIVE, action="slate", terms=terms, status="lifting")
    assert look(MEDIALIVE).live is None
    keep_ban(aws, MEDIALIVE, action="slate", terms=terms, status="lifted")
    assert look(MEDIALIVE).live is not None
    keep_ban(aws, MEDIALIVE, action="stop_channel", terms=terms)
    assert look(MEDIALIVE).live is not None


def test_a_medialive_channel_between_two_states_is_not_known(aws):
    aws.wire.serves("DescribeChannel", lambda asked: {"State": "STARTING"})
    assert look(MEDIALIVE).silence == "ChannelBusyError"
