"""Hold template.yaml to the addresses that the pages answer: none missing, none that nobody has."""

import re
from typing import Any, NoReturn

import pytest

from framewarden.console import (
    adapter,
    adapters,
    batch,
    batches,
    channel,
    execution,
    executions,
    frame,
    front,
    health,
    picture,
    policy,
    queue,
    review,
    sheet,
    sign_in,
    verify,
)
from tests.unit.template_reading import Template


def never() -> NoReturn:
    raise AssertionError("routes are known before anything is made for them")


CODE: dict[str, dict[str, Any]] = {
    "DeskPageFunction": {**front.routes(never), **sign_in.routes(never), **queue.routes(never)},
    "ReviewPageFunction": dict(review.routes(never)),
    "PicturePageFunction": {**picture.routes(never), **sheet.routes(never)},
    "ChannelPageFunction": dict(channel.routes(never)),
    "ExecutionPageFunction": {
        **executions.routes(never),
        **execution.routes(never),
        **frame.routes(never),
        **policy.routes(never),
    },
    "HealthPageFunction": dict(health.routes(never)),
    "BatchPageFunction": {
        **batches.routes(never),
        **batch.routes(never),
        **verify.routes(never),
    },
    "AdapterPageFunction": {**adapters.routes(never), **adapter.routes(never)},
}
NOTHING = ("GET", "/{proxy+}")
# Where a link leads, or what somebody may paste into a chat: scanners and previews ask by HEAD.
SHARED = {
    *("/", "/sign-in", "/reviews/{review_id}", "/channels/{service}/{channel_id}"),
    *("/executions/{machine}/{name}", "/frames/{frame_id}"),
    *("/batches/{batch_id}", "/batches/{batch_id}/verify"),
    *("/adapters", "/adapters/{name}"),
}
# Pages without a form.
LOOKING = ("PicturePageFunction", "ExecutionPageFunction", "HealthPageFunction")


def declared(function: str) -> set[tuple[str, str]]:
    """Return the methods and paths that API Gateway sends to a function."""
    events = Template().events("Api")
    return {(about["Method"], about["Path"]) for name, _, about in events if name == function}


def answered(function: str) -> set[tuple[str, str]]:
    """Return the methods and paths that its code answers, as API Gateway spells them."""
    return {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule))
        for rule, methods in CODE[function].items()
        for method in methods
    }


@pytest.mark.parametrize("function", CODE)
def test_a_page_is_reached_where_it_answers(function: str) -> None:
    reached = declared(function) - {NOTHING}
    assert reached <= answered(function)
    assert {route for route in answered(function) if route[0] != "HEAD"} <= reached


def test_whoever_only_asks_whether_a_shared_page_is_there_is_answered() -> None:
    asked = {path for function in CODE for method, path in declared(function) if method == "HEAD"}
    assert asked == SHARED


def test_every_other_address_has_our_own_page() -> None:
    assert [function for function in CODE if NOTHING in declared(function)] == ["DeskPageFunction"]
    assert {name for name, _, _ in Template().events("Api")} == set(CODE)


@pytest.mark.parametrize("function", LOOKING)
def test_a_page_without_a_form_is_only_asked(function: str) -> None:
    asked = declared(function) | answered(function)
    assert {method for method, _ in asked} <= {"GET", "HEAD"}
