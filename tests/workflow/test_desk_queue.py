"""Live in the queue: its order, what it shows by itself, and whose a case is."""

from datetime import datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.workflow.browser import Windows, card, offered, press
from tests.workflow.conftest import Desk, Row
from tests.workflow.forged import nonce_of
from tests.workflow.people import People
from tests.workflow.record import claimed_until, events

pytestmark = pytest.mark.workflow

RANKS = ("critical", "high", "medium", "low")
# The bar: seconds until a new incident is seen in a queue that is open.
SEEN = 2.0
LEASE = 120


def asked(desk: Desk, name: str, kind: str = "high") -> Row:
    channel = desk.channel(name)
    channel.go_live()
    return desk.asked(channel.show(getattr(desk.pictures, kind)()))


@pytest.fixture(scope="module")
def three(desk: Desk) -> dict[str, Row]:
    """Return a review of each severity."""
    return {
        "medium": asked(desk, "desk-medium", "medium"),
        "high": asked(desk, "desk-high", "high"),
        "critical": asked(desk, "desk-critical", "critical"),
    }


def shown(page: Page) -> list[str]:
    cards = page.locator("#cards li.card")
    return [str(one.get_attribute("data-review")) for one in cards.all()]


class TestOrder:
    def test_severity_goes_before_deadline(
        self, desk: Desk, windows: Windows, people: People, three: dict[str, Row]
    ) -> None:
        page = windows.open(people.get("bea"))
        page.goto(windows.at("queue"))
        found = shown(page)
        assert {row["review_id"] for row in three.values()} <= set(found)
        rows = [desk.review(one) for one in found]
        places = [(RANKS.index(row["severity"]), row["deadline"]) for row in rows]
        assert places == sorted(places)

    def test_a_tab_shows_one_severity_and_counts_it(
        self, desk: Desk, windows: Windows, people: People, three: dict[str, Row]
    ) -> None:
        desk.invoke("SweepFunction", {})
        page = windows.open(people.get("bea"))
        page.goto(windows.at("queue"))
        for severity in ("critical", "medium"):
            page.locator(f"nav#tabs a[data-tab={severity}]").click()
            expect(card(page, three[severity]["review_id"])).to_be_visible()
            expect(card(page, three["high"]["review_id"])).to_have_count(0)
            cards = page.locator(f"#cards li.card[data-severity={severity}]").count()
            assert cards == len(shown(page))
            count = page.locator(f"nav#tabs .count[data-severity={severity}]").inner_text()
            assert int(count) == cards

    def test_filters_show_a_channel_and_what_is_mine(
        self, windows: Windows, people: People, three: dict[str, Row]
    ) -> None:
        page, high = windows.open(people.get("dee")), three["high"]
        page.goto(windows.at(f"queue?channel={high['channel']}"))
        assert shown(page) == [high["review_id"]]
        page.goto(windows.at("queue?who=mine"))
        assert shown(page) == []
        expect(page.locator("main")).to_contain_text("claim")
        page.goto(windows.at("queue"))
        with page.expect_navigation():
            card(page, high["review_id"]).locator("form.claim button").click()
        page.goto(windows.at("queue?who=mine"))
        assert shown(page) == [high["review_id"]]
        page.goto(windows.at("queue?who=free"))
        assert high["review_id"] not in shown(page)


def test_a_new_incident_appears_in_an_open_queue(
    desk: Desk, windows: Windows, people: People
) -> None:
    page = windows.open(people.get("bea"))
    page.goto(windows.at("queue"))
    page.evaluate(
        """() => {
          window.stayed = true
          window.seen = {}
          const look = () => document.querySelectorAll('#cards li.card').forEach(
            one => { window.seen[one.dataset.review] ??= Date.now() / 1000 })
          look()
          new MutationObserver(look).observe(document.body, {childList: true, subtree: true})
        }"""
    )
    review = asked(desk, "desk-live")
    expect(card(page, review["review_id"])).to_be_visible()
    seen = float(page.evaluate("id => window.seen[id]", review["review_id"]))
    waited = seen - datetime.fromisoformat(review["opened_at"]).timestamp()
    assert waited < SEEN
    assert page.evaluate("window.stayed"), "the page was not loaded anew"
    live = page.locator("[data-live]")
    expect(live).to_have_attribute("aria-live", "polite")


