from framewarden.aws.latest import last_put
from tests.unit.scenes import CHANNEL, MEDIALIVE

EARLY, LATE = "2026-11-22T08:05:31.000Z", "2026-11-22T08:05:32.000Z"


def test_the_latest_frame_of_a_channel_is_its_own_and_the_newest(aws):
    for number, (channel, put_at) in enumerate(
        [(CHANNEL, EARLY), (CHANNEL, LATE), (CHANNEL, EARLY), (MEDIALIVE, "2026-11-23")]
    ):
        aws.put("frames", {"frame_id": f"f{number}", "channel_arn": channel, "put_at": put_at})
    assert last_put("frames", CHANNEL) == LATE
    [asked] = aws.wire.made("Query")
    assert (asked["IndexName"], asked["Limit"]) == ("by_channel", 1)


def test_a_channel_without_frames_has_no_latest_one(aws):
    aws.put("frames", {"frame_id": "still", "put_at": LATE})
    assert last_put("frames", CHANNEL) is None
