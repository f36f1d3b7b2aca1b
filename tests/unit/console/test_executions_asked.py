"""What an address of the list asks for, however it was typed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.aws.executions import Executions
from framewarden.aws.frame_search import Span
from framewarden.console.executions_asked import (
    BACKWARDS,
    LEAST,
    MOST,
    NO_CHANNEL,
    TIMELESS,
    TOO_MANY,
    Asked,
)
from framewarden.domain.frames import Home
from framewarden.searching import Wanted
from tests.unit.console.executions_world import CHANNEL, MACHINES

HOME = Home("aws", "us-east-1", "111122223333")
FIELDS = ("machine", "status", "q", "channel", "from", "to", "after")
REVIEW = "0f" * 10


def asked(query=None, **more):
    return Asked.of({**(query or {}), **more}, Executions(MACHINES), HOME)


def when(start, end):
    return asked({"from": start, "to": end}).when


def moment(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, Wanted()),
        ({"machine": "order"}, Wanted(machine="order")),
        ({"machine": "other", "status": "other"}, Wanted()),
        ({"status": "FAILED", "after": "x"}, Wanted(status="FAILED", after="x")),
        ({"status": "unscreened"}, Wanted(unscreened=True)),
        ({"status": "unscreened", "machine": "order"}, Wanted(machine="order")),
        ({"q": MACHINES["order"], "status": "FAILED"}, Wanted(machine="order", status="FAILED")),
        ({"q": REVIEW, "machine": "order"}, Wanted(review_id=REVIEW)),
        ({"q": " uploads/a.jpg "}, Wanted(key="uploads/a.jpg")),
        ({"channel": "AbCdef1G2hij", "machine": "order"}, Wanted(channel_arn=CHANNEL)),
        (
            {"channel": CHANNEL, "status": "unscreened"},
            Wanted(channel_arn=CHANNEL, unscreened=True),
        ),
    ],
)
def test_an_address_says_what_is_wanted(query, wanted):
    assert asked(query).wanted == wanted
    assert asked(query).faults == ()


def test_the_box_goes_before_the_channel():
    both = asked(q=REVIEW, channel="AbCdef1G2hij")
    assert both.wanted == Wanted(review_id=REVIEW)
    assert both.asides == (TOO_MANY,)


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        ("2026-11-22T08:05", "2026-11-22T08:05", ((8, 5, 0, 0), (8, 5, 59, 999_000))),
        ("2026-11-22T08:05:07Z", "2026-11-22T08:05:07", ((8, 5, 7, 0), (8, 5, 7, 999_000))),
        ("2026-11-22T08:05:00", "2026-11-22T08:05:00", ((8, 5, 0, 0), (8, 5, 0, 999_000))),
        ("2026-11-22", "2026-11-22", ((0, 0, 0, 0), (23, 59, 59, 999_000))),
        ("2026-11-22T09:05+01:00", "2026-11-22T08:05", ((8, 5, 0, 0), (8, 5, 59, 999_000))),
    ],
)
def test_a_moment_lasts_as_long_as_it_was_typed(start, end, span):
    first, last = (moment(2026, 11, 22, *parts) for parts in span)
    assert when(start, end) == Span(first, last)


def test_a_span_may_be_open():
    assert when("", "2026-11-22T08:05").start == LEAST
    assert when("2026-11-22T08:05", "").end == MOST
    assert asked().when is None


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "0001-01-01T00:00+14:00", "1969-12-31"]
)
def test_a_moment_that_cannot_be_read_is_told(text):
    start, end = asked({"from": text}), asked({"to": text})
    assert start.when is end.when is None
    assert start.faults[0].startswith("“From” cannot be read as a moment")
    assert end.faults[0].startswith("“To” cannot be read as a moment")


def test_a_span_that_ends_before_it_starts_is_told():
    backwards = asked({"from": "2026-11-22T08:06", "to": "2026-11-22T08:05"})
    assert backwards.faults == (BACKWARDS,)
    assert backwards.when is None


def test_a_time_narrows_a_channel_and_not_one_object():
    span = {"from": "2026-11-22T08:05"}
    assert asked(span, channel="AbCdef1G2hij").wanted.when
    assert asked(span, q="AbCdef1G2hij").wanted.when
    assert asked(span, q="AbCdef1G2hij").asides == ()
    for q in (REVIEW, "uploads/a.jpg"):
        one = asked(span, q=q)
        assert (one.wanted.when, one.asides) == (None, (TIMELESS,))


@pytest.mark.parametrize("channel", ["<b>x", "two words", "uploads/a.jpg", MACHINES["order"]])
def test_a_channel_that_is_none_is_told(channel):
    assert asked(channel=channel).faults == (NO_CHANNEL,)


def test_a_channel_of_another_region_is_named():
    far = CHANNEL.replace("us-east-1", "eu-west-1")
    [fault] = asked(channel=far).faults
    assert "in eu-west-1" in fault


def test_what_the_box_does_not_know_is_told_and_nothing_is_searched():
    [fault] = asked(q="two words").faults
    assert "Paste an execution's name" in fault
    long = asked(q="x" * 5_000)
    assert long.faults
    assert len(long.q) == 4_096


def test_addresses_lead_from_here_to_the_others():
    here = asked({"q": "uploads/a b.jpg", "status": "FAILED", "to": "2026-11-22", "after": "x"})
    assert here.address() == "executions?status=FAILED&q=uploads%2Fa+b.jpg&to=2026-11-22"
    assert here.address(status=None, after="a/b+c=") == (
        "executions?q=uploads%2Fa+b.jpg&to=2026-11-22&after=a%2Fb%2Bc%3D"
    )
    assert asked().address() == "executions"
    assert asked(machine="order").address() == "executions?machine=order"
    assert asked(channel="x y").address() == "executions?channel=x+y"
    assert asked({"from": "2026"}).address() == "executions?from=2026"
    assert not asked().searches
    for name in ("q", "channel", "from", "to"):
        assert asked({name: "x"}).searches


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=60)))
def test_no_query_is_an_error(query):
    read = asked(query)
    assert read.wanted.machine in MACHINES
    read.address(after="x")
