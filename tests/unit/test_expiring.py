from datetime import timedelta

import pytest

from framewarden import expiring, settings
from framewarden.aws import adapter_health
from framewarden.domain import adapters
from framewarden.domain.times import iso, parse
from tests.unit import template_calls
from tests.unit.adapter_rows import adapter, arn_of, told, turned

NOW = parse("2026-11-22T08:05:32Z")


def look(**later):
    expiring.look(settings.Sweep.read(), NOW + timedelta(**later))


def kept():
    row = adapter_health.read("adapters") or {}
    return {name: value for name, value in row.items() if name not in ("kind", "item")}


@pytest.fixture
def live(aws):
    turned(aws, live=adapter(aws, "v1"))
    told(aws)
    aws.wire.forget()


def test_without_an_adapter_nobody_is_asked(aws, counted):
    look()
    assert counted() == {"AdapterExpiring": 0}
    assert aws.wire.made("DescribeProjectVersions") == []
    assert kept() == {}


def test_all_is_well(live, counted):
    look()
    assert kept() == {"arn": arn_of("v1"), "status": adapters.COMPLETED, "checked_at": iso(NOW)}
    assert counted() == {"AdapterExpiring": 0}


def test_it_is_asked_once_an_hour_and_told_each_time(aws, live, counted):
    told(aws, v1=adapters.DEPRECATED)
    for minutes in (0, 1, 59, 60, 61):
        look(minutes=minutes)
        assert counted() == {"AdapterExpiring": 1}
    assert len(aws.wire.made("DescribeProjectVersions")) == 2


def test_when_it_was_first_seen_deprecated_is_kept(aws, live):
    look()
    told(aws, v1=adapters.DEPRECATED)
    look(hours=1)
    since = NOW + timedelta(hours=1)
    known = {"deprecated_at": iso(since), "expires_from": iso(since + timedelta(days=60))}
    assert known.items() <= kept().items()
    look(hours=50)
    assert known | {"checked_at": iso(NOW + timedelta(hours=50))} == {
        name: kept()[name] for name in (*known, "checked_at")
    }


@pytest.mark.parametrize(
    ("status", "said"), [(adapters.EXPIRED, adapters.EXPIRED), (None, adapter_health.GONE)]
)
def test_one_that_answers_no_more_is_told_too(aws, live, counted, status, said):
    told(aws, v1=status)
    look()
    assert kept()["status"] == said
    assert counted() == {"AdapterExpiring": 1}


def test_another_one_is_asked_about_at_once(aws, live, counted):
    told(aws, v1=adapters.DEPRECATED)
    look()
    turned(aws, live=adapter(aws, "v2"))
    look(minutes=1)
    assert kept() == {
        **{"arn": arn_of("v2"), "status": adapters.COMPLETED},
        "checked_at": iso(NOW + timedelta(minutes=1)),
    }
    assert counted() == {"AdapterExpiring": 1}, "one and zero, summed"


def test_a_failure_is_logged_and_what_was_known_still_told(aws, live, counted, logged):
    told(aws, v1=adapters.DEPRECATED)
    look()
    counted()
    aws.wire.fails("DescribeProjectVersions", "AccessDeniedException")
    look(hours=2)
    assert counted() == {"AdapterExpiring": 1}
    assert "AnalyzerDeniedError" in logged.getvalue()
    assert kept()["checked_at"] == iso(NOW)


def test_a_failure_at_the_first_look_tells_nothing(aws, live, counted):
    aws.wire.fails("DescribeProjectVersions", "ThrottlingException")
    look()
    assert counted() == {}
    look(minutes=1)
    assert counted() == {"AdapterExpiring": 0}


def test_one_whose_row_is_gone_is_a_failure_and_no_more(aws, counted):
    turned(aws, live={"name": "v9", "arn": arn_of("v9")})
    aws.wire.fails("DescribeProjectVersions", "InvalidParameterException")
    look()
    assert counted() == {}


def test_every_call_is_allowed(aws, live):
    look()
    assert template_calls.refused("SweepFunction", aws.wire.calls) == set()
    [written] = aws.wire.made("PutItem")
    assert written["Item"]["kind"]["S"] == "health"
