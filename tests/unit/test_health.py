"""A whole installation as it stands, on moto; what does not answer is part of what is seen."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from framewarden import health, settings
from framewarden.aws import adapter_health, clients
from framewarden.aws.attention import MESSAGE
from framewarden.domain.errors import PolicyUnavailableError
from framewarden.domain.incidents import place
from framewarden.domain.times import iso
from framewarden.health import FEW, MOST_LIVE
from framewarden.reading import MOST_ROWS, TOO_LATE
from tests.unit.scenes import CHANNEL, MEDIALIVE

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
SECOND = int(NOW.timestamp())
TAGS = {"framewarden": "moderated"}
PARTS = [
    *("policy", "adapter", "bans", "failed_stops", "unseen", "undelivered"),
    *("live", "open_reviews", "dead_letters", "unscreened"),
]
CHANGES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "StopStream")


def at(seconds):
    return iso(NOW + timedelta(seconds=seconds))


@pytest.fixture
def own(aws):
    urls = [
        aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        for name in ("intake-dead", "settle-dead")
    ]
    return settings.HealthPage(
        {
            **{f"{name}_table": name for name in ("frames", "reviews", "channels", "outbox")},
            "adapters_table": "adapters",
            "policy_application": "app1234",
            "policy_environment": "env1234",
            "policy_profile": "prof123",
            "intake_dead_letters_url": urls[0],
            "settle_dead_letters_url": urls[1],
            "place_name": "guard in eu-west-1",
        }
    )


@pytest.fixture
def look(own):
    return lambda **more: health.look(own, NOW, **more)


def on_air(aws, channel=CHANNEL, tags=TAGS):
    aws.ivs_channel(channel, tags=tags)
    return aws.go_live(NOW - timedelta(minutes=2), channel)


def frame(aws, seconds, channel=CHANNEL):
    row = {"frame_id": f"{channel}{seconds}", "channel_arn": channel, "put_at": at(seconds)}
    aws.put("frames", row)


def keep(aws, kind, item, channel=CHANNEL, **row):
    aws.put("channels", {"channel": channel, "item": item, "open": kind, "since": at(-60)} | row)


def ban(aws, channel=CHANNEL, **row):
    standing = {"status": "standing", "until": None, "by": "Ada"}
    keep(aws, "ban", "ban", channel, **standing | row)


def unseen(aws, channel=CHANNEL, **row):
    known = {"session": "st-1", "reason": "no_frames", "last_frame_at": at(-99)}
    keep(aws, "unseen", "unseen", channel, **known | row)


def review(aws, name="r1", severity="high", left=240, **row):
    deadline = SECOND + left
    known = {"review_id": name, "status": "pending", "severity": severity, "deadline": deadline}
    known |= {"channel": "studio", "open": "review", "place": place(severity, deadline)}
    aws.put("reviews", known | {"task_token": "secret"} | row)


class TestQuiet:
    def test_all_is_well_where_nothing_is(self, look):
        seen = look()
        assert seen.healthy
        assert (seen.problems, seen.unknown, seen.cut) == ([], [], frozenset())
        assert (seen.place, seen.looked_at) == ("guard in eu-west-1", NOW)
        assert seen.policy["name"] == "default"
        assert len(seen.policy["hash"]) == 64
        counts = seen.unscreened, seen.dead_letters, seen.open_reviews, seen.live_more
        assert counts == (0, 0, 0, 0)
        lists = seen.live, seen.failed_stops, seen.unseen, seen.bans, seen.undelivered
        assert [*lists, seen.given_up] == [[]] * 6
        assert seen.oldest is None

    def test_it_changes_nothing(self, aws, look):
        on_air(aws)
        ban(aws)
        review(aws)
        aws.wire.forget()
        look()
        assert not any(aws.wire.made(operation) for operation in CHANGES)


class TestAdapter:
    def test_none_is_live_until_somebody_promotes_one(self, look):
        assert look().adapter["state"] == "base"

    def test_the_live_one_stands_as_it_was_last_seen(self, aws, look):
        live = {"name": "v2", "arn": "arn-2"}
        aws.put("adapters", {"kind": "switch", "item": "live", "rev": 1, "live": live})
        assert (look().adapter["state"], look().healthy) == ("unseen", True)
        adapter_health.keep("adapters", {"arn": "arn-2", "status": "EXPIRED", "checked_at": at(-9)})
        seen = look()
        assert (seen.adapter["name"], seen.adapter["state"]) == ("v2", "silent")
        assert [one.entry for one in seen.troubles] == ["adapter"]
        assert not seen.healthy


class TestLive:
    def test_each_channel_under_moderation_has_its_last_frame(self, aws, look):
        session = on_air(aws)
        frame(aws, -60)
        frame(aws, -3)
        on_air(aws, CHANNEL + "Not", tags={"framewarden": "no"})
        aws.medialive("RUNNING", Tags=TAGS)
        ivs, medialive = look().live
        assert (ivs.channel_arn, ivs.session, ivs.since) == (CHANNEL, session, at(-120))
        assert (ivs.last_frame_at, ivs.trouble, ivs.banned) == (at(-3), "", False)
        assert (medialive.channel_arn, medialive.session) == (MEDIALIVE, "running")
        assert (medialive.since, medialive.last_frame_at) == (None, None)

    def test_one_whose_frames_do_not_come_is_first_and_says_why(self, aws, look):
        on_air(aws, CHANNEL)
        on_air(aws, CHANNEL + "Zzz")
        unseen(aws, CHANNEL + "Zzz")
        late, fine = look().live
        assert late.channel_arn == CHANNEL + "Zzz"
        assert late.trouble.startswith("live, but its frames do not come")
        assert (fine.channel_arn, fine.trouble) == (CHANNEL, "")

    def test_a_banned_one_is_said_to_be(self, aws, look):
        on_air(aws)
        ban(aws)
        [one] = look().live
        assert one.banned
        ban(aws, until=SECOND - 1)
        [one] = look().live
        assert not one.banned

    def test_of_many_the_rest_is_counted(self, aws, look):
        for number in range(MOST_LIVE + 2):
            on_air(aws, f"{CHANNEL}{number:02}")
        aws.wire.forget()
        seen = look()
        assert (len(seen.live), seen.live_more) == (MOST_LIVE, 2)
        asked = [one for one in aws.wire.made("Query") if one.get("IndexName") == "by_channel"]
        assert len(asked) == MOST_LIVE

    def test_a_throttle_is_not_waited_for(self, aws, look, monkeypatch):
        on_air(aws)
        connect, configs = boto3.client, []

        def connected(service, config):
            configs.append(config)
            return connect(service, config=config)

        monkeypatch.setattr(boto3, "client", connected)
        clients.client.cache_clear()
        for operation in ("ListStreams", "BatchGetChannel", "ListChannels"):
            aws.wire.forget()
            aws.wire.fails(operation, "ThrottlingException", status=429)
            seen = look()
            assert (seen.live, seen.live_more, seen.unknown) == (None, 0, ["live"])
            assert len(aws.wire.made(operation)) == 1
        assert look().live
        assert clients.SINGLE in configs
        assert clients.PATIENT not in configs


class TestRows:
    def test_what_waits_is_told_with_its_words(self, aws, look):
        ban(aws)
        ban(aws, CHANNEL + "Over", until=SECOND - 1)
        stop = {"stream_id": "st-1", "by": "Ada", "begun_at": at(-90), "lease_until": SECOND + 9}
        keep(aws, "stop", "stop#st-1", **stop, status="failed", error="E", failed_at=at(-1))
        keep(aws, "stop", "stop#st-2", **stop | {"stream_id": "st-2"}, status="stopping")
        unseen(aws)
        seen = look()
        assert [one["says"].partition(" is ")[0] for one in seen.bans] == ["AbCdef1G2hij"]
        assert [one["session"] for one in seen.failed_stops] == ["st-1"]
        assert [one["channel_arn"] for one in seen.unseen] == [CHANNEL]
        assert [one.entry for one in seen.troubles] == ["failed_stops", "unseen"]
        assert not seen.healthy
        assert seen.problems[0].endswith("Stop it again on its page.")

    def test_rows_are_read_as_far_as_a_bound(self, aws, look):
        for number in range(MOST_ROWS + 1):
            ban(aws, f"{CHANNEL}{number:03}")
        seen = look()
        assert (len(seen.bans), seen.cut) == (MOST_ROWS, {"bans"})
        assert seen.healthy

    def test_messages_are_those_that_are_tried_and_those_that_are_not(self, aws, look):
        message = {"kind": "chat", "due": SECOND, "text": "secret", "task_token": "secret"}
        aws.put("outbox", message | {"id": "chat#1", "attempts": 1, "last_error": "E"})
        gone = {"given_up_at": at(-9), "expires_at": SECOND + 9, "attempts": 2, "last_error": "E"}
        aws.put("outbox", message | {"id": "chat#2"} | gone)
        seen = look()
        assert [one["id"] for one in seen.undelivered] == ["chat#1"]
        assert [one["id"] for one in seen.given_up] == ["chat#2"]
        assert [one.entry for one in seen.troubles] == ["given_up"]
        assert "secret" not in repr(seen)
        [asked] = aws.wire.made("Scan")
        assert set(asked["ExpressionAttributeNames"].values()) == set(MESSAGE)

    def test_dead_letters_of_both_queues_are_a_problem(self, aws, own, look):
        settle = own.settle_dead_letters_url
        for url in (own.intake_dead_letters_url, settle, settle):
            aws.client("sqs").send_message(QueueUrl=url, MessageBody="x")
        seen = look()
        assert (seen.dead_letters, seen.healthy) == (3, False)

    def test_unscreened_frames_are_counted_and_no_problem(self, aws, look):
        for number in range(3):
            row = {"frame_id": f"f{number}", "put_at": at(-number), "unscreened": "frame"}
            aws.put("frames", row)
        seen = look()
        assert (seen.unscreened, seen.healthy) == (3, True)


class TestReviews:
    def test_a_few_are_counted_now(self, aws, look):
        review(aws, "r1", "critical", 600)
        review(aws, "r2", "low", 60)
        seen = look()
        assert (seen.open_reviews, seen.healthy) == (2, True)
        assert (seen.oldest["review_id"], seen.oldest["seconds_left"]) == ("r2", 60)
        assert "secret" not in repr(seen)
        assert {one["TableName"] for one in aws.wire.made("GetItem")} == {"adapters"}

    def test_a_deadline_that_has_passed_is_a_problem(self, aws, look):
        review(aws, left=0)
        seen = look()
        assert seen.oldest["seconds_left"] == 0
        assert [one.entry for one in seen.troubles] == ["oldest"]

    def test_many_are_counted_by_the_sweep_and_their_deadline_is_found(self, aws, look):
        for number in range(FEW + 1):
            review(aws, f"r{number}", "high", 600 + number)
        review(aws, "soon", "low", 30)
        assert look().open_reviews == FEW, "at least"
        counts = {"critical": 0, "high": 51, "medium": 0, "low": 1, "counted_at": at(-9)}
        aws.put("reviews", {"review_id": "counts"} | counts)
        aws.wire.forget()
        seen = look()
        assert seen.open_reviews == 52
        assert seen.oldest["review_id"] == "soon"
        asked = [one for one in aws.wire.made("Query") if one["TableName"] == "reviews"]
        assert [one["Limit"] for one in asked] == [FEW, 1, 1, 1, 1]


class TestFailures:
    @pytest.mark.parametrize(
        ("operation", "parts"),
        [
            ("Query", ["bans", "failed_stops", "unseen", "open_reviews", "unscreened"]),
            ("Scan", ["undelivered"]),
            ("GetQueueAttributes", ["dead_letters"]),
            ("ListChannels", ["live"]),
            ("StartConfigurationSession", ["policy"]),
        ],
    )
    def test_what_may_not_be_read_is_unknown_and_the_rest_is_shown(
        self, aws, look, operation, parts
    ):
        aws.wire.fails(operation, "AccessDeniedException", times=20, status=403)
        seen = look()
        assert sorted(seen.unknown) == sorted(parts)
        for part in PARTS:
            assert (getattr(seen, part) is None) == (part in parts), part
        assert all("(AccessDeniedException)" in problem for problem in seen.problems)
        assert (seen.given_up is None) == (operation == "Scan")
        assert not seen.healthy

    def test_bans_that_cannot_be_read_hide_no_live_channel(self, aws, look):
        on_air(aws)
        aws.wire.fails("Query", "AccessDeniedException", times=3, status=403)
        seen = look()
        assert seen.unknown == ["bans", "failed_stops", "unseen"]
        assert [one.channel_arn for one in seen.live] == [CHANNEL]

    def test_without_a_policy_nothing_is_judged(self, aws, look):
        aws.published.clear()
        seen = look()
        assert (seen.policy, seen.unknown) == (None, [])
        assert "No policy is published" in seen.problems[0]

    def test_a_policy_may_be_read_by_another_way(self, aws, look):
        assert look(policy=lambda: {"version": 7}).policy == {"version": 7}
        assert aws.wire.made("StartConfigurationSession") == []

        def none():
            raise PolicyUnavailableError("none is there")

        assert look(policy=none).problems[0].endswith("None is there")

    def test_what_comes_too_late_is_not_begun(self, aws, look):
        aws.wire.forget()
        seen = look(patience=0)
        assert sorted(seen.unknown) == sorted(PARTS)
        assert all(TOO_LATE in problem for problem in seen.problems)
        assert aws.wire.calls == []
