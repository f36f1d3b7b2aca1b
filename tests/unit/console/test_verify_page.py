"""Sixty images of a list are judged on one page, and nothing that somebody marked is lost."""

import re
from datetime import timedelta

import pytest

from framewarden.console.verify_form import MOST_FIELDS
from framewarden.domain.verification import Marks
from tests.unit.console.browser import FORM, ask, typed
from tests.unit.console.verify_world import BATCH, NIPPLE, RULE, List, checked, jpeg, tile
from tests.unit.scenes import SOURCE_BUCKET

ADAPTER = "arn:aws:rekognition:us-east-1:111122223333:project/fw/version/v2/1700000000000"
CONFLICT = {"CancellationReasons": [{"Code": "TransactionConflict"}]}


@pytest.fixture
def listed(aws):
    return List(aws)


def marks(listed, name):
    return Marks.of(listed.row(name))


class TestLooking:
    def test_a_page_shows_sixty_images_blurred_with_what_the_model_found(self, listed):
        listed.fill(62)
        page = listed.ask()
        assert page.status == 200
        assert page.body.count('<li class="tile') == 60
        assert len(set(re.findall(r'src="([^"]+/sheet[^"]+)"', page.body))) == 1
        assert f"{NIPPLE} 92.3" in page.text
        assert "0 of 62 decided" in page.text
        assert "X-Amz" not in page.body
        assert "Earlier images" not in page.text

    def test_the_keys_of_the_grid_are_said_to_act_where_they_do(self, listed):
        listed.fill(1)
        assert "data-keys-said=" in listed.ask().body
        assert "data-keys-said=" not in listed.ask(role="auditor").body

    def test_the_adapter_that_judged_all_of_them_is_named_once(self, listed):
        listed.fill(3, adapter=ADAPTER)
        page = listed.ask()
        assert '<span id="answered">adapter: <bdi>v2</bdi></span>' in page.body
        assert 'class="answered"' not in page.body

    def test_where_not_all_were_judged_by_the_same_each_says_by_whom(self, listed):
        listed.fill(1, adapter=None)
        listed.image(1, adapter=ADAPTER)
        page = listed.ask()
        assert 'id="answered"' not in page.body
        assert re.findall(r'class="answered">adapter: <bdi>(.*?)<', page.body) == ["none", "v2"]

    def test_one_that_was_asked_and_did_not_answer_is_said(self, listed):
        listed.fill(2, adapter=None)
        batch = {"batch": BATCH, "item": "batch", "name": "holiday", "status": "done"}
        listed.put(batch | {"adapter": ADAPTER})
        assert "adapter: v2 did not answer, the base model did" in listed.ask().text

    def test_without_an_adapter_none_is_said(self, listed):
        listed.fill(2, adapter=None)
        listed.image(2)  # judged before it was kept
        assert "answered" not in listed.ask().body
        listed.put({"batch": BATCH, "item": "batch", "adapter": ADAPTER})
        listed.fill(0, rule="old")
        listed.image(0, rule="old")
        assert "answered" not in listed.ask(rule="old").body

    def test_the_next_and_the_earlier_images_are_a_link_away(self, listed):
        names = listed.fill(62)
        assert f'rel="next" href="../../batches/{BATCH}/verify?rule=' in listed.ask().body
        page = listed.ask(**{"from": names[60]})
        assert page.body.count('<li class="tile') == 2
        assert 'rel="prev"' in page.body
        assert 'rel="next"' not in page.body

    def test_the_first_undecided_is_found(self, listed):
        names = listed.fill(3)
        listed.post(*tile(0, names[0], 0, "allow"))
        reply = listed.ask(**{"from": "undecided"})
        assert reply.status == 303
        assert reply.headers["Location"].endswith(f"from={names[1].replace('#', '%23')}")
        for name in names[1:]:
            listed.post(*tile(0, name, 0, "allow"))
        reply = listed.ask(**{"from": "undecided"})
        assert "from=" not in reply.headers["Location"]

    def test_an_address_that_names_no_image_shows_the_first(self, listed):
        listed.fill(1)
        assert listed.ask(**{"from": "<script>"}).body.count('<li class="tile') == 1

    def test_a_list_that_is_not_there_has_a_page_that_says_so(self, listed):
        assert "There is no such list" in listed.ask().text
        listed.fill(1)
        assert listed.ask(rule="another").status == 404
        listed.put({"batch": BATCH, "item": "rule#empty", "rule": "empty", "images": 0})
        page = listed.ask(rule="empty")
        assert (page.status, "no images here" in page.text) == (200, True)

    def test_a_list_is_judged_while_its_batch_still_runs(self, listed):
        listed.put({"batch": BATCH, "item": "batch", "status": "running"})
        name = listed.image(0)
        assert "0 decided" in listed.ask().text
        assert listed.script(*tile(0, name, 0, "allow"))[1]["progress"] == "1 decided"

    def test_names_are_text(self, listed):
        listed.fill(1, key="batches/<script>alert(1)</script>.jpg")
        assert "<script>alert" not in listed.ask().body

    def test_an_image_without_labels_or_severity_is_shown_too(self, listed):
        listed.fill(1, labels=[{"name": "Explicit"}], severity=None)
        assert "Explicit" in listed.ask().text

    @pytest.mark.parametrize("role", ["engineer", "auditor"])
    def test_whoever_only_looks_has_nothing_to_press(self, listed, role):
        [name] = listed.fill(1)
        said = [f"+{NIPPLE}"]
        listed.post(*tile(0, name, 0, "block", *said, added=["Smoking"]))
        page = listed.ask(role=role)
        assert 'type="radio"' not in page.body
        assert 'name="bulk"' not in page.body
        assert ('name="reveal"' in page.body) == (role == "auditor")
        assert "Blocked by Ana" in page.text
        assert "also Smoking" in page.text

    def test_whoever_is_not_signed_in_is_sent_to_sign_in(self, listed):
        listed.fill(1)
        assert listed.ask(role=None).status == 303
        assert listed.ask("POST", role=None).status == 401

    @pytest.mark.parametrize("batch", ["0123", "é" * 20, "0" * 21])
    def test_what_is_no_batchs_id_is_no_page(self, listed, batch):
        path = f"/batches/{batch}/verify"
        assert ask(listed.handler, "GET", path, headers=listed.cookie("lead")).status == 404

    def test_looking_writes_nothing(self, aws, listed):
        listed.fill(3)
        listed.ask_people()
        aws.wire.forget()
        for method in ("GET", "HEAD"):
            listed.ask(method)
            listed.ask(method, **{"from": "undecided"})
            listed.ask(method, headers={"Accept": "application/json"})
        assert {call.operation for call in aws.wire.calls} <= {"GetItem", "Query"}

    def test_a_script_is_told_a_fresh_nonce(self, listed):
        listed.fill(1)
        reply = listed.ask(headers={"Accept": "application/json"})
        assert listed.nonce() in reply.body


