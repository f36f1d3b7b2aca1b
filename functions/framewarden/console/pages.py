"""Render the pages; whatever a template is given arrives in the page as text, never as markup."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewarden.console import static_files
from framewarden.console.problems import Words

if TYPE_CHECKING:
    from jinja2 import Environment

    from framewarden.console.authority import Visitor


@cache
def _environment() -> "Environment":
    # With the first page, not with the function: a picture or a stylesheet needs no templates.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(
    template: str, root: str, *, visitor: "Visitor | None" = None, here: str = "", **shown: Any
) -> str:
    """Render a template of a page at some depth below the stage's root.

    `visitor` is who is signed in; `here` is where somebody who signs in from this page comes back.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            root=root,
            static=lambda name: root + static_files.address(name),
            visitor=visitor,
            here=here,
            **shown,
        )
    )


def problem_page(words: Words, root: str, incident: str = "", *, sign_in: str | None = None) -> str:
    """Render what went wrong, and a way on; an incident's reference finds its log line."""
    return render("problem.html", root, words=words, incident=incident, sign_in=sign_in)
