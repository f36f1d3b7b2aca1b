from hypothesis import example, given
from hypothesis import strategies as st

from framewarden.domain.shadowing import NAMED, difference, is_chosen, is_readable

names = st.sampled_from(["Alcohol", "Drinking", "Smoking", "Weapons"])
said = st.dictionaries(names, st.floats(20, 100), max_size=4)


def answer(labels):
    return {"ModerationLabels": [{"Name": name, "Confidence": labels[name]} for name in labels]}


@given(st.text(), st.floats(0, 100), st.floats(0, 100))
def test_a_frame_of_a_share_is_one_of_any_larger_share(frame_id, one, other):
    less, more = sorted((one, other))
    assert is_chosen(frame_id, more) or not is_chosen(frame_id, less)
    assert is_chosen(frame_id, one) == is_chosen(frame_id, one)


@given(st.text())
def test_a_share_of_all_is_all_and_of_none_is_none(frame_id):
    assert is_chosen(frame_id, 100)
    assert not is_chosen(frame_id, 0)


def test_a_share_is_about_that_many():
    frames = [f"{number:064x}" for number in range(10_000)]
    for share in (1, 10, 50):
        chosen = sum(is_chosen(frame, share) for frame in frames)
        assert abs(chosen - 100 * share) < 200


@given(said, said)
@example({"Alcohol": NAMED}, {})
@example({"Alcohol": 49.99}, {})
@example({"Alcohol": 49.99}, {"Alcohol": 50.0})
def test_what_only_one_of_them_names_is_the_difference(ours, theirs):
    found = difference(answer(ours), answer(theirs))
    apart = {name for name in {*ours, *theirs} if _names(ours, name) != _names(theirs, name)}
    if not apart:
        assert found is None
        return
    live, shadow = found
    assert live == {name: ours[name] for name in apart if name in ours}
    assert shadow == {name: theirs[name] for name in apart if name in theirs}
    assert {*live, *shadow} == apart


@given(said, said)
def test_neither_has_the_better_place(ours, theirs):
    one, other = difference(answer(ours), answer(theirs)), difference(answer(theirs), answer(ours))
    assert one == (other and other[::-1])


def test_an_answer_without_labels_says_nothing():
    assert is_readable({"ModerationLabels": []})
    assert not is_readable({})
    assert not is_readable({"ModerationLabels": None})


def _names(labels, name):
    return labels.get(name, 0) >= NAMED
