"""Let deadlines of seconds run out: people are told again, then a lead, then the default acts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect

from local.demo_watch import Mailbox
from tests.workflow.browser import Windows, offered, press
from tests.workflow.conftest import Desk, Row
from tests.workflow.forged import nonce_of
from tests.workflow.people import People

pytestmark = pytest.mark.workflow


@dataclass
class Letters(Mailbox):
    """Keep every notice whole, by the review that it is about and what it calls for."""

    kept: list[Row] = field(default_factory=list)

    def calls(self, review_id: str) -> list[str]:
        """Return what people were called for about a review, in order."""
        self.read()
        mine = [one for one in self.kept if review_id in one["Message"]]
        return [one["MessageAttributes"]["call"]["Value"] for one in mine]

    def read(self) -> list[str]:
        sqs = self.target.client("sqs")
        found = sqs.receive_message(QueueUrl=self._queue_url, MaxNumberOfMessages=10)
        for message in found.get("Messages", []):
            sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
            self.kept.append(json.loads(message["Body"]))
        return []


@pytest.fixture
def letters(desk: Desk) -> Iterator[Letters]:
    box = Letters(desk.target, "desk-ladder-letters")
    box.open()
    try:
        yield box
    finally:
        box.close()


def test_people_are_reminded_then_a_lead_is_called_then_the_default_acts(
    desk: Desk, windows: Windows, people: People, letters: Letters
) -> None:
    """Walk two reviews at once: a lead decides the one, nobody the other."""
    names = ("desk-remind", "desk-default")
    for name in names:
        desk.channel(name).go_live()
    frames = {name: desk.channel(name).show(desk.pictures.high()) for name in names}
    rows = {name: desk.asked(frame) for name, frame in frames.items()}
    climbs, ends = (rows[name]["review_id"] for name in names)
    moderator = windows.case(windows.open(people.get("bea")), climbs)
    assert set(offered(moderator)) >= {"allow", "stop"}

    desk.wait(
        lambda: desk.invoke("SweepFunction", {}) and letters.calls(climbs)[1:2] == ["reminder"],
        "people are reminded",
    )
    assert letters.calls(climbs)[0] == "ask"
    assert desk.review(climbs)["reminded_at"]
    assert "remind_at" not in desk.review(climbs)

    desk.wait(lambda: letters.calls(climbs)[2:3] == ["escalation"], "a lead is called")
    escalated(desk, windows, people, climbs)
    assert desk.ended(frames["desk-remind"])["outcome"] == "reviewed"
    row = desk.review(climbs)
    assert (row["by"], row["via"], len(row["rung_times"])) == ("lea", "desk", 2)
    moderator.reload()
    assert moderator.locator("#ladder li").count() >= 3

    row = desk.ended(frames["desk-default"])
    assert (row["outcome"], row["reason"]) == ("stopped", "by_default")
    assert not desk.channel("desk-default").live()
    assert {"ask", "escalation"} <= set(letters.calls(ends))
    page = windows.case(windows.open(people.get("bea")), ends)
    assert offered(page) == []
    expect(page.locator("main")).to_contain_text("Nobody decided")


def escalated(desk: Desk, windows: Windows, people: People, review_id: str) -> None:
    """See that a moderator may only stop what was escalated, and let a lead allow it."""
    bea = people.get("bea")
    page = windows.case(windows.open(bea), review_id)
    assert offered(page) == ["stop"]
    expect(page.locator("main")).to_contain_text("lead")
    form = {"decision": "allow", "nonce": nonce_of(desk, bea, review_id)}
    address = windows.at(f"reviews/{review_id}")
    assert page.request.post(address, form=form, max_redirects=0).status == 403
    assert desk.review(review_id)["status"] == "pending"
    lead = windows.open(people.get("lea", "lead"))
    lead.goto(windows.at("queue?who=escalated"))
    lead.locator(f"li.card[data-review='{review_id}'] a.open").click()
    press(lead, "allow")
