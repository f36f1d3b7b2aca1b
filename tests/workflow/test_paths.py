"""Walk each path of the machine with real pictures, real events and real pages."""

import json
import time

import pytest

from framewarden.sweeping import LATE
from local.desk_visit import DeskVisit
from local.review_link import answer
from tests.workflow.conftest import Desk
from tests.workflow.people import People

pytestmark = pytest.mark.workflow


def test_a_harmless_frame_is_cleared_and_its_story_kept(desk: Desk) -> None:
    channel = desk.channel("clear")
    channel.go_live()
    row = desk.ended(channel.show(desk.pictures.clean()))
    assert (row["outcome"], row["severity"]) == ("cleared", "none")
    story = desk.story(row)
    assert story["analysis"]["model_version"].startswith("opennsfw")
    assert story["frame"]["channel_arn"] == channel.arn
    assert story["copied"] is True
    assert channel.live()


def test_a_critical_frame_stops_its_stream_once(desk: Desk) -> None:
    channel = desk.channel("stop")
    stream = channel.go_live()
    frames = [channel.show(desk.pictures.critical()) for _ in range(3)]
    rows = [desk.ended(frame) for frame in frames]
    ends = {(row["outcome"], row["reason"]) for row in rows}
    # A frame that is admitted after the stop is refused: its stream is off the air already.
    assert ("stopped", "by_policy") in ends
    assert ends <= {
        ("stopped", "by_policy"),
        ("stopped", "already_offline"),
        ("skipped", "stream_already_stopped"),
    }
    assert not channel.live()
    [stop] = channel.stops()
    assert (stop["status"], stop["stream_id"]) == ("stopped", stream)
    assert channel.stop_calls() == 1


def test_a_person_allows_and_the_joined_frames_share_the_outcome(desk: Desk) -> None:
    channel = desk.channel("allow")
    channel.go_live()
    opener = channel.show(desk.pictures.high())
    review = desk.asked(opener)
    joined = desk.ended(channel.show(desk.pictures.high()))
    assert joined["status"] == "joined"
    assert joined["review_id"] == review["review_id"]
    assert "outcome" not in joined
    told = answer(desk.link(review), "allow", "Ada", "a bunny")
    assert told["accepted"]
    assert desk.ended(opener)["outcome"] == "reviewed"
    review = desk.review(review["review_id"])
    assert (review["status"], review["by"], review["via"]) == ("decided", "Ada", "link")
    assert (review["frames"], review["outcome"]) == (2, "reviewed")
    assert channel.live()


def test_a_person_stops_and_a_second_answer_changes_nothing(desk: Desk) -> None:
    channel = desk.channel("reviewed-stop")
    channel.go_live()
    frame = channel.show(desk.pictures.high())
    review = desk.asked(frame)
    answer(desk.link(review), "stop", "Ada", "")
    assert desk.ended(frame)["outcome"] == "stopped"
    assert not channel.live()
    told = answer(desk.link(review), "allow", "Bob", "")
    assert not told["accepted"]
    assert "stop" in told["says"].lower()
    assert desk.review(review["review_id"])["by"] == "Ada"


def test_a_critical_frame_stops_while_a_milder_review_waits(desk: Desk) -> None:
    channel = desk.channel("graver")
    channel.go_live()
    mild = desk.asked(channel.show(desk.pictures.high()))
    assert desk.ended(channel.show(desk.pictures.critical()))["outcome"] == "stopped"
    assert desk.review(mild["review_id"])["status"] == "pending"
    answer(desk.link(mild), "allow", "Ada", "")


def test_a_graver_frame_raises_the_review_and_the_sweep_keeps_its_deadline(desk: Desk) -> None:
    channel = desk.channel("raised")
    channel.go_live()
    opener = channel.show(desk.pictures.high())
    review = desk.asked(opener)
    joined = desk.ended(channel.show(desk.pictures.critical()))
    assert joined["review_id"] == review["review_id"]
    raised = desk.review(review["review_id"])
    assert (raised["severity"], raised["frames"]) == ("critical", 2)
    assert raised["deadline"] < review["deadline"]
    time.sleep(max(0, raised["deadline"] + LATE + 1 - time.time()))
    desk.client("lambda").invoke(FunctionName=desk.target.output("SweepFunction"), Payload=b"{}")
    row = desk.ended(opener)
    assert (row["outcome"], row["reason"]) == ("unscreened", "review_expired")