class TestSaving:
    def test_a_decision_and_what_is_said_of_labels_are_kept_with_who_said_it(self, listed):
        first, second, third = listed.fill(3)
        reply = listed.post(
            *tile(0, first, 0, "block", f"+{NIPPLE}", added=["smoking"]),
            *tile(1, second, 0, "allow", f"-{NIPPLE}"),
            *tile(2, third, 0, "", f"?{NIPPLE}"),
        )
        assert reply.status == 303
        row = listed.row(first)
        assert (row["decision"], row["by"], row["account"], row["rev"]) == (
            "block", "Ana", "ana", 1,
        )  # fmt: skip
        assert row["example"] == listed.row(second)["example"] == "labels"
        assert "example" not in listed.row(third)
        assert row["labels_judged"] == {"confirmed": [NIPPLE], "denied": [], "added": ["Smoking"]}
        assert row["labels"][0]["name"] == NIPPLE
        assert marks(listed, second) == Marks.made("allow", {"denied": [NIPPLE]})
        assert "rev" not in listed.row(third)
        assert listed.counters() == {
            "decided": 2, "allowed": 1, "blocked": 1,
            f"tp#{NIPPLE}": 1, f"fp#{NIPPLE}": 1, "fn#Smoking": 1,
        }  # fmt: skip
        page = listed.ask()
        assert "2 of 3 decided" in page.text
        assert "Blocked by Ana, just now" in page.text
        assert {("decision.0", "block"), ("label.0.0", f"+{NIPPLE}"), ("added.0", "Smoking")} <= (
            checked(page)
        )
        assert "Both saw it" in page.text

    def test_sixty_images_are_one_transaction(self, aws, listed):
        names = listed.fill(60)
        aws.wire.forget()
        fields = [pair for at, name in enumerate(names) for pair in tile(at, name, 0, "allow")]
        assert listed.script(*fields)[1]["written"] == 60
        assert len(aws.wire.made("TransactWriteItems")) == 1
        assert listed.counters(rule=RULE) == {"decided": 60, "allowed": 60}

    def test_a_correction_is_counted_and_who_was_before_is_kept(self, listed):
        [name] = listed.fill(1)
        listed.post(*tile(0, name, 0, "block", f"+{NIPPLE}"))
        listed.post(*tile(0, name, 1, "allow", f"-{NIPPLE}"), account="ben")
        assert [one["by"] for one in listed.row(name)["history"]] == ["Ana", "Ben"]
        counted = {name: by for name, by in listed.counters().items() if by}
        assert counted == {"decided": 1, "allowed": 1, f"fp#{NIPPLE}": 1}
        assert "Before: Blocked by Ana" in listed.ask().body
        listed.post(*tile(0, name, 2, "", f"?{NIPPLE}"))
        assert marks(listed, name) == Marks()
        assert not any(listed.counters().values())

    def test_what_is_as_it_was_is_not_written(self, aws, listed):
        [name] = listed.fill(1)
        listed.post(*tile(0, name, 0, "allow"))
        aws.wire.forget()
        status, told = listed.script(*tile(0, name, 0, "allow"))
        assert (status, told["written"], told["images"][name]["rev"]) == (200, 0, 1)
        assert aws.wire.made("TransactWriteItems") == []

    def test_nothing_sent_is_nothing_saved(self, listed):
        listed.fill(1)
        assert listed.post().status == 303

    def test_an_image_that_is_gone_is_left_out(self, listed):
        [name] = listed.fill(1)
        status, told = listed.script(*tile(0, "0000001#" + "b" * 16, 0, "allow"))
        assert (status, told["written"], told["images"]) == (200, 0, {})
        assert "rev" not in listed.row(name)

    def test_of_two_people_the_second_is_told_and_loses_nothing(self, listed):
        first, second = listed.fill(2)
        listed.post(*tile(0, first, 0, "allow", f"-{NIPPLE}", added=["Weapons"]), account="ben")
        mine = [*tile(0, first, 0, "block", f"+{NIPPLE}"), *tile(1, second, 0, "block")]
        page = listed.post(*mine)
        assert page.status == 409
        assert "1 image was changed by somebody else" in page.text
        assert "Allowed by Ben just now; there: Weapons; not there: Exposed Female" in page.text
        assert {("decision.0", "block"), ("label.0.0", f"+{NIPPLE}")} <= checked(page)
        assert 'name="rev.0" value="1"' in page.body
        assert marks(listed, first).decision == "allow"
        assert marks(listed, second).decision == "block"
        assert listed.post(*tile(0, first, 1, "block")).status == 303
        assert marks(listed, first).decision == "block"

    def test_a_script_is_told_who_changed_what(self, listed):
        first, second = listed.fill(2)
        for name in (first, second):
            listed.post(*tile(0, name, 0, "allow"), account="ben")
        status, told = listed.script(*tile(0, first, 0, "block"), *tile(1, second, 0, "block"))
        assert (status, told["written"]) == (200, 0)
        assert told["images"][first]["conflict"].startswith("Allowed by Ben")
        assert told["images"][first]["theirs"]["decision"] == "allow"
        page = listed.post(*tile(0, first, 0, "block"), *tile(1, second, 0, "block"))
        assert "2 images were changed" in page.text

    def test_what_somebody_saves_at_this_moment_is_a_conflict_too(self, aws, listed):
        [name] = listed.fill(1)
        rival = lambda: listed.post(*tile(0, name, 0, "allow"), account="ben")  # noqa: E731
        aws.wire.before("TransactWriteItems", rival)
        assert listed.post(*tile(0, name, 0, "block")).status == 409
        assert marks(listed, name).decision == "allow"

    @pytest.mark.parametrize(("times", "status"), [(4, 303), (5, 409)])
    def test_counters_that_others_write_are_tried_again(self, aws, listed, times, status):
        [name] = listed.fill(1)
        failure = "TransactionCanceledException"
        aws.wire.fails("TransactWriteItems", failure, times=times, **CONFLICT)
        page = listed.post(*tile(0, name, 0, "block"))
        assert page.status == status
        if status == 409:
            assert ("decision.0", "block") in checked(page)
            assert "nothing is lost" in page.text

    def test_a_list_that_vanished_meanwhile_has_a_page(self, aws, listed):
        [name] = listed.fill(1)
        aws.wipe()
        assert listed.post(("bulk", "allow"), *tile(0, name, 0, "block")).status == 404