class TestClaims:
    def test_a_claim_is_kept_by_the_open_page_and_shown_to_others(
        self, desk: Desk, windows: Windows, people: People
    ) -> None:
        review = asked(desk, "desk-claim")
        identity, dee = review["review_id"], people.get("dee")
        mine = windows.open(dee)
        mine.clock.install()
        windows.case(mine, identity)
        action(mine, "claim")
        row = desk.review(identity)
        assert (row["claimed_by"], row["claimed_name"]) == (dee.name, "dee")
        until(mine.locator("#lease"), row["claimed_until"])
        self._others_see_it(desk, windows, people, identity)
        claimed_until(desk, identity, 20)
        mine.clock.run_for(LEASE * 1000 // 2)
        desk.wait(
            lambda: desk.review(identity)["claimed_until"] > row["claimed_until"] - 20,
            "the open page keeps the claim",
        )
        assert [event["kind"] for event in events(desk, identity)] == ["claim"]

    def _others_see_it(self, desk: Desk, windows: Windows, people: People, identity: str) -> None:
        other = people.get("bea")
        page = windows.case(windows.open(other), identity)
        expect(page.locator("main")).to_contain_text("dee")
        assert "allow" not in offered(page)
        form = {"decision": "allow", "nonce": nonce_of(desk, other, identity)}
        answer = page.request.post(windows.at(f"reviews/{identity}"), form=form)
        assert answer.status == 409
        assert desk.review(identity)["status"] == "pending"
        assert "stop" in offered(page), "who sees harm may always stop it"

    def test_a_lapsed_claim_is_taken_over_and_its_holder_is_told(
        self, desk: Desk, windows: Windows, people: People
    ) -> None:
        review = asked(desk, "desk-lapsed")
        identity = review["review_id"]
        before = windows.open(people.get("dee"))
        before.clock.install()
        windows.case(before, identity)
        action(before, "claim")
        claimed_until(desk, identity, -1)
        after = windows.case(windows.open(people.get("bea")), identity)
        action(after, "takeover")
        row = desk.review(identity)
        assert row["claimed_name"] == "bea"
        assert [event["by"] for event in events(desk, identity)] == ["dee", "bea"]
        before.clock.run_for(LEASE * 1000 // 2)
        expect(before.locator("#lease")).to_contain_text("bea")
        press(after, "allow")
        assert desk.ended(review["frame"]["frame_id"])["outcome"] == "reviewed"
        assert desk.review(identity)["by_account"] == "bea"

    def test_a_lead_takes_over_at_once_and_a_moderator_may_not(
        self, desk: Desk, windows: Windows, people: People
    ) -> None:
        review = asked(desk, "desk-takeover")
        identity = review["review_id"]
        action(windows.case(windows.open(people.get("dee")), identity), "claim")
        bea = people.get("bea")
        page = windows.case(windows.open(bea), identity)
        expect(page.locator("form#claim button[value=takeover]")).to_have_count(0)
        form = {"action": "takeover", "nonce": nonce_of(desk, bea, identity)}
        address = windows.at(f"reviews/{identity}/claim")
        assert page.request.post(address, form=form, max_redirects=0).status in (403, 409)
        assert desk.review(identity)["claimed_name"] == "dee"
        action(windows.case(windows.open(people.get("lea", "lead")), identity), "takeover")
        assert desk.review(identity)["claimed_name"] == "lea"
        assert [event["kind"] for event in events(desk, identity)] == ["claim", "takeover"]

    def test_a_claim_is_given_back(self, desk: Desk, windows: Windows, people: People) -> None:
        review = asked(desk, "desk-release")
        page = windows.case(windows.open(people.get("dee")), review["review_id"])
        action(page, "claim")
        action(page, "release")
        assert not desk.review(review["review_id"]).get("claimed_by")


def action(page: Page, value: str) -> None:
    """Press a button of the claim."""
    with page.expect_navigation():
        page.locator(f"form#claim button[value={value}]").click()


def until(lease: Locator, moment: int) -> None:
    """See that the page counts down to the claim's end."""
    expect(lease).to_be_visible()
    assert float(lease.get_attribute("data-until") or 0) == pytest.approx(moment, abs=5)
