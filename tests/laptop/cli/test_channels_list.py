"""`framewarden channels list` and `show`: what is on air, banned, in trouble; no secret link."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from typer.testing import Result

from framewarden.domain.links import VIEW_ONLY, verify_channel
from local.channel_rows import last_frame_at, open_rows
from local.channels import located
from local.errors import OperatorError
from local.moto_ext import calls
from local.target import Target

KEY = "a key of more than sixteen bytes"
Run = Callable[..., Result]


def listed(run: Run, *options: str) -> dict[str, dict[str, Any]]:
    done = run("channels", "list", "--json", *options)
    assert done.exit_code == 0, done.stderr
    return {one["id"]: one for one in json.loads(done.stdout)}


def short(arn: str) -> str:
    return arn.replace("/", ":").rpartition(":")[2]


def test_the_list_says_what_is_on_air_banned_and_in_trouble(run: Run, video: Any) -> None:
    on_air, banned, idle = video.ivs("on-air"), video.ivs("banned"), video.ivs("idle")
    session = video.live(on_air)
    video.frame(on_air, "2026-11-22T08:00:00.000Z")
    video.frame(on_air, "2026-11-22T08:00:09.000Z")
    video.ban(banned, until=4102444800)
    video.ban(idle, until=1)  # over, and not lifted yet
    video.frame(idle, "2026-11-22T07:00:00.000Z")  # asked for where something is on air only
    running = video.medialive("stage")
    video.unseen(running)
    found = listed(run)
    assert set(found) == {short(arn) for arn in (on_air, banned, idle, running)}
    first = found[short(on_air)]
    assert (first["live"]["session"], first["last_frame_at"]) == (
        session,
        "2026-11-22T08:00:09.000Z",
    )
    assert first["live"]["since"].endswith("Z")
    assert first["trouble"] == []
    assert found[short(banned)]["banned_until"] == "2100-01-01T00:00:00.000Z"
    assert (found[short(idle)]["banned_until"], found[short(idle)]["last_frame_at"]) == (None, None)
    stage = found[short(running)]
    assert (stage["service"], stage["live"]) == (
        "medialive",
        {"session": "running", "since": None, "input": None},
    )
    assert "its frames do not come" in stage["trouble"][0]


def test_live_ones_come_first_and_a_screen_shows_them(run: Run, video: Any) -> None:
    video.ivs("a-quiet-one")
    video.live(video.ivs("loud"))
    done = run("channels", "list")
    assert done.exit_code == 0
    assert done.stdout.index("loud") < done.stdout.index("a-quiet-one")
    assert "trouble" in done.stdout


def test_only_moderated_channels_unless_all_are_asked_for(run: Run, video: Any) -> None:
    other = video.ivs("other", tags={})
    assert listed(run) == {}
    assert "No channels are tagged framewarden=moderated" in run("channels", "list").stderr
    assert listed(run, "--all")[short(other)]["moderated"] is False


def test_what_needs_somebody_is_listed_though_its_tag_or_its_channel_is_gone(
    run: Run, video: Any
) -> None:
    untagged = video.ivs("untagged", tags={})
    video.stop(untagged, "st-9", "failed", error="StopDeniedError")
    gone = video.ivs("gone")
    video.target.client("ivs").delete_channel(arn=gone)
    video.ban(gone)
    found = listed(run)
    trouble = found[short(untagged)]["trouble"]
    assert "session st-9 failed" in trouble[0]
    assert trouble[0].endswith("; nothing of it is on air now")
    assert "not tagged" in trouble[1]
    assert (found[short(gone)]["exists"], found[short(gone)]["banned_until"]) == (
        False,
        "until_reinstated",
    )
    assert "does not exist" in found[short(gone)]["trouble"][0]


def test_a_failed_stop_says_what_is_on_air_now(run: Run, video: Any) -> None:
    arn = video.ivs("studio")
    video.stop(arn, "st-9", "failed", error="StopDeniedError")
    session = video.live(arn)
    [words] = listed(run)[short(arn)]["trouble"]
    assert f"; session {session} is on air since" in words
    video.stop(arn, session, "failed", error="StopDeniedError", since="2026-11-22T09:00:00.000Z")
    assert listed(run)[short(arn)]["trouble"][1].endswith("; it is still on air")


def test_a_banned_channel_on_air_is_trouble_but_its_slate_is_not(run: Run, video: Any) -> None:
    back, slate = video.ivs("back"), video.medialive("slate")
    session = video.live(back)
    video.ban(back)
    video.ban(slate, action="slate", terms={"slate_input": "slate"})
    found = listed(run)
    assert found[short(back)]["trouble"] == [f"on air in spite of its ban (session {session})"]
    assert found[short(slate)]["trouble"] == []


def test_a_list_of_many_asks_for_pages_and_never_for_each_stream(run: Run, video: Any) -> None:
    for number in range(120):
        video.live(video.ivs(f"c{number}"))
    calls.clear()
    assert len(listed(run)) == 120
    asked = [call.operation for call in calls.made() if call.service == "ivs"]
    assert asked == ["ListChannels"] * 2 + ["ListStreams"] * 2


def test_show_tells_the_whole_story_and_no_link_unless_asked(run: Run, video: Any) -> None:
    arn = video.ivs("studio")
    video.ban(arn, note="nudity", lease_until=5)
    video.stop(arn, "st-1", frame_id="f1")
    video.stop(arn, "st-0", begun_at="2026-11-21T08:00:01.000Z")
    video.act(arn, "arn:aws:states:us-east-1:123456789012:execution:order:order-1")
    video.act(arn, "order-2", at="2026-11-22T09:00:00.000Z", action="reinstate")
    video.row(arn, "unseen", open="watched", reason="no_frames", since="x", session="st-1")
    told = json.loads(run("channels", "show", "studio", "--json").stdout)
    assert (told["channel_arn"], told["live"], told["unseen"]) == (arn, None, None)
    assert told["ban"]["until"] == told["banned_until"] == "until_reinstated"
    assert [stop["stream_id"] for stop in told["stops"]] == ["st-1", "st-0"]
    assert [act["action"] for act in told["acts"]] == ["reinstate", "stop"]
    assert told["stops"][0]["frame_id"] == "f1"
    assert "url" not in told
    text = json.dumps(told)
    assert not [name for name in ("lease_until", '"open"', '"item"') if name in text]
    done = run("channels", "show", "studio")
    assert "sig=" not in done.stdout + done.stderr
    for words in ("standing; since", "until reinstated", "policy: nudity", "reinstate"):
        assert words in done.stdout


def test_the_link_lets_its_holder_act_for_a_day(run: Run, video: Any) -> None:
    for arn in (video.ivs("studio"), video.medialive("stage")):
        done = run("channels", "show", arn, "--link", "--json")
        url = urlsplit(json.loads(done.stdout)["url"])
        service = arn.split(":")[2]
        assert url.path == f"/live/channels/{service}/{short(arn)}"
        signed = {name: values[0] for name, values in parse_qs(url.query).items()}
        now = datetime.now(UTC)
        end = verify_channel([KEY], arn, signed["exp"], signed["sig"], now)
        acting = end - VIEW_ONLY.total_seconds() - now.timestamp()
        assert 86_300 < acting <= 86_400
        # Its end is a second later by now, perhaps.
        told = run("channels", "show", arn, "--link").stdout.replace("\n", "")
        assert f"{url._replace(query='').geturl()}?exp=" in told


def test_show_finds_what_is_remembered_of_a_deleted_channel(run: Run, video: Any) -> None:
    arn = video.ivs("studio")
    video.target.client("ivs").delete_channel(arn=arn)
    done = run("channels", "show", arn)
    assert done.exit_code == 1
    assert "remembers nothing" in done.stderr
    video.ban(arn)
    told = json.loads(run("channels", "show", arn, "--json").stdout)
    assert (told["exists"], told["ban"]["by"]) == (False, "Ada")


def test_the_story_of_a_busy_channel_is_cut_on_a_screen_only(run: Run, video: Any) -> None:
    arn = video.ivs("studio")
    for number in range(12):
        video.act(arn, f"order-{number}", at=f"2026-11-22T08:00:{number:02}.000Z")
    assert "2 older acts; see all with --json" in run("channels", "show", "studio").stderr
    assert len(json.loads(run("channels", "show", "studio", "--json").stdout)["acts"]) == 12


def test_a_channel_is_found_by_name_id_and_arn(target: Target, video: Any) -> None:
    for arn, name in ((video.ivs("studio"), "studio"), (video.medialive("the stage"), "the stage")):
        for wanted in (arn, name, short(arn)):
            assert located(target, wanted).arn == arn


def test_two_of_a_name_are_told_apart_by_arn(target: Target, video: Any) -> None:
    arns = video.ivs("studio"), video.medialive("studio")
    with pytest.raises(OperatorError, match="2 channels are called studio") as raised:
        located(target, "studio")
    assert all(arn in raised.value.remedy for arn in arns)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("nope", "There is no channel nope in the account and region of guard"),
        ("arn:aws:s3:::frames", "not the ARN of an IVS or MediaLive channel"),
        ("arn:aws:ivs:us-east-1:999999999999:channel/x", "belongs to account 999999999999"),
        ("arn:aws-cn:ivs:us-east-1:123456789012:channel/x", "not the ARN of"),
        ("arn:aws:ivs:eu-west-1:123456789012:channel/x", "--region eu-west-1"),
        ("arn:aws:medialive:us-east-1:123456789012:channel:7", "remembers nothing"),
    ],
)
def test_a_channel_that_is_not_ours_is_said_with_the_remedy(
    run: Run, video: Any, wanted: str, words: str
) -> None:
    done = run("channels", "show", wanted)
    assert done.exit_code == 1
    assert words in done.stderr


class Refusing:
    """DynamoDB that refuses every query in one way."""

    def __init__(self, code: str) -> None:
        self.code = code

    def query(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": self.code, "Message": "m"}}, "Query")

    def get_paginator(self, operation: str) -> Any:
        assert operation == "query"
        return SimpleNamespace(paginate=self.query)


@pytest.mark.parametrize(("rows", "index"), [(open_rows, "open"), (last_frame_at, "by_channel")])
def test_a_stack_without_the_indexes_says_what_to_deploy(
    target: Target, rows: Any, index: str
) -> None:
    for code in ("ValidationException", "ResourceNotFoundException"):
        target.clients["dynamodb"] = Refusing(code)
        with pytest.raises(OperatorError, match=f"no index {index}: the stack is older") as raised:
            rows(target, "ban")
        assert "Deploy this version" in raised.value.remedy
    target.clients["dynamodb"] = Refusing("AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        rows(target, "ban")
