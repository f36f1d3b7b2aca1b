"""Render the pages; whatever a template is given arrives in the page as text, never as markup."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewarden.console import static_files
from framewarden.console.form import NAME_LENGTH, NOTE_LENGTH, Form
from framewarden.console.problems import Words

if TYPE_CHECKING:
    from jinja2 import Environment

    from framewarden.console.case import Case
    from framewarden.console.channel_view import ChannelView


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


def render(template: str, root: str, **shown: Any) -> str:
    """Render a template of a page at some depth below the stage's root."""
    return (
        _environment()
        .get_template(template)
        .render(
            root=root,
            static=lambda name: root + static_files.address(name),
            **shown,
        )
    )


def review_page(
    case: "Case",
    root: str,
    *,
    address: str,
    picture: str,
    channel: str | None,
    nonce: str,
    form: Form,
    notice: Words | None,
) -> str:
    """Render a review; `form` holds what was typed before.

    The nonce is of the one form that the page has: the review's own, or, where the session came
    back, the channel's, which stands at the address `channel`.
    """
    return render(
        "review.html",
        root,
        case=case,
        address=address,
        picture=picture,
        channel=channel,
        nonce=nonce,
        form=form,
        notice=notice,
        name_length=NAME_LENGTH,
        note_length=NOTE_LENGTH,
    )


def channel_page(
    view: "ChannelView",
    root: str,
    *,
    address: str,
    nonce: str,
    once: str,
    form: Form,
    notice: Words | None,
) -> str:
    """Render a channel; `form` holds what was typed before."""
    return render(
        "channel.html",
        root,
        view=view,
        address=address,
        nonce=nonce,
        once=once,
        form=form,
        notice=notice,
        name_length=NAME_LENGTH,
        note_length=NOTE_LENGTH,
    )


def problem_page(words: Words, root: str, incident: str = "") -> str:
    """Render what went wrong; an incident's reference finds its log line."""
    return render("problem.html", root, words=words, incident=incident)


def home_page(root: str) -> str:
    """Render what stands at the root."""
    return render("home.html", root)
