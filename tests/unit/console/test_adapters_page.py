"""The page of all adapters: what is live, how ready the examples are, and the way back."""

import re

import pytest

from framewarden.adapterwork import Overview
from framewarden.aws.adapter_health import GONE
from framewarden.console.problems import Problem
from framewarden.domain.errors import AdapterRefusedError, StoreThrottledError
from tests.unit.console import adapters_world as made
from tests.unit.console.adapters_world import DRINKS, GAMBLING, NAME, OTHER, SMOKING, AdapterWorld

ROWS = [made.row("training", "v3"), made.row(), made.row("refused", OTHER)]


@pytest.fixture
def world():
    return AdapterWorld()


class TestWho:
    @pytest.mark.parametrize("role", ["lead", "engineer", "auditor"])
    @pytest.mark.parametrize("path", ["/adapters", f"/adapters/{NAME}"])
    def test_leads_and_inspectors_look(self, world, role, path):
        world.roles = (role,)
        page = world.ask(path)
        assert page.status == 200
        assert 'aria-current="page">Adapters' in page.body
        assert ('id="train"' in page.body) == (role == "lead" and path == "/adapters")
        assert world.ask(path, "HEAD").body == ""

    @pytest.mark.parametrize("path", ["/adapters", f"/adapters/{NAME}"])
    def test_nobody_else_does(self, world, path):
        world.roles = ("moderator",)
        page = world.ask(path)
        assert page.status == 403
        assert "This is for leads, engineers and auditors" in page.text
        world.roles = ()
        assert world.ask(path).status == 303
        assert world.asked == []

    @pytest.mark.parametrize("path", ["/adapters", "/adapters/rollback"])
    def test_only_a_lead_acts(self, world, path):
        world.roles = ("engineer",)
        page = world.post(path, nonce=world.nonce(), action="do", label=DRINKS)
        assert page.status == 403
        assert Problem.LEAD_ONLY.value.title in page.text
        world.roles = ()
        assert world.post(path, nonce=world.nonce(), action="do").status == 401
        assert world.done == []

    @pytest.mark.parametrize("send", ["train", "roll"])
    def test_a_form_is_ours_and_fresh(self, world, send):
        assert getattr(world, send)(nonce="forged", action="do").status == 403
        old = world.nonce()
        world.later(1_000)
        page = getattr(world, send)(nonce=old, action="do")
        assert page.status == Problem.FORM_OLD.value.status
        other = world.post(headers={"Origin": "https://else.example"}, nonce=world.nonce())
        assert other.status == 403
        assert world.done == []

    @pytest.mark.parametrize("path", ["/adapters", "/adapters/rollback"])
    def test_what_is_no_form_changes_nothing(self, world, path):
        assert world.post(path, nonce=world.nonce(), action="odd").status == 400
        assert world.post(path, headers={"Content-Type": "text/plain"}).status == 415
        assert world.post(path, nonce=world.nonce(), to="else").status in (200, 400, 409)
        assert world.done == []


class TestLive:
    def test_the_base_model_is_live_at_first(self, world):
        world.overviewed = Overview(made.switch())
        page = world.ask()
        assert "Live now The base model No adapter was promoted yet" in page.text
        assert "No adapter is in the shadow." in page.text
        assert "Nobody has changed anything yet." in page.text
        assert "None was trained yet." in page.text
        assert 'id="rollback"' not in page.body

    def test_an_adapter_is_live_since_somebody_made_it_so(self, world):
        events = [made.event("shadow", "v4", seconds=-5, share=10), made.event()]
        shadow = made.used("v4", share=10)
        counts = {"frames": 1_204, "disagreed": 37, "missed": 2}
        switch = made.switch(NAME, [None], shadow)
        world.overviewed = Overview(switch, ROWS, events, counts=counts)
        page = world.ask()
        for said in (
            "Since 2026-11-22 07:56:31 UTC ( 10 min ago ), made so by Lea.",
            "In its shadow: v4, for 10 % of the frames. It answered about 1,204 live frames, and "
            "disagreed about 37 (3.1 %). About 2 more it gave no answer in time.",
            "Put v4 into the shadow for 10 % of the frames",
            "Promoted v2, in place of the base model",
            "v3 ▸ being trained",
            "v2 live ✓ passed the gate Alcoholic Beverages 28 → to 9 of 40 images",
        ):
            assert said in page.text
        assert '<a href="adapters/v4">' in page.body
        assert "Roll back to the base model" in page.text
        assert page.body.count('name="to"') == 1

    def test_a_roll_back_may_lead_further_than_to_the_last_one(self, world):
        world.overviewed = Overview(made.switch(NAME, [None, OTHER]), ROWS)
        page = world.ask()
        assert page.buttons("to") == ["before", "base"]
        assert "Roll back to v1" in page.text
        assert "Since when is not in the record." in page.text
        world.roles = ("auditor",)
        page = world.ask()
        assert page.buttons("to") == []
        assert "A lead may roll back to v1." in page.text

    def test_without_a_record_of_before_the_base_model_was(self, world):
        world.overviewed = Overview(made.switch(NAME), ROWS)
        assert "Roll back to the base model" in world.ask().text

    def test_the_record_is_cut_and_opens(self, world):
        events = [made.event("rollback", None, NAME, -at) for at in range(7)]
        world.overviewed = Overview(made.switch(), ROWS, events)
        page = world.ask()
        assert page.text.count("Rolled back to the base model, in place of v2") == 7
        assert "2 earlier" in page.text

    @pytest.mark.parametrize(
        ("health", "said"),
        [
            ({"status": "DEPRECATED", "expires_from": "2027-01-20T00:00:00Z"}, "on 2027-01-20 at"),
            ({"status": "DEPRECATED"}, "60 days later or more"),
            ({"status": "EXPIRED"}, "has expired: the base model answers"),
            ({"status": GONE}, "is not known to Rekognition any more"),
            ({"status": "DELETING"}, "is deleting at Rekognition"),
        ],
    )
    def test_an_adapter_that_ends_says_so(self, world, health, said):
        health = {"arn": made.arn()} | health
        world.overviewed = Overview(made.switch(NAME, [None]), ROWS, health=health)
        assert said in world.ask().text

    @pytest.mark.parametrize(
        "health",
        [
            None,
            {"arn": made.arn(), "status": "TRAINING_COMPLETED"},
            {"arn": made.arn(OTHER), "status": "EXPIRED"},
        ],
    )
    def test_one_that_is_well_says_nothing(self, world, health):
        world.overviewed = Overview(made.switch(NAME, [None]), ROWS, health=health)
        assert 'id="expiry"' not in world.ask().body


