"""What was not evaluated is said, whatever the row says about it, and never ticked."""

from framewarden.console.unevaluated import BETWEEN, SOUND, UNNAMED, WRITING, unevaluated
from framewarden.domain import taxonomy


def test_the_row_knows_best(world):
    assert unevaluated(world.review(not_evaluated=["sound", "text"])) == ("sound", "text")
    assert unevaluated(world.review(not_evaluated="sound")) == ("sound",)


def test_of_what_was_not_analysed_nothing_was_evaluated(world):
    [what] = unevaluated(world.review(category="unscreened", model_version=None, labels=[]))
    assert what.startswith("anything at all")


def test_a_model_of_the_taxonomy_looks_at_pixels_only(world):
    assert unevaluated(world.review()) == (SOUND, WRITING, BETWEEN)
    assert unevaluated(world.review(model_version="7.1")) == (SOUND, WRITING, BETWEEN)
    assert unevaluated(world.review(channel_arn=None)) == (WRITING,)


def test_of_another_model_only_what_it_found_is_known(world):
    first, *never = unevaluated(world.review(model_version="some-model-1.2"))
    assert never == [SOUND, WRITING, BETWEEN]
    assert first.startswith("not known to be looked for by this model (some-model-1.2): ")
    others = [name for name in taxonomy.CATEGORIES if name != "Explicit"]
    assert first.endswith("; ".join(others))
    unknown = [{"name": "Brand New", "parent": "", "confidence": 50}]
    first, *_ = unevaluated(world.review(model_version="x", labels=unknown))
    assert "Explicit" in first


def test_a_model_without_a_name_says_nothing(world):
    assert unevaluated(world.review(model_version=None))[0] == UNNAMED


def test_the_page_never_ticks_anything(world):
    world.add(labels=[])
    body = world.get().body
    assert "✓" not in body and "✔" not in body and "green" not in body
    assert "Not evaluated sound and speech writing in the picture" in world.get().text