class TestBulk:
    @pytest.mark.parametrize(
        ("press", "decision", "judged"),
        [
            ("allow", "allow", {}),
            ("block", "block", {}),
            ("present", "block", {"confirmed": [NIPPLE]}),
            ("none", "allow", {"denied": [NIPPLE]}),
        ],
    )
    def test_a_button_does_it_to_the_images_selected(self, listed, press, decision, judged):
        first, second, third = listed.fill(3)
        sent = [tile(at, name, 0, "", f"?{NIPPLE}") for at, name in enumerate((first, second))]
        sent = [*sent[0], *sent[1], *tile(2, third, 0, "block"), ("pick", "0"), ("pick", "9")]
        assert listed.post(*sent, ("bulk", press)).status == 303
        assert marks(listed, first) == Marks.made(decision, judged)
        assert marks(listed, second) == Marks()
        assert marks(listed, third).decision == "block"

    def test_labels_are_added_and_one_that_was_found_is_confirmed(self, listed):
        [name] = listed.fill(1)
        more = [("add", "Smoking"), ("add", NIPPLE), ("pick", "0"), ("bulk", "add")]
        assert listed.post(*tile(0, name, 0, "", f"?{NIPPLE}"), *more).status == 303
        judged = {"confirmed": [NIPPLE], "added": ["Smoking"]}
        assert marks(listed, name) == Marks.made(None, judged)
        assert "Judged by Ana" in listed.ask().text

    def test_where_nothing_is_selected_nothing_is_done_and_nothing_lost(self, listed):
        [name] = listed.fill(1)
        page = listed.post(*tile(0, name, 0, "block"), ("bulk", "allow"))
        assert (page.status, "No image is selected" in page.text) == (400, True)
        assert ("decision.0", "block") in checked(page)
        assert marks(listed, name) == Marks()


