"""The page of one adapter: how it stands, what the gate said, and what a lead does with it."""

import re

import pytest

from framewarden.adapterwork import Seen
from framewarden.console.problems import Problem
from framewarden.domain.errors import AdapterRefusedError, AnalyzerThrottledError
from tests.unit.console import adapters_world as made
from tests.unit.console.adapters_world import DRINKS, FRAME, NAME, OTHER, SMOKING, AdapterWorld

FAILURE = {"code": "x", "message": "the manifest is broken", "remedy": "train `v2` again"}


@pytest.fixture
def world():
    return AdapterWorld()


def test_what_is_not_there_has_a_page(world):
    world.seen = None
    page = world.show()
    assert page.status == 404
    assert "There is no such adapter" in page.text
    assert world.part(f"/adapters/{NAME}").status == 404
    assert world.order("promote", action="do").status == 404
    assert world.done == []


class TestStates:
    @pytest.mark.parametrize(
        ("row", "said"),
        [
            (made.row("collecting"), "What people said of pictures is being read"),
            (made.row("training"), "It is given 24 hours. What is live is as it was."),
            (made.row("training", hours=1), "It is given 1 hour."),
            (made.row("not_ready"), "then train it again under its name."),
            (made.row("late"), "It was not trained within 24 hours"),
            (made.row("failed", failure=FAILURE), "The manifest is broken. What is live is"),
            (made.row("failed"), "No reason was kept."),
            (made.row("refused"), "✕ The gate refused it"),
            (made.row(), "✓ The gate let it pass"),
        ],
    )
    def test_each_is_told_with_its_remedy(self, world, row, said):
        page = world.show(Seen(row, made.switch()))
        assert page.status == 200
        assert said in page.text
        again = row["status"] in ("failed", "late", "not_ready")
        assert (f'href="../adapters?again={NAME}#train"' in page.body) == again

    def test_a_remedy_names_its_command(self, world):
        page = world.show(Seen(made.row("failed", failure=FAILURE), made.switch()))
        assert "Train <code>v2</code> again." in page.body
        world.roles = ("engineer",)
        assert "A lead may train it again." in world.show().text

    def test_what_it_lacked_is_told_label_by_label(self, world):
        page = world.show(Seen(made.row("not_ready"), made.switch()))
        assert "What was lacking" in page.text
        assert "Smoking 7 of 20 wrong findings, 12 of 50 missed. Judge 13 more" in page.text

    def test_a_status_that_nobody_foresaw_is_its_own_name(self, world):
        assert "? asleep" in world.show(Seen(made.row("asleep"), made.switch())).text

    def test_those_who_inspect_are_led_to_its_execution(self, world):
        world.roles = ("engineer",)
        way = f'href="../executions/adapter/adapter-{NAME}-1" data-link="execution"'
        assert way in world.show().body
        world.roles = ("lead",)
        assert way not in world.show().body
        world.roles = ("engineer",)
        world.seen = Seen(made.row(execution=None), made.switch())
        assert "executions/adapter/" not in world.show().body

    def test_an_adapter_that_is_trained_is_followed(self, world):
        world.seen = Seen(made.row("training"), made.switch())
        page = world.show()
        main = re.search(r"<main[^>]*>", page.body)[0]
        assert f'data-live="../adapters/{NAME}?part=live" data-every="3000"' in main
        assert re.findall(r'data-stands="([\w-]+)"', page.body) == ["done", "now", "to-come"]
        first = world.part(f"/adapters/{NAME}")
        assert first.body.startswith('<div id="live"')
        same = world.part(f"/adapters/{NAME}", first.headers["ETag"])
        assert same.status == 304
        world.seen = Seen(made.row(), made.switch())
        last = world.part(f"/adapters/{NAME}", first.headers["ETag"])
        assert 'data-ended="v2: passed the gate."' in last.body
        assert 'id="promote"' in last.body
        assert "static/live.js" not in world.show().body
        assert world.reads == 0

    def test_its_form_stays_fresh(self, world):
        first = world.part(f"/adapters/{NAME}")
        world.later(301)
        assert world.part(f"/adapters/{NAME}", first.headers["ETag"]).status == 200


