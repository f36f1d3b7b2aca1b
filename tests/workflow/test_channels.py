"""Stop channels on the running machine, and keep them stopped: reconnects, keys, slates, orders."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from local.channel_link import Wish, place
from local.channel_orders import await_record, send
from local.channels import Channel as Named
from local.links import Links
from local.review_link import answer
from local.site import fetch_page
from local.status import health
from tests.workflow.conftest import Channel, Desk, Row

pytestmark = pytest.mark.workflow

# Seconds from its Stream Start in which a reconnected encoder is cut off again (the bar of the
# design), with room for a machine that runs all of this on two cores.
AGAIN = 10


@pytest.fixture(autouse=True)
def events_on(desk: Desk) -> Any:
    yield
    desk.control("events", mode="on", delay_seconds=0, copies=1)


def live(desk: Desk, name: str) -> Channel:
    channel = desk.channel(name)
    channel.go_live()
    return channel


def stopped(desk: Desk, name: str) -> Channel:
    """Return a channel whose stream a frame has stopped."""
    channel = live(desk, name)
    assert desk.ended(channel.show(desk.pictures.critical()))["outcome"] == "stopped"
    assert not channel.live()
    return channel


def order(desk: Desk, arn: str, action: str, session: str | None = None, by: str = "Ada") -> Row:
    """Place an order through the signed page, or at a terminal what no link does."""
    wish, channel = Wish(action, by, "a test", session), Named(arn, "", {})
    if action == "reinstate":
        name = send(desk.target, channel, wish)
    else:
        placed = place(Links(desk.target).channel_url(arn), wish)
        assert placed.order, placed.says
        name = placed.order
    act = await_record(desk.target, channel, name, 60)
    assert act, "the order is recorded"
    return act


def cut_off(desk: Desk, channel: Channel, patience: float = AGAIN) -> None:
    desk.wait(lambda: not channel.connected(), "the encoder is cut off again", patience)


class TestReconnects:
    def test_an_encoder_that_reconnects_is_stopped_again_and_told_once(self, desk: Desk) -> None:
        channel = stopped(desk, "reconnects")
        first = channel.stream_id
        for _ in range(2):
            assert channel.go_live() != first
            cut_off(desk, channel)
        desk.wait(lambda: channel.ban()["restops"] == 2, "the ban counts them")
        assert channel.stop_calls() == 3
        # The stop that began the ban, and the last: thousands would be read at each try.
        kept = desk.wait(lambda: len(channel.stops()) == 2 and channel.stops(), "one is forgotten")
        assert {row["stream_id"] for row in kept} == {first, channel.stream_id}
        assert {row["status"] for row in kept} == {"stopped"}

    def test_events_that_come_twice_and_late_order_one_stop(self, desk: Desk) -> None:
        channel = stopped(desk, "twice")
        desk.control("events", mode="on", delay_seconds=1, copies=3)
        channel.go_live()
        cut_off(desk, channel)
        time.sleep(1.5)
        assert channel.stop_calls() == 2

    def test_without_an_event_the_reconciler_finds_it(self, desk: Desk) -> None:
        channel = stopped(desk, "unheard")
        desk.control("events", mode="never")
        channel.go_live()
        time.sleep(0.5)
        assert channel.connected()
        told = desk.invoke("ReconcileFunction", {})
        assert told["banned"] >= 1
        cut_off(desk, channel)

    def test_later_frames_of_a_stopped_session_are_refused(self, desk: Desk) -> None:
        channel = stopped(desk, "later-frames")
        row = desk.ended(channel.show(desk.pictures.critical()))
        assert (row["outcome"], row["reason"]) == ("skipped", "stream_already_stopped")

    def test_a_ban_that_is_over_lets_the_channel_back(self, desk: Desk) -> None:
        channel = stopped(desk, "short-ban")
        desk.wait(
            lambda: desk.invoke("ReconcileFunction", {}) and channel.ban()["status"] == "lifted",
            "the reconciler lifts it",
        )
        channel.go_live()
        time.sleep(1)
        assert channel.connected()


class TestKeys:
    def test_a_revoked_key_locks_the_encoder_out_until_somebody_reinstates(
        self, desk: Desk
    ) -> None:
        channel = live(desk, "revoked")
        key = channel.stream_key
        row = desk.ended(channel.show(desk.pictures.critical()))
        assert desk.story(row)["stop"]["keys"] == "revoked"
        assert not channel.may_enter(key)
        assert order(desk, channel.arn, "reinstate")["result"] == "reinstated"
        assert not channel.may_enter(key), "the old key stays revoked"
        channel.go_live()
        assert channel.stream_key != key
        time.sleep(1)
        assert channel.connected()
        frame = desk.ended(channel.show(desk.pictures.clean()))
        assert frame["outcome"] == "cleared"

    def test_keys_that_we_may_not_revoke_do_not_hold_up_the_stop(self, desk: Desk) -> None:
        channel = live(desk, "keys-denied")
        desk.fault("ivs", "ListStreamKeys", error="AccessDeniedException", channel_arn=channel.arn)
        row = desk.ended(channel.show(desk.pictures.critical()))
        assert row["outcome"] == "stopped"
        assert desk.story(row)["stop"]["keys"] == "denied"


class TestOrders:
    def test_an_operator_stops_a_channel_without_a_case(self, desk: Desk) -> None:
        channel = live(desk, "by-hand")
        act = order(desk, channel.arn, "stop", channel.stream_id)
        assert (act["status"], act["result"], act["by"]) == ("done", "stopped", "Ada")
        assert not channel.live()
        channel.go_live()
        cut_off(desk, channel)

    def test_a_channel_is_banned_before_it_goes_live_and_given_back(self, desk: Desk) -> None:
        channel = desk.channel("banned-first")
        assert order(desk, channel.arn, "ban")["result"] == "already_offline"
        channel.go_live()
        cut_off(desk, channel)
        order(desk, channel.arn, "reinstate")
        channel.go_live()
        time.sleep(1)
        assert channel.connected()

    def test_a_stop_of_one_session_never_hits_the_next(self, desk: Desk) -> None:
        channel = live(desk, "next-session")
        before = channel.stream_id
        channel.go_off()
        channel.go_live()
        act = order(desk, channel.arn, "stop", before)
        assert act["result"] == "already_offline"
        assert channel.connected()

    def test_a_persons_stop_of_an_ended_session_offers_the_new_one(self, desk: Desk) -> None:
        channel = live(desk, "came-back")
        frame = channel.show(desk.pictures.high())
        review = desk.asked(frame)
        channel.go_off()
        time.sleep(2)  # S3 stamps a put in whole seconds
        new = channel.go_live()
        answer(desk.link(review), "stop", "Ada", "")
        row = desk.ended(frame)
        assert (row["outcome"], row["reason"]) == ("stopped", "already_offline")
        assert channel.connected()
        page = fetch_page("GET", desk.link(review), None).text
        assert new in page
        placed = place(desk.link(review), Wish("stop", "Ada", "", new))
        assert placed.order
        desk.wait(lambda: not channel.connected(), "the new session is stopped")

    def test_a_form_that_is_sent_twice_is_one_order(self, desk: Desk) -> None:
        channel = live(desk, "double-click")
        url = Links(desk.target).channel_url(channel.arn)
        kept: dict[tuple[str, str], Any] = {}

        def fetch(method: str, where: str, form: dict[str, str] | None) -> Any:
            if method == "GET" and (method, where) in kept:
                return kept[method, where]
            found = fetch_page(method, where, form)
            kept[method, where] = found
            return found

        wish = Wish("stop", "Ada")
        assert place(url, wish, fetch).order == place(url, wish, fetch).order
        desk.wait(lambda: not channel.live(), "it is stopped")
        assert channel.stop_calls() == 1


class TestTold:
    def test_viewers_hear_a_code_and_moderators_the_labels(self, desk: Desk) -> None:
        channel = live(desk, "rooms")
        rooms = {name: desk.room(f"{name}-of-{channel.id}") for name in ("viewers", "moderators")}
        desk.client("ivs").tag_resource(
            resourceArn=channel.arn,
            tags={f"framewarden-{name}-room": arn for name, arn in rooms.items()},
        )
        frame = channel.show(desk.pictures.high())
        review = desk.asked(frame)
        [opened] = desk.wait(lambda: desk.said(rooms["moderators"]), "moderators are told")
        assert opened["name"] == "moderation:review_opened"
        assert opened["attributes"]["review_id"] == review["review_id"]
        assert "Explicit" in opened["attributes"]["labels"]
        answer(desk.link(review), "stop", "Ada", "")
        desk.ended(frame)
        [told] = desk.wait(lambda: desk.said(rooms["viewers"]), "viewers are told")
        assert told["name"] == "moderation:stream_stopped"
        assert told["attributes"] == {"v": "1", "code": "stream_stopped"}

    def test_a_room_that_does_not_exist_is_given_up_and_seen(self, desk: Desk) -> None:
        channel = live(desk, "no-room")
        gone = f"arn:aws:ivschat:{desk.cloud.region}:{desk.cloud.account}:room/gone00000000"
        desk.client("ivs").tag_resource(
            resourceArn=channel.arn, tags={"framewarden-viewers-room": gone}
        )
        assert desk.ended(channel.show(desk.pictures.critical()))["outcome"] == "stopped"
        assert not channel.live()
        row = desk.wait(
            lambda: next((row for row in desk.outbox() if channel.arn in row["id"]), None),
            "the event stays in the outbox",
        )
        assert row["given_up_at"]
        assert channel.arn in json.dumps(health(desk.target))


class TestFailures:
    def test_a_deleted_channel_is_said_to_be_gone(self, desk: Desk) -> None:
        channel = live(desk, "deleted")
        frame = desk.unseen(channel, desk.pictures.critical())
        channel.go_off()
        desk.client("ivs").delete_channel(arn=channel.arn)
        desk.deliver(frame, datetime.now(UTC))
        review = desk.asked(frame["frame_id"])
        assert review["stop_error"] == "ChannelNotFoundError"
        assert "nothing of it is on air" in fetch_page("GET", desk.link(review), None).text.lower()
        answer(desk.link(review), "allow", "Ada", "")

    def test_a_revoked_permission_is_a_case_and_a_line_of_status(self, desk: Desk) -> None:
        channel = live(desk, "permission")
        desk.fault(
            "ivs", "GetStream", error="AccessDeniedException", times=-1, channel_arn=channel.arn
        )
        frame = channel.show(desk.pictures.critical())
        review = desk.asked(frame)
        assert (review["stop_failed"], review["stop_error"]) == (True, "StopDeniedError")
        told = health(desk.target)
        assert not told["healthy"]
        assert any(channel.id in problem for problem in told["problems"])
        desk.control("faults", method="DELETE")
        assert channel.connected()
        answer(desk.link(review), "stop", "Ada", "")
        assert desk.ended(frame)["outcome"] == "stopped"

    def test_a_banned_channel_that_cannot_be_stopped_is_left_to_people(self, desk: Desk) -> None:
        channel = stopped(desk, "unstoppable")
        desk.fault(
            "ivs", "StopStream", error="AccessDeniedException", times=-1, channel_arn=channel.arn
        )
        channel.go_live()
        for tries in (1, 2, 3):
            desk.wait(
                lambda tries=tries: (
                    desk.invoke("ReconcileFunction", {}) is not None
                    and channel.stop_row().get("failures", 0) >= tries
                ),
                f"try {tries} fails",
            )
        before = channel.denied_stops()
        desk.invoke("ReconcileFunction", {})
        time.sleep(1.5)
        assert channel.denied_stops() == before, "nobody tries for ever"
        desk.control("faults", method="DELETE")
        assert order(desk, channel.arn, "stop")["result"] == "stopped"
        assert not channel.connected()

    def test_a_reinstatement_that_fails_says_so_and_leaves_no_ban(self, desk: Desk) -> None:
        channel = live(desk, "revoked")
        if channel.connected():
            desk.ended(channel.show(desk.pictures.critical()))
        desk.fault("ivs", "CreateStreamKey", error="AccessDeniedException", times=-1)
        act = order(desk, channel.arn, "reinstate")
        assert (act["status"], act["error"]) == ("failed", "StopDeniedError")
        assert channel.ban()["status"] == "lifting"
        desk.control("faults", method="DELETE")
        assert order(desk, channel.arn, "reinstate")["result"] == "reinstated"
        assert channel.ban()["status"] == "lifted"


STEPS = {
    "look": ("ivs", "GetStream"),
    "keys": ("ivs", "DeleteStreamKey"),
    "stop": ("ivs", "StopStream"),
    "verify": ("ivs", "GetStream"),
    "tell": ("ivschat", "SendEvent"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_in_a_step_stops_the_stream_all_the_same(desk: Desk, step: str) -> None:
    """Each call that the saga makes outside is held up, and its worker killed meanwhile."""
    channel = live(desk, f"killed-{step}")
    room = desk.room(f"killed-{step}")
    desk.client("ivs").tag_resource(
        resourceArn=channel.arn, tags={"framewarden-viewers-room": room}
    )
    service, operation = STEPS[step]
    if step == "verify":
        # The first look passes; the second is held up.
        desk.fault(service, operation, delay_seconds=0.01, times=1, channel_arn=channel.arn)
    only = {"key": room} if service == "ivschat" else {}
    if operation in ("GetStream", "StopStream"):
        only = {"channel_arn": channel.arn}
    desk.fault(service, operation, delay_seconds=5, times=1, **only)
    frame = channel.show(desk.pictures.critical())
    held = {"look": "GetStream", "keys": "ListStreamKeys"}.get(step, operation)
    desk.wait(lambda: desk.held_up(held, channel, step), f"the worker is held up in {step}")
    assert desk.kill_workers("StopStreamFunction") > 0
    assert desk.ended(frame)["outcome"] == "stopped"
    assert not channel.connected()
    assert [row["status"] for row in channel.stops()] == ["stopped"]
    assert channel.ban()["status"] == "standing"
    desk.invoke("SweepFunction", {})


class TestMediaLive:
    def test_a_slate_is_shown_and_taken_away_again(self, desk: Desk) -> None:
        medialive = desk.client("medialive")
        channel = desk.medialive("slated")
        frame = desk.put(
            f"medialive/{channel}/frame-20261122T080500.00042.jpg", desk.pictures.critical()
        )
        row = desk.ended(frame)
        assert row["outcome"] == "stopped"
        assert desk.story(row)["stop"]["action"] == "slate"
        described = medialive.describe_channel(ChannelId=channel)
        assert described["State"] == "RUNNING"
        assert {one["ActiveInputAttachmentName"] for one in described["PipelineDetails"]} == {
            "slate"
        }
        later = desk.put(
            f"medialive/{channel}/frame-20261122T080500.00043.jpg", desk.pictures.critical()
        )
        assert desk.ended(later)["reason"] == "stream_already_stopped"
        arn = described["Arn"]
        # Somebody switches it back by hand while the ban stands: the reconciler shows the slate.
        switch(medialive, channel, "camera", "by-hand")
        desk.wait(lambda: shown(medialive, channel) == {"camera"}, "it is switched by hand")
        desk.invoke("ReconcileFunction", {})
        desk.wait(lambda: shown(medialive, channel) == {"slate"}, "the slate is back")
        assert order(desk, arn, "reinstate")["result"] == "reinstated"
        desk.wait(lambda: shown(medialive, channel) == {"camera"}, "the camera is back")

    def test_a_slate_that_is_not_attached_goes_to_people(self, desk: Desk) -> None:
        channel = desk.medialive("slate-missing", inputs=("camera",))
        frame = desk.put(
            f"medialive/{channel}/frame-20261122T080500.00001.jpg", desk.pictures.critical()
        )
        review = desk.asked(frame)
        assert review["stop_error"] == "SlateInputMissingError"
        answer(desk.link(review), "allow", "Ada", "")

    def test_a_stopped_channel_starts_again_when_it_is_reinstated(self, desk: Desk) -> None:
        medialive = desk.client("medialive")
        channel = desk.medialive("off-and-on")
        frame = desk.put(
            f"medialive/{channel}/frame-20261122T080500.00001.jpg", desk.pictures.critical()
        )
        assert desk.ended(frame)["outcome"] == "stopped"
        arn = medialive.describe_channel(ChannelId=channel)["Arn"]
        assert order(desk, arn, "reinstate")["result"] == "reinstated"
        desk.wait(
            lambda: medialive.describe_channel(ChannelId=channel)["State"] == "RUNNING",
            "the channel runs again",
        )

    def test_the_second_pipelines_copy_is_skipped(self, desk: Desk) -> None:
        channel = desk.medialive("two-pipelines")
        rows = [
            desk.ended(
                desk.put(
                    f"medialive/{channel}/{pipeline}/frame-20261122T080500.00007.jpg",
                    desk.pictures.clean(),
                )
            )
            for pipeline in (0, 1)
        ]
        assert [row["outcome"] for row in rows] == ["cleared", "skipped"]
        assert rows[1]["reason"] == "second_pipeline"


def switch(medialive: Any, channel: str, attachment: str, name: str) -> None:
    action = {
        "ActionName": name,
        "ScheduleActionStartSettings": {"ImmediateModeScheduleActionStartSettings": {}},
        "ScheduleActionSettings": {
            "InputSwitchSettings": {"InputAttachmentNameReference": attachment}
        },
    }
    medialive.batch_update_schedule(ChannelId=channel, Creates={"ScheduleActions": [action]})


def shown(medialive: Any, channel: str) -> set[str]:
    described = medialive.describe_channel(ChannelId=channel)
    return {one["ActiveInputAttachmentName"] for one in described["PipelineDetails"]}


class TestUnseen:
    def test_a_stream_that_ivs_cannot_record_is_seen_at_once(self, desk: Desk) -> None:
        channel = desk.channel("not-recorded")
        desk.control("encoder", channel_arn=channel.arn, action="start", recording="fails")
        row = desk.wait(lambda: channel.row("unseen"), "it is noted")
        assert row["reason"] == "recording_start_failure"
        channel.go_off()
        desk.invoke("ReconcileFunction", {})
        assert not channel.row("unseen")

    def test_a_live_channel_without_frames_is_noted_and_forgotten(self, desk: Desk) -> None:
        channel = live(desk, "silent")
        desk.wait(
            lambda: desk.invoke("ReconcileFunction", {}) and channel.row("unseen"),
            "three intervals pass",
        )
        assert any(channel.id in problem for problem in health(desk.target)["problems"])
        desk.ended(channel.show(desk.pictures.clean()))
        desk.invoke("ReconcileFunction", {})
        assert not channel.row("unseen")
        channel.go_off()


def test_beyond_the_breaker_people_are_asked_and_nothing_is_dropped(desk: Desk) -> None:
    """Last, since it publishes another policy for everybody for a while."""
    used = len(desk.breaker_stamps())
    desk.publish(breaker={"stops": used + 2, "within": "10m"})
    time.sleep(11)  # a worker reads the policy anew after ten seconds
    try:
        channels = [live(desk, f"breaker-{number}") for number in range(4)]
        frames = [channel.show(desk.pictures.critical()) for channel in channels]
        ends = [
            desk.wait(lambda frame=frame: desk.frame(frame).get("outcome")
                      or desk.frame(frame).get("review_id"), "it ends or is asked about")
            for frame in frames
        ]  # fmt: skip
        assert ends.count("stopped") == 2
        diverted = [n for n, end in enumerate(ends) if end != "stopped"]
        assert all(channels[n].connected() for n in diverted)
        review = desk.asked(frames[diverted[0]])
        answer(desk.link(review), "stop", "Ada", "")  # a person's stop is not counted
        assert desk.ended(frames[diverted[0]])["outcome"] == "stopped"
        answer(desk.link(desk.asked(frames[diverted[1]])), "allow", "Ada", "")
    finally:
        desk.publish()
        time.sleep(11)


def test_a_burst_of_one_session_is_one_stop_one_notice_and_one_case(desk: Desk) -> None:
    channel = live(desk, "burst")
    frames = [channel.show(desk.pictures.critical()) for _ in range(60)]

    def told(frame: str) -> Row | None:
        row = desk.frame(frame)
        return row if row.get("outcome") or row.get("review_id") else None

    rows = [desk.wait(lambda frame=frame: told(frame), "it ends or waits") for frame in frames]
    assert {row.get("outcome") for row in rows} <= {"stopped", "skipped", None}
    reviews = {row["review_id"] for row in rows if row.get("review_id")}
    assert len(reviews) == 1, "one case: a person confirms it"
    assert channel.stop_calls() == 1
    assert len(channel.stops()) == 1
    answer(desk.link(desk.review(reviews.pop())), "uphold", "Ada", "")