class TestRefusing:
    @pytest.mark.parametrize("role", ["engineer", "auditor"])
    def test_whoever_only_looks_saves_nothing(self, listed, role):
        [name] = listed.fill(1)
        page = listed.post(*tile(0, name, 0, "block"), role=role)
        assert page.status == 403
        assert marks(listed, name) == Marks()

    def test_a_form_of_another_site_is_not_taken(self, listed):
        [name] = listed.fill(1)
        headers = {"Origin": "https://evil.example"}
        assert listed.post(*tile(0, name, 0, "block"), headers=headers).status == 403
        assert marks(listed, name) == Marks()

    @pytest.mark.parametrize("script", [False, True])
    def test_a_form_that_is_too_old_comes_back_with_a_fresh_nonce(self, listed, script):
        [name] = listed.fill(1)
        sent = [("nonce", listed.nonce()), *tile(0, name, 0, "block")]
        listed.now += timedelta(minutes=16)
        headers = FORM | listed.cookie("moderator")
        headers |= {"Accept": "application/json"} if script else {}
        body = "&".join(typed({name: value}) for name, value in sent)
        reply = listed.ask("POST", headers=headers, body=body)
        assert (reply.status, listed.nonce() in reply.body) == (403, True)
        assert script or ("decision.0", "block") in checked(reply)
        assert marks(listed, name) == Marks()

    def test_a_nonce_of_another_batch_or_account_is_none(self, listed):
        [name] = listed.fill(1)
        for nonce in (listed.nonce("ben"), "x", ""):
            sent = [("nonce", nonce), *tile(0, name, 0, "block")]
            body = "&".join(typed({field: value}) for field, value in sent)
            headers = FORM | listed.cookie("moderator")
            assert listed.ask("POST", headers=headers, body=body).status == 403

    @pytest.mark.parametrize(
        "bad",
        [
            [("image.0", "../../x"), ("rev.0", "0")],
            [("image.0", "0100000#" + "a" * 16), ("rev.0", "x")],
            [("image.0", "0100000#" + "a" * 16), ("image.0", "0100000#" + "a" * 16)],
            tile(0, "0100000#" + "a" * 16, 0, "stop"),
            tile(0, "0100000#" + "a" * 16, 0, "", "Explicit"),
            tile(0, "0100000#" + "a" * 16, 0, "", "+"),
            tile(0, "0100000#" + "a" * 16, 0, "", "+Explicit", "-Explicit"),
            [*tile(0, "0100000#" + "a" * 16), *tile(1, "0100000#" + "a" * 16)],
            [pair for at in range(61) for pair in tile(at, f"{at:07d}#" + "a" * 16)],
            [("bulk", "stop")],
            [("bulk", "add"), ("bulk", "add")],
            [("x", "y")] * (MOST_FIELDS + 1),
        ],
    )
    def test_what_our_page_never_sends_is_refused(self, listed, bad):
        listed.fill(1)
        assert listed.post(*bad).status == 400

    def test_a_label_of_no_taxonomy_is_refused_and_the_rest_comes_back(self, listed):
        [name] = listed.fill(1)
        page = listed.post(*tile(0, name, 0, "block", added=["Bunny"]))
        assert (page.status, "That label is not known" in page.text) == (400, True)
        assert ("decision.0", "block") in checked(page)
        assert marks(listed, name) == Marks()

    def test_what_is_no_form_is_refused(self, listed):
        listed.fill(1)
        reply = listed.ask("POST", headers=listed.cookie("moderator") | {"Content-Type": "x/y"})
        assert reply.status == 415


