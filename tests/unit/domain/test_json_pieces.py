import json

import pytest

from framewarden.domain.json_pieces import lines_of, listed_in

ERRORS = [{"line-number": number, "message": "Grüße ]}"} for number in range(40)]
SUMMARY = {"version": "1.0", "statistics": {"total-json-lines": 9}, "errors": ERRORS}


def cut(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_is_read_however_it_is_cut(size, indent):
    data = json.dumps(SUMMARY, indent=indent, ensure_ascii=False).encode()
    assert list(listed_in(cut(data, size), "errors")) == ERRORS


@pytest.mark.parametrize("document", [{}, {"errors": []}, {"statistics": {"a": 1}}])
def test_a_list_that_is_empty_or_lacks_has_nothing(document):
    assert list(listed_in(cut(json.dumps(document).encode(), 5), "errors")) == []


@pytest.mark.parametrize("end", [b"", b',{"line', b"x"])
def test_a_list_that_breaks_off_is_an_error(end):
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        list(listed_in([b'{"errors": [{"a": 1}', end], "errors"))


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_lines_are_read_however_they_are_cut(size, end):
    data = ("\n".join(json.dumps(error) for error in ERRORS) + end).encode()
    assert list(lines_of(cut(data, size))) == ERRORS
