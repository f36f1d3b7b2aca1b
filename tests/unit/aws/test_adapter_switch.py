import pytest

from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.domain.errors import StoreThrottledError
from tests.unit.adapter_rows import events, switch

UNTURNED = {"live": None, "stack": [], "shadow": None, "rev": 0}
ONE = {"name": "v1", "arn": "arn-1"}
EVENT = {"at": "2026-11-22T08:00:00.000Z", "by": "ada", "act": "promote", "name": "v1"}
ROW = {"at": "2026-11-22T08:05:31.000Z", "frame_id": "f" * 64, "live": {}, "shadow": {"A": 70.5}}


@pytest.fixture
def kept(aws):
    return AdapterSwitch("adapters")


@pytest.mark.parametrize("way", ["read", "glance"])
class TestReading:
    def test_nobody_has_turned_it(self, kept, way):
        assert getattr(kept, way)() == UNTURNED

    def test_it_is_read_as_it_was_turned_and_as_it_is_now(self, aws, kept, way):
        assert kept.turn(kept.read(), {"live": ONE, "stack": [None]}, EVENT)
        aws.wire.forget()
        found = getattr(kept, way)()
        assert (found["live"], found["stack"], found["shadow"], found["rev"]) == (
            *(ONE, [None]),
            *(None, 1),
        )
        [asked] = aws.wire.made("GetItem")
        assert asked["ConsistentRead"] is True

    def test_a_store_that_fails_is_named(self, aws, kept, way):
        aws.wire.fails("GetItem", "InternalServerError", status=500)
        with pytest.raises(StoreThrottledError):
            getattr(kept, way)()


class TestTurning:
    def test_who_did_it_is_kept_with_it(self, aws, kept):
        assert kept.turn(kept.read(), {"live": ONE}, EVENT)
        [event] = events(aws)
        assert event == EVENT | {"kind": "event", "item": "2026-11-22T08:00:00.000Z#000001"}

    def test_of_two_who_read_the_same_one_turns_it(self, aws, kept):
        for _ in range(2):
            read = kept.read()
            assert kept.turn(read, {"live": ONE}, EVENT)
            assert not kept.turn(read, {"live": None}, EVENT | {"by": "grace"})
        assert [event["by"] for event in events(aws)] == ["ada", "ada"]
        assert (switch(aws)["live"], switch(aws)["rev"]) == (ONE, 2)


class TestShadow:
    def test_counts_add_up_and_disagreements_are_listed_the_latest_first(self, aws, kept):
        kept.shadowed("v1", {"frames": 1}, None)
        kept.shadowed("v1", {"frames": 1, "disagreed": 1}, ROW)
        later = ROW | {"at": "2026-11-22T08:05:32.000Z"}
        kept.shadowed("v1", {"frames": 1, "disagreed": 1}, later)
        kept.shadowed("v1", {"frames": 1, "missed": 1}, None)
        kept.shadowed("v2", {"frames": 1}, None)
        told = {name: kept.shadow_counts("v1")[name] for name in ("frames", "disagreed", "missed")}
        assert told == {"frames": 4, "disagreed": 2, "missed": 1}
        found = kept.disagreements("v1", 10)
        assert [row["at"] for row in found] == [later["at"], ROW["at"]]
        assert found[0]["shadow"] == {"A": 70.5}
        assert len(kept.disagreements("v1", 1)) == 1

    def test_of_one_that_was_never_in_the_shadow_nothing_is_known(self, kept):
        assert kept.shadow_counts("v1") == {}
        assert kept.disagreements("v1", 10) == []