class TestRevealing:
    def test_a_picture_is_shown_once_that_is_recorded(self, aws, listed):
        first, second = listed.fill(2, picture=jpeg())
        sent = [("reveal", second), *tile(0, first, 0, "block")]
        page = listed.post(*sent, below="reveal")
        assert page.status == 200
        assert re.search(r'class="original" src="https://[^"]+001\.jpg\?[^"]*X-Amz', page.body)
        assert ("decision.0", "block") in checked(page), "what was marked is not lost"
        [row] = listed.images.looks(BATCH, RULE, 9)
        assert (row["by"], row["account"], row["image"]) == ("Ana", "ana", second)
        assert "Ana looked at 001.jpg" in listed.ask(role="auditor").text
        assert aws.wire.made("TransactWriteItems") == []

    @pytest.mark.parametrize("role", ["moderator", "lead", "auditor"])
    def test_a_script_is_told_where_for_a_minute_and_the_page_may_load_it(self, listed, role):
        [name] = listed.fill(1, picture=jpeg())
        status, told = listed.script(("reveal", name), below="reveal", role=role)
        assert status == 200
        assert "X-Amz-Expires=60" in told["picture"]
        origin = told["picture"].partition("/batches/")[0]
        assert origin in listed.ask(role=role).headers["Content-Security-Policy"]

    def test_pictures_of_the_source_buckets_are_shown_too(self, listed):
        [name] = listed.fill(1, picture=jpeg(), bucket=SOURCE_BUCKET, key="a.png")
        assert listed.script(("reveal", name), below="reveal")[0] == 200

    @pytest.mark.parametrize("place", [{"bucket": "payroll"}, {"key": "ivs/a.jpg"}])
    def test_pictures_of_other_places_are_not(self, aws, listed, place):
        [name] = listed.fill(1, **place)
        status, told = listed.script(("reveal", name), below="reveal")
        assert (status, "picture" in told) == (404, False)
        assert listed.images.looks(BATCH, RULE, 9) == []
        assert "payroll" not in listed.ask().headers["Content-Security-Policy"]
        assert aws.wire.made("GetObject") == []

    def test_a_picture_that_is_gone_is_not_looked_at(self, listed):
        [name] = listed.fill(1)
        page = listed.post(("reveal", name), below="reveal")
        assert (page.status, "cannot be shown" in page.text) == (404, True)
        assert listed.images.looks(BATCH, RULE, 9) == []

    @pytest.mark.parametrize("name", ["", "../x", "0100000#" + "b" * 16])
    def test_what_is_no_image_of_the_list_is_not_shown(self, listed, name):
        listed.fill(1, picture=jpeg())
        assert listed.post(("reveal", name), below="reveal").status == 404

    def test_an_engineer_sees_them_blurred(self, listed):
        [name] = listed.fill(1, picture=jpeg())
        reply = listed.post(("reveal", name), below="reveal", role="engineer")
        assert reply.status == 403
        assert "amazonaws" not in reply.headers["Content-Security-Policy"]

    def test_a_get_shows_nothing(self, listed):
        listed.fill(1, picture=jpeg())
        assert listed.ask(below="reveal").status == 404