class TestFigures:
    def test_they_stand_beside_the_base_models(self, world):
        page = world.show()
        for said in (
            "errors on 40 test images, base model → adapter 28 → to 9",
            "errors on the last 31 live decisions 8 → to 3",
            "No label's misses got worse.",
            "Smoking 12 1 → to 3 worse 2 → to 2 91 % → to 77 % worse 83 % → to 83 %",
            "All labels 38 24 → to 6 better",
            "Smoking: 3 wrong findings on the test images, where the base model has 1.",
            "2 more live decisions could not be asked about",
            "128 to train",
            "1 h 30 min",
        ):
            assert said in page.text

    def test_the_picture_is_drawn_here_and_told_in_words(self, world):
        page = world.show()
        assert page.body.count("<svg ") == 3
        assert "Errors at thresholds from 5 to 100 %." in page.text
        assert "The upright line is at 50 %" in page.text
        assert f"Errors about {SMOKING} of the base model" in page.text

    def test_a_single_label_is_drawn_once(self, world):
        only = made.evaluation(labels=made.evaluation()["labels"][1:])
        page = world.show(Seen(made.row(evaluation=only, live_check=None), made.switch()))
        assert page.body.count("<svg ") == 1
        assert "All labels" not in page.text
        assert "No live decision was left to check" in page.text
        assert "no label was found wrongly or missed more often" in page.text

    def test_without_thresholds_nothing_is_drawn(self, world):
        bare = made.evaluation(
            thresholds=[], labels=[{**one} for one in made.evaluation()["labels"]]
        )
        for one in bare["labels"]:
            del one["thresholds"]
        page = world.show(Seen(made.row(evaluation=bare), made.switch()))
        assert "<svg " not in page.body

    def test_a_label_that_nobody_found_has_no_precision(self, world):
        none = {"label": DRINKS, "base": made.tally(tn=40), "adapter": made.tally(fn=1, tn=39)}
        bare = made.evaluation(labels=[none])
        page = world.show(Seen(made.row(evaluation=bare), made.switch()))
        assert "none → to none" in page.text
        assert f"{DRINKS}: 1 miss on the test images, where the base model has 0." in page.text

    def test_what_stands_live_is_told(self, world):
        health = {"arn": made.arn(), "status": "EXPIRED"}
        page = world.show(Seen(made.row(), made.switch(NAME, [None]), health))
        assert "rolls back to the base model, at once." in page.text
        assert 'id="expiry"' in page.body
        assert 'id="promote"' not in page.body
        assert 'id="begin-shadow"' not in page.body


class TestShadow:
    def test_disagreements_are_listed(self, world):
        world.roles = ("lead", "engineer")
        shadow = made.used(NAME, share=12.5)
        rows = [made.disagreement(), made.disagreement(live_by=made.arn(OTHER), shadow={})]
        counts = {"frames": 40, "disagreed": 2}
        page = world.show(Seen(made.row(), made.switch(OTHER, [None], shadow), None, counts, rows))
        for said in (
            "In the shadow of v1, for 12.5 % of the frames",
            "It answered about 40 live frames, and disagreed about 2 (5.0 %).",
            "Alcoholic Beverages 88 % by the base model Gambling 51 %",
            "Alcoholic Beverages 88 %, Smoking 61 % by v1 none",
            "It was compared with the base model, not with v1",
        ):
            assert said in page.text
        assert f'href="../frames/{FRAME}"' in page.body
        world.roles = ("lead",)
        assert f'href="../frames/{FRAME}"' not in world.show().body

    @pytest.mark.parametrize(
        ("counts", "said"),
        [({}, "about no frame yet"), ({"frames": 1}, "1 live frame, and disagreed about none.")],
    )
    def test_one_without_disagreements_says_so(self, world, counts, said):
        shadow = made.used(NAME, share=10)
        page = world.show(Seen(made.row(), made.switch(None, (), shadow), None, counts))
        assert said in page.text

    def test_what_it_came_to_stays(self, world):
        page = world.show(Seen(made.row(), made.switch(), None, {"frames": 3}))
        assert "What its shadow came to" in page.text
        assert 'id="begin-shadow"' in page.body

    def test_a_lead_begins_it_after_its_price(self, world):
        page = world.order("shadow", share="12.5%")
        assert "Put v2 into the shadow for 12.5 % of the frames?" in page.text
        assert "one more call of Rekognition for each" in page.text
        assert 'id="begin-shadow"' not in page.body
        assert world.done == []
        reply = world.post(f"/adapters/{NAME}/shadow", **page.form("confirm-act"), action="do")
        assert (reply.status, reply.headers["Location"]) == (303, f"../../adapters/{NAME}")
        assert world.done == [("shadow", NAME, 12.5, "Lea", "lea", made.NOW)]

    @pytest.mark.parametrize("share", ["", "0", "101", "-1", "nan", "all"])
    @pytest.mark.parametrize("action", ["check", "do"])
    def test_a_share_is_a_share(self, world, share, action):
        page = world.order("shadow", share=share, action=action)
        assert page.status == 409
        assert "A share of frames is a number above 0, and 100 at most." in page.text
        assert world.done == []

    def test_a_lead_ends_it(self, world):
        world.seen = Seen(made.row(), made.switch(None, (), made.used(NAME, share=10)))
        assert 'id="end-shadow"' in world.show().body
        page = world.order("shadow", share="end")
        assert "End the shadow of v2 ?" in page.text
        world.post(f"/adapters/{NAME}/shadow", **page.form("confirm-act"), action="do")
        assert world.done == [("shadow", NAME, None, "Lea", "lea", made.NOW)]

    def test_another_ones_is_not_ended_with_it(self, world):
        world.seen = Seen(made.row(), made.switch(None, (), made.used("v4", share=10)))
        assert world.order("shadow", share="end", action="do").status == 303
        assert world.done == []


