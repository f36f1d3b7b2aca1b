from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.aws.dynamo import typed, untyped

NUMBERS = st.integers(-(10**30), 10**30) | st.floats(
    -(10**6), 10**6, allow_nan=False, allow_subnormal=False
).map(lambda number: round(number, 4))
VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | NUMBERS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
    max_leaves=5,
)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.text(min_size=1), VALUES))
def test_a_row_comes_back_as_it_was_written(row):
    assert untyped(typed(row)) == row


def test_numbers_come_back_as_python_wants_them():
    row = untyped(typed({"count": 3, "confidence": 92.3411, "whole": 5.0, "pair": (1, 2)}))
    assert row == {"count": 3, "confidence": 92.3411, "whole": 5, "pair": [1, 2]}
    assert type(row["count"]) is int
    assert type(row["confidence"]) is float
