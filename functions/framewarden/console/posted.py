"""Read what a form has sent, as names and values; each kind of form says how much that may be."""

from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl

from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request

Pairs = list[tuple[str, str]]


def sent_by(
    request: Request, most_bytes: int, most_fields: int, names: Collection[str]
) -> tuple[Pairs, dict[str, str]]:
    """Return all fields of a form, and those of these names, each sent at most once.

    Raises
    ------
    RefusedError
        It is no form, is too large, cannot be read, or has one of these twice.
    """
    pairs = pairs_of(request, most_bytes, most_fields)
    return pairs, once(pairs, names)


def pairs_of(request: Request, most_bytes: int, most_fields: int) -> Pairs:
    """Return the fields of a form in their order.

    Raises
    ------
    RefusedError
        It is no form, is too large, or cannot be read.
    """
    if not request.is_form:
        raise RefusedError(Problem.NOT_A_FORM)
    if request.body is None:
        raise RefusedError(Problem.MALFORMED)
    if len(request.body) > most_bytes:
        raise RefusedError(Problem.TOO_LARGE)
    body = request.body.decode("utf-8", "replace")
    try:
        return parse_qsl(body, keep_blank_values=True, max_num_fields=most_fields)
    except ValueError:
        raise RefusedError(Problem.MALFORMED) from None


def once(pairs: Iterable[tuple[str, str]], names: Collection[str]) -> dict[str, str]:
    """Return the fields of these names; others are left out.

    Raises
    ------
    RefusedError
        One was sent twice.
    """
    known = [(name, value) for name, value in pairs if name in names]
    if len(dict(known)) != len(known):
        raise RefusedError(Problem.MALFORMED)
    return dict(known)