class TestReadiness:
    def test_it_is_read_once_and_told_label_by_label(self, world):
        page = world.ask()
        assert world.reads == 1
        for said in (
            "Examples for the next adapter: ready to train",
            "168 images of 16 sources can be learnt from: 128 to train, 40 held back for the test",
            "the gate also asks about 31 live decisions".capitalize(),
            "A label can be learnt from 20 wrong findings, or from 50 that were missed",
            "Alcoholic Beverages 40 of 20 3 of 50 55 62 4 ✓ enough",
            "Judge 13 more images in which it is found wrongly.",
            "2: people said different things of it Settle it where it was judged.",
            "1: odd code",
            "61 more are left out that are not listed here.",
        ):
            assert said in page.text
        assert '<a href="reviews/r1"><bdi>s3://example-photos/autumn/a.jpg' in page.body
        assert re.findall(r'value="([^"]+)"( checked)?> <bdi>', page.body) == [
            (DRINKS, " checked"),
            (SMOKING, ""),
            (GAMBLING, ""),
        ]

    def test_what_is_lacking_is_told(self, world):
        world.ready = made.unready()
        page = world.ask()
        assert "Examples for the next adapter: not ready yet" in page.text
        assert "No label has 20 wrong findings" in page.text
        assert "<code>framewarden up</code>" in page.body

    def test_where_no_live_decision_is_left_that_is_told(self, world):
        world.ready = made.readiness(live=0)
        said = "The gate also asks about live decisions, but there is none that it was not trained"
        assert said in world.ask().text

    def test_without_examples_there_is_nothing_to_train(self, world):
        none = {"labels": [], "images": 0, "left_out": {"counts": {}, "first": []}}
        world.ready = made.unready(**none)
        page = world.ask()
        assert "Nobody has judged a label yet." in page.text
        assert 'id="train"' not in page.body
        assert 'id="left-out"' not in page.body

    def test_what_is_live_is_shown_although_they_cannot_be_read(self, world):
        world.overviewed = Overview(made.switch(NAME, [None]), ROWS)
        world.unread = StoreThrottledError("the store is throttled")
        page = world.ask()
        assert page.status == 200
        assert "The examples could not be read The store is throttled." in page.text
        assert 'id="rollback"' in page.body


class TestFollowing:
    def test_it_follows_while_one_is_trained(self, world):
        world.overviewed = Overview(made.switch(), ROWS)
        page = world.ask()
        main = re.search(r"<main[^>]*>", page.body)[0]
        assert 'data-live="adapters?part=live" data-every="5000"' in main
        etag = re.search(r'data-etag="(?:&#34;|&quot;)([0-9a-f]{16})', main)[1]
        world.later(7)
        same = world.part(etag=f'W/"{etag}"')
        assert (same.status, same.body) == (304, "")
        world.overviewed = Overview(made.switch(), [made.row()])
        fresh = world.part(etag=f'"{etag}"')
        assert fresh.body.startswith('<div id="live"')
        assert 'data-ended="Nothing is being trained."' in fresh.body
        assert world.reads == 1, "a part never reads the examples"
        assert "static/live.js" not in world.ask().body


