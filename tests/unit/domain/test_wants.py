import pytest

from framewarden.domain.incidents import review_id
from framewarden.domain.policy_stops import DEFAULT_STOPS
from framewarden.domain.times import parse
from framewarden.domain.wants import by_of, want_of
from tests.unit.scenes import CHANNEL, MEDIALIVE, state

TERMS = DEFAULT_STOPS.document()
SLATE = TERMS | {"medialive": "slate", "slate_input": "panel"}


def want(scenario, terms=TERMS, **slots):
    return want_of(state(f"stop_stream/{scenario}", **slots), terms)


def order(**changes):
    document = state("stop_stream/order")
    return document | {"order": document["order"] | changes}


class TestFrames:
    def test_a_verdict_wants_what_was_on_air_when_its_frame_was_put(self):
        found, document = want("critical"), state("stop_stream/critical")
        assert found.channel_arn == CHANNEL
        assert found.execution == document["execution"]
        assert found.put_at == parse("2026-11-22T08:05:31.000Z")
        assert found.frame == document["frame"]
        assert (found.by, found.terms) == ("policy: explicit-stop", TERMS)
        assert (found.automatic, found.asked, found.confirm) == (True, False, False)
        assert (found.order, found.ordered, found.session) == (None, "", None)
        assert found.incident == review_id(document["execution"], None)

    def test_a_person_wants_it_too_and_is_no_machine(self):
        found = want("by_person")
        assert (found.by, found.automatic, found.asked) == ("Ada", False, True)
        assert found.incident == state("stop_stream/by_person")["review"]["review_id"]

    def test_a_default_that_nobody_prevented_was_asked_for_and_is_automatic(self):
        expired = {"decision": "stop", "status": "expired", "by": "policy", "via": "default"}
        found = want("by_person", decision=expired)
        assert (found.by, found.automatic, found.asked) == ("policy", True, True)

    @pytest.mark.parametrize(
        ("asks", "decision", "confirm"),
        [(True, None, True), (False, None, False), (True, {"decision": "stop"}, False)],
    )
    def test_only_an_automatic_stop_is_to_be_confirmed(self, asks, decision, confirm):
        verdict = state("stop_stream/critical")["verdict"] | {"confirm_stop": asks}
        assert want("critical", verdict=verdict, decision=decision).confirm is confirm

    def test_a_still_has_no_channel_to_stop(self):
        found = want("critical", frame=state("open_review/critical_upload")["frame"])
        assert found.channel_arn == ""


class TestOrders:
    def test_an_order_wants_what_is_live(self):
        document = state("stop_stream/order")
        found = want_of(document, TERMS)
        assert found.channel_arn == CHANNEL
        assert (found.by, found.ordered, found.session) == ("Ada", "stop", None)
        assert (found.put_at, found.frame, found.order) == (None, None, document["order"])
        assert (found.automatic, found.asked, found.confirm) == (False, False, False)
        assert found.execution == document["execution"]
        assert found.incident == review_id(document["execution"], None)

    def test_an_order_may_mean_one_session(self):
        assert want_of(order(session="st-1"), TERMS).session == "st-1"

    @pytest.mark.parametrize(
        ("action", "ban_for"), [("stop", 60), ("restop", 60), ("ban", None), ("reinstate", 60)]
    )
    def test_only_an_order_to_ban_holds_until_somebody_reinstates(self, action, ban_for):
        found = want_of(order(action=action), TERMS | {"ban_for": 60})
        assert found.terms == TERMS | {"ban_for": ban_for}


class TestActions:
    @pytest.mark.parametrize(
        ("channel", "terms", "action", "slate"),
        [
            (CHANNEL, TERMS, "stop_stream", None),
            (CHANNEL, SLATE, "stop_stream", None),
            (MEDIALIVE, TERMS, "stop_channel", None),
            (MEDIALIVE, TERMS | {"slate_input": "panel"}, "stop_channel", None),
            (MEDIALIVE, SLATE, "slate", "panel"),
        ],
    )
    def test_what_is_done_depends_on_the_service_and_the_policy(
        self, channel, terms, action, slate
    ):
        found = want_of(order(channel_arn=channel), terms)
        assert (found.action, found.slate) == (action, slate)


class TestBy:
    @pytest.mark.parametrize(
        ("slots", "by"),
        [
            ({"decision": {"by": "Ada", "via": "link"}}, "Ada"),
            ({"decision": {"by": "", "via": "link"}}, "link"),
            ({"decision": {"by": None, "via": None, "decision": "stop"}}, "person"),
            ({"decision": {"by": "Ada"}, "unscreened": {"reason": "x"}}, "Ada"),
            ({"decision": None, "unscreened": {"reason": "x"}}, "policy: on_error"),
            ({"verdict": {"matched": [{"rule": "a"}, {"rule": "b"}]}}, "policy: a"),
            ({"verdict": {"matched": []}}, "policy"),
            ({"verdict": None}, "policy"),
            ({}, "policy"),
        ],
    )
    def test_who_wants_it_is_a_person_or_what_of_the_policy_said_so(self, slots, by):
        assert by_of(slots) == by
