"""`framewarden adapter hold`, `release` and `holds`: what no adapter may learn from."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from local.cli.adapter_training import ByOption
from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, say, table

ImageArgument = Annotated[
    str, typer.Argument(metavar="s3://BUCKET/KEY", help="Where the image lies.")
]
FACTS = ("reason", "by", "account", "at")


def hold(
    image: ImageArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with the hold.")],
    by: ByOption = "",
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Keep an image out of every training from now on; what is trained already is not changed."""
    from framewarden.domain.times import iso
    from local.adapters import stores_of

    ref = _checked(image)
    reason = reason.strip()
    if not reason:
        raise typer.BadParameter("say why it is on hold.", param_hint="--reason")
    target = target_of(stack, region)
    row = {
        "reason": reason,
        "by": by or getpass.getuser(),
        "account": None,
        "at": iso(datetime.now(UTC)),
    }
    with stores_of(target) as stores:
        stores.adapters.hold(ref, row)
    if json_:
        emit_json({"image": ref, **row})
    say(f"{ref} is on hold: no adapter is trained with it.")
    say(f"End the hold with: framewarden adapter release {ref}{target.option}")


def release(
    image: ImageArgument,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """End the hold of an image: the next training may learn from it again."""
    from local.adapters import stores_of
    from local.errors import OperatorError

    ref = _checked(image)
    target = target_of(stack, region)
    with stores_of(target) as stores:
        # An address with a slip of the pen would leave the hold that was meant.
        if ref not in {row["item"] for row in stores.adapters.holds()}:
            raise OperatorError(
                f"{ref} is not on hold.",
                f"See what is with: framewarden adapter holds{target.option}",
            )
        stores.adapters.let_go(ref)
    if json_:
        emit_json({"image": ref, "released": True})
    say(f"{ref} is not on hold any more.")


def holds(
    stack: StackOption = None, region: RegionOption = None, json_: JsonOption = False
) -> None:
    """List the images on hold."""
    from local.adapters import stores_of

    with stores_of(target_of(stack, region)) as stores:
        found = [
            {"image": row["item"], **{name: row.get(name) for name in FACTS}}
            for row in stores.adapters.holds()
        ]
    if json_:
        emit_json(found)
    elif found:
        columns = ("image", "reason", "by", "at")
        table(columns, [[one[column] for column in columns] for one in found])
    else:
        say("No image is on hold.")


def _checked(image: str) -> str:
    """Return the address of one image, as examples spell it."""
    bucket, _, key = image.removeprefix("s3://").partition("/")
    if not image.startswith("s3://") or not bucket or not key or key.endswith("/"):
        raise typer.BadParameter(
            f"{image!r} is not the address of an image.", param_hint="s3://BUCKET/KEY"
        )
    return image
