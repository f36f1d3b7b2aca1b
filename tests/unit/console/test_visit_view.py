import json

from framewarden.console.document import Room, sent, shown
from framewarden.console.visit_view import ANSWER_CHARACTERS, DOCUMENT_CHARACTERS, view_of
from framewarden.inspecting import visit_data
from tests.unit.console.execution_world import FRAME_ID, Told, World, stopped

LAMBDA = 6 * 1024 * 1024  # an answer's quota


def view(told, number, status="SUCCEEDED"):
    return view_of(*visit_data(World(told, status).sources, "moderate", FRAME_ID, number))


def titles(found):
    return [piece.title for piece in found.pieces]


def test_later_tries_tell_only_what_is_new():
    found = view(stopped(), 5)
    assert titles(found) == [
        "Input",
        "Output",
        "Parameters of try 1",
        "Cause of the failure of try 1",
        "Cause of the failure of try 2",
        "Result of try 3",
    ]
    assert found.errors[0].startswith("Try 1: StreamStillLiveError: the stop was accepted")
    assert len(found.errors) == 2


def test_parameters_that_differ_are_told_again():
    told = Told()
    told.enter("Analyze")
    for number in (1, 1, 2):
        told.schedule(number=number)
        told.fail("A")
    assert [one for one in titles(view(told, 1)) if one.startswith("Par")] == [
        "Parameters of try 1",
        "Parameters of try 3",
    ]


def test_one_try_is_not_counted():
    told = Told()
    told.enter("Analyze")
    told.schedule()
    told.fail("Lambda.Unknown", "died")
    found = view(told, 1)
    assert titles(found) == ["Input", "Parameters", "Cause of the failure"]
    assert [error.partition(":")[0] for error in found.errors] == ["Lambda.Unknown"]
    assert (found.number, found.state, found.kind) == (1, "Analyze", "Task")


def test_an_answer_never_outgrows_what_a_function_may_answer():
    """The worst that Step Functions keeps: 256 KB each time, of what takes most room in a page."""
    for worst in ('"', "😀", "\n", "<"):
        size = 256 * 1024 // len(worst.encode()) // (2 if worst == '"' else 1)
        told = Told(document={"long": worst * size})
        told.enter("Analyze")
        for number in range(8):
            told.schedule(long=worst * size, number=number)
            told.fail("A", worst * size)
        told.leave("Analyze")
        found = view(told, 1)
        assert sum(sent(piece.shown.text) for piece in found.pieces) <= ANSWER_CHARACTERS + 100
        assert found.pieces[-1].shown.left_out > 0
        reply = World(told).ask("/visits/1")
        assert len(json.dumps(reply.body)) < LAMBDA


def test_what_is_cut_says_how_much_is_missing():
    assert shown("x" * 10, 4).left_out == 6
    assert shown({"a": 1}, 99).text == '{\n "a": 1\n}'
    assert shown(None, 9).text == "null"
    room = Room(1000)
    first, second = room.take("x" * 600, DOCUMENT_CHARACTERS), room.take("y" * 600, 500)
    assert (first.left_out, len(second.text) + second.left_out) == (0, 600)
    assert 0 < len(second.text) <= 398
    assert room.take("z" * 9000, 9000).left_out > 8000


def test_half_a_character_does_no_harm():
    assert shown(json.loads('"\\ud800 x"'), 9).text == "? x"
