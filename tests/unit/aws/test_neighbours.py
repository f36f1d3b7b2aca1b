"""What a case's page reads of the ledger and of its channel, and no more than it may."""

from framewarden.aws.channels import Channels
from framewarden.aws.ledger import Ledger
from tests.unit.scenes import CHANNEL, MEDIALIVE


def frame(aws, name, second, channel=CHANNEL):
    row = {"frame_id": name, "channel_arn": channel, "put_at": f"2026-11-22T08:05:{second:02}.000Z"}
    aws.put("frames", row)
    return row


def names(rows):
    return [row["frame_id"] for row in rows]


def test_the_frames_around_one_are_the_nearest_the_oldest_first(aws):
    for second in range(20):
        frame(aws, f"f{second:02}", second)
        frame(aws, f"other{second}", second, MEDIALIVE)
    own = frame(aws, "own", 10)
    before, after = Ledger("frames").around(own, 3)
    assert names(after) == ["f11", "f12", "f13"]
    assert len(before) == 3
    assert names(before)[-1] == "f10", "of the same second, it counts as before"
    assert names(before)[:2] == ["f08", "f09"]
    assert [asked["Limit"] for asked in aws.wire.made("Query")] == [4, 3]


def test_a_lonely_frame_has_none_around_it(aws):
    assert Ledger("frames").around(frame(aws, "own", 10), 5) == ([], [])


def test_some_rows_of_a_channel_say_whether_there_are_more(aws):
    for item in ("act#1", "act#2", "ban", "stop#a", "unseen"):
        aws.put("channels", {"channel": CHANNEL, "item": item})
    aws.put("channels", {"channel": MEDIALIVE, "item": "ban"})
    rows, more = Channels("channels").some(CHANNEL, 4)
    assert [row["item"] for row in rows] == ["unseen", "stop#a", "ban", "act#2"]
    assert more
    rows, more = Channels("channels").some(CHANNEL, 6)
    assert (len(rows), more) == (5, False)
