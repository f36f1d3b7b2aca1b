"""What people say about labels while deciding: read, checked, kept, and shown again."""

import pytest

from framewarden.console import label_form
from framewarden.domain import taxonomy

NIPPLE = "Exposed Female Nipple"


def judged(world, **fields):
    """Press stop with what was said about labels; return what the store was told."""
    named = {"label.0.name": NIPPLE, **fields}
    reply = world.signed_in("moderator").press("stop", **named)
    return reply, world.decided[-1][2]["labels"] if world.decided else None


def label(name, confidence=90):
    return {"name": name, "parent": None, "level": 1, "confidence": confidence}


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({}, None),
        ({"label.0": ""}, None),
        ({"label.0": "confirm"}, {"confirmed": [NIPPLE], "denied": [], "added": []}),
        ({"label.0": "deny"}, {"confirmed": [], "denied": [NIPPLE], "added": []}),
        ({"add": "Weapons"}, {"confirmed": [], "denied": [], "added": ["Weapons"]}),
        ({"add": " weapons "}, {"confirmed": [], "denied": [], "added": ["Weapons"]}),
        # Found since the page was made: whoever adds it confirms it.
        ({"add": NIPPLE}, {"confirmed": [NIPPLE], "denied": [], "added": []}),
        ({"add": NIPPLE, "label.0": "deny"}, {"confirmed": [], "denied": [NIPPLE], "added": []}),
    ],
)
def test_what_is_said_is_kept_by_name(world, fields, kept):
    world.add()
    reply, labels = judged(world, **fields)
    assert (reply.status, labels) == (303, kept)


def test_a_label_that_was_found_when_the_page_was_made_is_still_known(world):
    world.add(labels=[label("Alcohol")])
    reply, labels = judged(world, **{"label.0": "confirm"})
    assert (reply.status, labels["confirmed"]) == (303, [NIPPLE])


def test_a_label_that_only_the_model_knows_is_judged_like_any_other(world):
    world.add(labels=[label("Brand New")])
    reply, labels = judged(world, **{"label.0.name": "Brand New", "label.0": "deny"})
    assert (reply.status, labels["denied"]) == (303, ["Brand New"])


@pytest.mark.parametrize(
    "fields",
    [
        {"label.0.name": "<b>Nonsense</b>", "label.0": "confirm"},
        {"add": "<b>Nonsense</b>"},
    ],
)
def test_a_name_that_nobody_knows_is_refused_and_not_echoed(world, fields):
    world.add()
    reply, labels = judged(world, **fields)
    assert (reply.status, labels) == (400, None)
    assert "That label is not known" in reply.text
    assert "Nonsense" not in reply.body


@pytest.mark.parametrize(
    "sent",
    [
        "label.0=perhaps",
        "label.0=confirm&label.0=deny",
        "label.1=confirm",
        "label.1=confirm&label.1.name=" + NIPPLE + "&label.0=deny",
        "&".join(f"add=x{number}" for number in range(300)),
    ],
)
def test_a_form_that_contradicts_itself_cannot_be_read(world, sent):
    world.add()
    person = world.signed_in("moderator")
    body = f"decision=stop&nonce={person.nonce()}&label.0.name={NIPPLE}&{sent}"
    headers = {**person.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    reply = world.ask("POST", "/reviews/r1", None, body, headers)
    assert (reply.status, "could not be read" in reply.text) == (400, True)
    assert world.decided == []


def test_everything_can_be_said_about_every_label_at_once(world):
    names = taxonomy.LABEL_NAMES
    world.add(labels=[label(name) for name in names[:26]])
    fields = {f"label.{index}.name": name for index, name in enumerate(names[:26])}
    fields |= {f"label.{index}": "confirm" for index in range(26)}
    fields |= {"add": list(names[26:]), "note": "🦊" * 2000}
    person = world.signed_in("moderator")
    assert person.press("stop", **fields).status == 303
    labels = world.decided[0][2]["labels"]
    assert (labels["confirmed"], labels["added"]) == (list(names[:26]), list(names[26:]))


def test_what_was_said_is_still_in_the_form_when_it_is_refused(world):
    world.add()
    page = world.get()
    said = {"label.0.name": NIPPLE, "label.0": "deny", "add": "Weapons"}
    reply = world.post(**page.fields | {"nonce": "1.x"}, **said, note="typed", name="Ana")
    assert reply.status == 403
    assert 'name="label.0" value="deny" checked' in reply.body
    assert 'name="add" value="Weapons" checked' in reply.body
    assert '<details class="labels" open>' in reply.body
    assert reply.body.count(" checked") == 2
    assert 'value="Ana"' in reply.body
    assert "\ntyped</textarea>" in reply.body
    assert " checked" not in page.body


def test_what_was_said_is_shown_once_it_is_decided(world):
    world.add(
        labels=[label(NIPPLE), label("Alcohol"), label("Weapons")],
        status="decided",
        decision="stop",
        labels_judged={"confirmed": [NIPPLE], "denied": ["Alcohol"], "added": ["Gambling"]},
    )
    text = world.get().text
    assert f"{NIPPLE} 90.0 % A person confirmed it." in text
    assert "Alcohol 90.0 % A person said that it is wrong." in text
    assert "Weapons 90.0 % Not evaluated" not in text
    assert text.count("A person") == 2
    assert "Added by whoever decided: Gambling." in text
    assert "fieldset" not in world.get().body


def test_what_can_be_added_is_the_whole_taxonomy_but_what_was_found():
    assert sum(len(group.labels) for group in label_form.groups(())) == 52
    groups = label_form.groups(["Explicit", "Gambling", "Sex Toys"])
    assert [group.category for group in groups] == [
        name for name in taxonomy.CATEGORIES if name != "Gambling"
    ]
    explicit = groups[0]
    assert explicit.labels[:2] == (("Explicit Nudity", 2), ("Exposed Male Genitalia", 3))


def test_who_may_not_decide_says_nothing_about_labels_either(world):
    world.add()
    body = world.signed_in("auditor").get().body
    assert "fieldset" not in body
    assert 'name="add"' not in body
