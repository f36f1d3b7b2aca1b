import inspect
import re

import pytest

from framewarden.domain import errors
from framewarden.domain.errors import (
    FramewardenError,
    PermanentError,
    PolicyInvalidError,
    TransientError,
)


def leaves(kind):
    return [
        found
        for _, found in inspect.getmembers(errors, inspect.isclass)
        if issubclass(found, kind) and found.__bases__ == (kind,)
    ]


LEAVES = leaves(TransientError) + leaves(PermanentError)


def test_the_tree_is_flat_and_closed():
    ours = [found for _, found in inspect.getmembers(errors, inspect.isclass)]
    assert set(ours) == {FramewardenError, TransientError, PermanentError, *LEAVES}


def test_the_modules_docstring_names_every_leaf_under_its_branch():
    transient, permanent = errors.__doc__.split("PermanentError", 1)
    for kind, told in ((TransientError, transient), (PermanentError, permanent)):
        named = set(re.findall(r"[├└]─ (\w+Error) ", told)) - {"TransientError"}
        assert named == {leaf.__name__ for leaf in leaves(kind)}


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_a_leaf_is_never_blank(leaf):
    failure = leaf([(("rules", 0), "why")]) if leaf is PolicyInvalidError else leaf("why")
    assert "why" in str(failure)
    assert leaf.__doc__
    with pytest.raises(TypeError):
        leaf()


def test_an_invalid_policy_keeps_every_problem_and_says_where_it_is():
    failure = PolicyInvalidError([(("rules", 0, "label"), "unknown"), (("name",), "missing")])
    assert str(failure) == "rules.0.label: unknown; name: missing"
    assert failure.problems[1] == (("name",), "missing")