class TestTheReview:
    def test_the_rest_is_decided_on_the_reviews_own_page(self, listed):
        listed.fill(1)
        review_id = listed.ask_people()
        page = listed.ask()
        assert f'action="../../reviews/{review_id}"' in page.body
        assert page.decisions == ["allow", "block"]
        assert "Block the rest" in page.text
        assert listed.ask(role="auditor").decisions == []
        assert "your role looks" in listed.ask(role="auditor").text

    def test_a_review_that_is_closed_says_how_and_images_stay_open(self, listed):
        [name] = listed.fill(1)
        closed = {"status": "decided", "decision": "block", "by": "Ben", "via": "desk"}
        listed.ask_people(**closed, decided_at="2026-11-22T08:00:00.000Z")
        page = listed.ask()
        assert "The review of this list is closed" in page.text
        assert page.decisions == []
        assert listed.post(*tile(0, name, 0, "allow")).status == 303

    def test_a_review_past_its_deadline_is_not_decided_any_more(self, listed):
        listed.fill(1)
        listed.ask_people(deadline=1)
        assert "past its deadline" in listed.ask().text

    def test_the_row_of_a_list_may_name_its_review(self, listed):
        listed.fill(1)
        named = {"batch": BATCH, "item": f"rule#{RULE}", "rule": RULE, "images": 1}
        listed.put(named | {"execution": "arn:aws:states:us-east-1:1:execution:m:e-1"})
        listed.ask_people()
        assert "The rest of this list" in listed.ask().text
        listed.put(named | {"execution": "e-1", "review_id": "gone"})
        assert "The rest of this list" not in listed.ask().text
        listed.put(named)
        assert "The rest of this list" not in listed.ask().text


def test_what_live_reviews_said_is_shown_beside(listed):
    listed.fill(1)
    listed.put({"batch": "live", "item": "labels", "tp#Explicit": 3, "fp#Explicit": 1})
    page = listed.ask()
    assert "Model and people: live reviews" in page.text
    assert re.search(r"Explicit 3 1 0 75\.0", page.text)
