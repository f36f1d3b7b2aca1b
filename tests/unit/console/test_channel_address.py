from types import SimpleNamespace

import pytest

from framewarden.console.channel_address import arn_of, link_of, path_of
from framewarden.domain import links
from framewarden.domain.frames import Home
from tests.unit.console.channel_world import ARN, KEY, MEDIALIVE, NOW

HOME = Home("aws", "us-east-1", "111122223333")
ADDRESSES = [("ivs", "AbCdef1G2hij", ARN), ("medialive", "1234567", MEDIALIVE)]


@pytest.mark.parametrize(("service", "channel_id", "arn"), ADDRESSES)
def test_an_address_and_an_arn_name_the_same_channel(service, channel_id, arn):
    assert arn_of(service, channel_id, HOME) == arn
    assert path_of(arn) == f"channels/{service}/{channel_id}"


@pytest.mark.parametrize(
    ("service", "channel_id"),
    [
        ("ivs", ""),
        ("ivs", "a/b"),
        ("ivs", "a:b"),
        ("ivs", "a b"),
        ("ivs", "a\n"),
        ("ivs", "é"),
        ("ivs", "*"),
        ("medialive", "AbC"),
        ("medialive", "12:3"),
        ("medialive", "٤"),
        ("IVS", "AbC"),
        ("ivschat", "AbC"),
        ("s3", "AbC"),
    ],
)
def test_what_is_no_id_of_a_service_has_no_arn(service, channel_id):
    assert arn_of(service, channel_id, HOME) is None


def test_the_home_is_the_functions_own_in_every_partition():
    gov = SimpleNamespace(partition="aws-us-gov", region="us-gov-west-1", account="444455556666")
    arn = "arn:aws-us-gov:ivs:us-gov-west-1:444455556666:channel/AbC-1"
    assert arn_of("ivs", "AbC-1", gov) == arn
    assert path_of(arn) == "channels/ivs/AbC-1"


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "<script>",
        ARN + "/x",
        ARN + "\n",
        ARN.replace("ivs", "ivschat"),
        ARN.replace("channel/", "channel:"),
        ARN.replace("111122223333", "1"),
        MEDIALIVE.replace("1234567", "AbC"),
    ],
)
def test_what_is_no_channel_has_no_page(arn):
    assert path_of(arn) is None
    assert link_of(arn, KEY, 1) is None


def test_a_link_is_signed_for_its_channel_and_its_end():
    exp = int(NOW.timestamp()) + 60
    path, _, query = link_of(ARN, KEY, exp).partition("?")
    signed = dict(pair.split("=") for pair in query.split("&"))
    assert (path, signed["exp"], len(signed)) == (path_of(ARN), str(exp), 2)
    assert links.verify_channel([KEY], ARN, exp, signed["sig"], NOW) == exp