def test_deadlines_expire_to_what_the_policy_declares(desk: Desk) -> None:
    names = ("expire-allow", "expire-stop", "expire-ladder")
    channels = {name: desk.channel(name) for name in names}
    for channel in channels.values():
        channel.go_live()
    frames = {name: channel.show(desk.pictures.high()) for name, channel in channels.items()}

    first = desk.asked(frames["expire-ladder"])
    late = desk.asked(frames["expire-allow"])
    row = desk.ended(frames["expire-allow"])
    assert (row["outcome"], row["reason"]) == ("unscreened", "review_expired")
    told = answer(desk.link(late), "stop", "Ada", "")  # a click after the deadline
    assert not told["accepted"]
    assert desk.review(late["review_id"])["status"] == "expired"
    assert channels["expire-allow"].live()

    assert desk.ended(frames["expire-stop"])["outcome"] == "stopped"
    assert not channels["expire-stop"].live()

    climbed = desk.wait(
        lambda: (
            (row := desk.review(first["review_id"]))["rung"] == 1
            and row["task_token"] != first["task_token"]
            and row
        ),
        "the review climbs a rung and waits again",
    )
    assert climbed["status"] == "pending"
    answer(desk.link(climbed), "allow", "Lead", "")
    assert desk.ended(frames["expire-ladder"])["outcome"] == "reviewed"


def test_observe_mode_asks_a_person_instead_of_stopping(desk: Desk) -> None:
    channel = desk.channel("observe")
    channel.go_live()
    frame = channel.show(desk.pictures.critical())
    review = desk.asked(frame)
    assert channel.live()
    answer(desk.link(review), "stop", "Ada", "")  # a person's stop always acts
    row = desk.ended(frame)
    assert row["outcome"] == "stopped"
    assert desk.story(row)["verdict"]["would_stop"] is True
    assert not channel.live()


def test_an_upload_goes_to_people_and_never_to_a_stream(desk: Desk) -> None:
    frame = desk.upload("red flower+é (1)%2B.png", desk.pictures.critical())
    review = desk.asked(frame)
    assert review["channel_arn"] is None
    answer(desk.link(review), "block", "Ada", "")
    row = desk.ended(frame)
    assert (row["outcome"], row["reason"]) == ("reviewed", "block")


def test_no_token_is_in_the_history_that_our_readers_show(desk: Desk) -> None:
    channel = desk.channel("token")
    channel.go_live()
    frame = channel.show(desk.pictures.high())
    review = desk.asked(frame)
    answer(desk.link(review), "allow", "Ada", "")
    row = desk.ended(frame)
    assert review["task_token"] not in json.dumps(desk.story(row))
    arn = desk.target.output("StateMachineArn").replace(":stateMachine:", ":execution:")
    output = desk.client("stepfunctions").describe_execution(
        executionArn=f"{arn}:{row['execution']}"
    )["output"]
    assert review["task_token"] not in output


def test_a_person_confirms_or_takes_back_an_automatic_stop(desk: Desk, people: People) -> None:
    channel = desk.channel("confirm")
    channel.go_live()
    frame = channel.show(desk.pictures.critical())
    review = desk.asked(frame)
    assert review["asks"] == "confirm"
    assert not channel.live()  # stopped first, asked then
    lead, visit = people.get("lea", "lead"), DeskVisit(desk.target.console_url)
    visit.sign_in(lead.name, lead.password)
    answer(f"{visit.base}/reviews/{review['review_id']}", "reinstate", "", "a painting", visit)
    row = desk.ended(frame)
    assert (row["outcome"], row["reason"]) == ("reviewed", "reinstate")
    assert [stop["status"] for stop in channel.stops()] == ["reinstated"]


def test_a_critical_frame_stops_its_medialive_channel(desk: Desk) -> None:
    medialive = desk.client("medialive")
    made = medialive.create_channel(
        Name="broadcast", ChannelClass="SINGLE_PIPELINE", Tags={"framewarden": "moderated"}
    )["Channel"]
    desk.wait(lambda: state_of(desk, made["Id"]) == "IDLE", "the channel is made")
    medialive.start_channel(ChannelId=made["Id"])
    desk.wait(lambda: state_of(desk, made["Id"]) == "RUNNING", "the channel runs")
    row = desk.ended(
        desk.put(
            f"medialive/{made['Id']}/frame-20261122T080500.00042.jpg", desk.pictures.critical()
        )
    )
    assert row["outcome"] == "stopped"
    assert state_of(desk, made["Id"]) in ("STOPPING", "IDLE")
    # It is started again, and the next critical frame stops it again.
    desk.wait(lambda: state_of(desk, made["Id"]) == "IDLE", "the channel has stopped")
    medialive.start_channel(ChannelId=made["Id"])
    desk.wait(lambda: state_of(desk, made["Id"]) == "RUNNING", "the channel runs again")
    key = f"medialive/{made['Id']}/frame-20261122T090000.00001.jpg"
    assert desk.ended(desk.put(key, desk.pictures.critical()))["outcome"] == "stopped"
    assert state_of(desk, made["Id"]) in ("STOPPING", "IDLE")


def state_of(desk: Desk, channel_id: str) -> str:
    return str(desk.client("medialive").describe_channel(ChannelId=channel_id)["State"])