class TestTraining:
    def test_the_first_press_says_what_it_would_train(self, world):
        page = world.train(action="check", name="", hours="48", threshold="60")
        assert page.status == 200
        assert world.done == []
        assert world.reads == 1
        assert ("readiness", 60.0, [DRINKS]) in world.asked
        for said in (
            "This trains the adapter v2026-11-22-080631 It learns to correct Alcoholic Beverages.",
            "What changes: nothing that is live.",
            "It is waited for 48 hours at most.",
        ):
            assert said in page.text
        fields = page.form("train")
        assert fields["label"] == DRINKS
        reply = world.post(**fields, action="do")
        assert (reply.status, reply.headers["Location"]) == (303, "adapters/v2026-11-22-080631")
        [(_, asked, now)] = world.done
        assert asked == {
            "name": "v2026-11-22-080631",
            "labels": [DRINKS],
            "threshold": 60.0,
            "hours": 48,
            "by": "Lea",
            "account": "lea",
        }
        assert now == made.NOW

    def test_what_is_not_typed_is_left_to_the_start(self, world):
        world.train(hours="", threshold="")
        assert world.done[0][1] == {"name": "v3", "labels": [DRINKS], "by": "Lea", "account": "lea"}

    def test_it_can_be_typed_again(self, world):
        page = world.train(action="change", hours="48")
        assert '<details id="new" open' in page.body
        assert 'name="hours" value="48"' in page.body
        assert world.done == []

    def test_what_is_not_ready_is_not_offered(self, world):
        world.ready = made.unready()
        page = world.train(action="check")
        assert page.status == 409
        assert 'id="confirm"' not in page.body
        assert "Nothing was started No label has 20 wrong findings" in page.text
        assert world.reads == 1

    @pytest.mark.parametrize("action", ["check", "do"])
    def test_what_is_refused_says_why(self, world, action):
        world.refuses = AdapterRefusedError("the adapter v3 is being trained: wait for it")
        page = world.train(action=action)
        assert page.status == 409
        assert "Nothing was started The adapter v3 is being trained: wait for it." in page.text
        assert 'name="name" value="v3"' in page.body

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"label": []}, "choose it"),
            ({"hours": "many"}, "are numbers"),
            ({"threshold": "half"}, "are numbers"),
        ],
    )
    def test_what_cannot_be_read_starts_nothing(self, world, typed, said):
        page = world.train(**typed)
        assert page.status == 409
        assert said in page.text
        assert world.done == []

    @pytest.mark.parametrize(("hours", "sent"), [("1.5", 1.5), ("48.0", 48), ("nan", "nan")])
    def test_bounds_are_those_of_the_start(self, world, hours, sent):
        world.train(hours=hours)
        asked = world.done[0][1]["hours"]
        assert asked == sent or str(asked) == sent

    def test_one_is_trained_again_as_it_was_asked_for(self, world):
        world.seen = made.Seen(made.row("late", labels=[SMOKING], threshold=55.5), made.switch())
        page = world.ask(again=NAME)
        assert f'name="label" value="{SMOKING}" checked' in page.body
        assert f'name="label" value="{DRINKS}">' in page.body
        assert 'value="55.5"' in page.body
        world.seen = made.Seen(made.row("failed", failure={}), made.switch())
        assert f'name="label" value="{DRINKS}" checked' in world.ask(again=NAME).body
        world.seen = None
        assert world.ask(again="gone").status == 200


class TestRollBack:
    def test_the_first_press_says_what_changes_without_reading_examples(self, world):
        world.overviewed = Overview(made.switch(NAME, [None]), ROWS)
        page = world.roll(to="before")
        assert world.reads == 0
        assert world.done == []
        for said in (
            "Roll back from v2 to the base model ?",
            "What changes: the next frame, and every new batch",
            "on its 40 test images it made 9 errors, and the base model 28.",
            "How to come back: promote v2 again",
            "The examples were not read for this.",
        ):
            assert said in page.text
        fields = page.form("confirm-rollback")
        reply = world.post("/adapters/rollback", **fields, action="do")
        assert (reply.status, reply.headers["Location"]) == (303, "../adapters")
        assert world.done == [("rollback", NAME, "Lea", "lea", made.NOW, False)]

    def test_it_may_lead_to_the_base_model_at_once(self, world):
        world.overviewed = Overview(made.switch(NAME, [None, OTHER]), [])
        page = world.roll(to="base")
        assert "Roll back from v2 to the base model ?" in page.text
        assert "What could get worse: what v2 corrected is wrong again." in page.text
        world.post("/adapters/rollback", **page.form("confirm-rollback"), action="do")
        assert world.done == [("rollback", NAME, "Lea", "lea", made.NOW, True)]

    def test_from_the_base_model_nothing_is_rolled_back(self, world):
        page = world.roll(to="before")
        assert "There is nothing to roll back from." in page.text

    @pytest.mark.parametrize(
        ("failure", "status"),
        [(AdapterRefusedError("the base model is live"), 409), (StoreThrottledError("busy"), 503)],
    )
    def test_what_is_not_done_is_said(self, world, failure, status):
        world.refuses = failure
        page = world.roll(action="do", live=NAME)
        assert page.status == status
        assert "Nothing was rolled back" in page.text
        assert world.reads == 0
