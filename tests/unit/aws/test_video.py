import pytest

from framewarden.aws import ivs, medialive, video
from tests.unit.scenes import CHANNEL, MEDIALIVE


@pytest.mark.parametrize(("channel", "gateway"), [(CHANNEL, ivs), (MEDIALIVE, medialive)])
def test_a_channel_has_the_gateway_of_its_service(channel, gateway):
    assert video.service(channel) is gateway
    assert video.is_medialive(channel) is (gateway is medialive)


@pytest.mark.parametrize("channel", ["arn:aws:ivs:us-east-1:1:channel/medialive", "", "medialive"])
def test_only_the_service_of_an_arn_says_medialive(channel):
    assert video.service(channel) is ivs


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("live_session", ("channel_arn", "slate")),
        ("is_live", ("channel_arn", "session_id", "slate")),
        ("stop", ("channel_arn",)),
        ("tags", ("channel_arn",)),
    ],
)
def test_both_gateways_are_asked_alike(name, asked):
    for gateway in (ivs, medialive):
        code = getattr(gateway, name).__code__
        assert code.co_varnames[: code.co_argcount] == asked