class TestPromoting:
    def test_the_first_press_says_what_changes(self, world):
        world.seen = Seen(made.row(), made.switch(OTHER, [None]))
        page = world.order("promote")
        for said in (
            "Make v2 live, in place of v1 ?",
            "On 40 test images it made 9 errors, the base model 28.",
            "Smoking: 3 wrong findings on the test images, where the base model has 1.",
            "the next frame is judged by v1 again.",
        ):
            assert said in page.text
        assert 'id="promote"' not in page.body
        assert world.done == []
        fields = page.form("confirm-act")
        assert fields["live"] == OTHER
        reply = world.post(f"/adapters/{NAME}/promote", **fields, action="do")
        assert reply.status == 303
        assert world.done == [("promote", NAME, "Lea", "lea", made.NOW)]

    def test_what_was_said_holds_only_while_the_same_is_live(self, world):
        world.seen = Seen(made.row(), made.switch("v4", [None]))
        page = world.order("promote", action="do", live=OTHER)
        assert page.status == 409
        assert "Another model was made live while this page was open" in page.text
        assert world.done == []

    def test_a_form_that_is_sent_twice_finds_its_own_doing(self, world):
        world.seen = Seen(made.row(), made.switch(NAME, [None]))
        assert world.order("promote", action="do", live="").status == 303

    def test_only_what_passed_is_offered(self, world):
        page = world.show(Seen(made.row("refused"), made.switch()))
        assert 'id="promote"' not in page.body
        assert 'id="begin-shadow"' in page.body

    @pytest.mark.parametrize(
        ("row", "switch", "said"),
        [
            (made.row(), made.switch(), "promote it, or try it in the shadow"),
            (made.row("refused"), made.switch(), "may try it in the shadow"),
            (made.row("refused"), made.switch(None, (), made.used(share=1)), "end its shadow"),
        ],
    )
    def test_others_are_told_what_a_lead_may(self, world, row, switch, said):
        world.roles = ("engineer",)
        page = world.show(Seen(row, switch))
        assert said in page.text
        assert page.form("promote") == page.form("begin-shadow") == {}

    @pytest.mark.parametrize("what", ["promote", "shadow"])
    def test_nobody_else_acts(self, world, what):
        world.roles = ("auditor",)
        page = world.order(what, share="10", action="do")
        assert page.status == 403
        assert Problem.LEAD_ONLY.value.title in page.text
        world.roles = ("lead",)
        assert world.order(what, share="10", action="do", nonce="forged").status == 403
        assert world.order(what, share="10", action="odd").status == 400
        assert world.done == []

    @pytest.mark.parametrize(
        ("failure", "status"),
        [
            (AdapterRefusedError("it has expired: train one anew"), 409),
            (AnalyzerThrottledError("Rekognition throttled the call"), 503),
        ],
    )
    def test_what_is_not_done_is_said(self, world, failure, status):
        world.refuses = failure
        page = world.order("promote", action="do")
        assert page.status == status
        assert "Nothing was changed" in page.text
