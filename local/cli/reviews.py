"""`framewarden reviews list`, `show` and `decide`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from local.cli.options import JsonOption, RegionOption, StackOption, group, target_of
from local.cli.output import emit_json, say, table


class Status(StrEnum):
    """What `--status` takes."""

    pending = "pending"
    decided = "decided"
    expired = "expired"


class Decision(StrEnum):
    """What a person may decide; the review's page says which of them it offers."""

    allow = "allow"
    stop = "stop"
    block = "block"
    escalate = "escalate"
    uphold = "uphold"
    reinstate = "reinstate"


ReviewArgument = Annotated[str, typer.Argument(metavar="ID", help="The review's id.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    reviews = group("Look at what people are asked, and decide.")
    reviews.command("list")(list_)
    reviews.command()(show)
    reviews.command()(decide)
    app.add_typer(reviews, name="reviews")


def list_(
    status: Annotated[Status | None, typer.Option(help="Only these; all by default.")] = None,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """List reviews, the most urgent first, each with a fresh link."""
    from local.reviews import listed

    found = listed(target_of(stack, region), status)
    if json_:
        emit_json(found)
        return
    table(
        ("review", "status", "decision", "severity", "deadline", "frames", "labels", "link"),
        (
            (
                review["review_id"],
                review["status"],
                review["decision"],
                review["severity"],
                review["deadline"],
                review["frames"],
                ", ".join(label["name"] for label in review["labels"]) or None,
                review["url"],
            )
            for review in found
        ),
    )
    if not found:
        say("No reviews." if status is None else f"No {status.value} reviews.")


def show(
    review_id: ReviewArgument,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Show one review, with a fresh link."""
    from local.reviews import shown

    review = shown(target_of(stack, region), review_id)
    if json_:
        emit_json(review)
    else:
        table(("", ""), review.items())


def decide(
    review_id: ReviewArgument,
    decision: Annotated[Decision, typer.Argument(help="What to do.")],
    note: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    by: Annotated[str, typer.Option(help="Your name; kept with the decision.", envvar="USER")] = "",
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Decide a review through its page, as its link does: the first decision counts."""
    from local.reviews import decide as decide_once

    told = decide_once(target_of(stack, region), review_id, decision.value, by, note)
    if json_:
        emit_json(told)
    if told["accepted"]:
        say(f"Decided: {decision.value}.")
        return
    say(f"Not applied, because the page says: {told['says']}")
    decided = f"{told['decision']} by {told['by']}" if told["decision"] else "no decision"
    say(f"What stands: {told['status']}, {decided}.")
    # The same decision twice is what was wanted.
    if told["decision"] != decision.value:
        raise typer.Exit(1)
