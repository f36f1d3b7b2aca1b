"""Write adapters for people: what is live and all of them, or one beside the base model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import typer

from framewarden.console.adapter_evaluation import Pair, compare
from framewarden.console.adapter_shadow import view_of
from framewarden.console.adapter_words import (
    event_words,
    expiry_words,
    named,
    sentence,
    standing,
    status_words,
)
from framewarden.console.batch_words import number
from framewarden.domain import adapters
from local.adapter_drawing import Bars, chart_of
from local.cli import adapter_readiness
from local.cli.adapter_readiness import tell
from local.cli.execution_view import stdout
from local.cli.output import say, table
from local.execution_words import took
from local.target import Target

# What a terminal shows of each list; JSON has more.
SHOWN = 10
ON_TEST, ON_LIVE = "on the test images", "on the last live decisions"

Document = Mapping[str, Any]


def write_all(told: Document, target: Target) -> None:
    """Write what is live, who changed that, and a line for each adapter."""
    stdout()
    table(("", ""), [fact for fact in _switch(told) if fact[1]])
    if told["adapters"]:
        typer.echo()
        columns = ("adapter", "status", "errors", "labels", "by", "started")
        table(columns, map(_line, told["adapters"]))
    if told["events"]:
        typer.echo()
        table(("when", "who", "what"), map(_event, told["events"][:SHOWN]))
    if not told["adapters"]:
        say("No adapter was trained yet.")
        say(f"See whether one can be with: framewarden adapter readiness{target.option}")


def write(told: Document, target: Target) -> None:
    """Write all of an adapter: how it stands, both models side by side, and what people may do."""
    stdout()
    table(("", ""), [fact for fact in _facts(told) if fact[1] is not None])
    if told["status"] == adapters.NOT_READY and told["readiness"]:
        typer.echo()
        adapter_readiness.write(told["readiness"], target)
    if told["evaluation"]:
        _write_comparison(told["evaluation"], ON_TEST)
        _write_picture(told)
    if told["live_check"]:
        _write_comparison(told["live_check"], ON_LIVE)
    if told["gate"]:
        typer.echo()
        for said in told["gate"]["said"]:
            tell(sentence(said))
    _write_shadow(told)
    for line in _next(told, target.option):
        say(line)


def _switch(told: Document) -> Iterator[tuple[str, str | None]]:
    live, shadow = told["live"], told["shadow"]
    yield "live", named(live and live["name"])
    since = told["live_since"]
    yield "since", f"{since}, by {told['live_by']}" if since else None
    expiry = expiry_words(told["health"], live and live["arn"])
    yield "warning", f"{expiry.says} {expiry.remedy}" if expiry else None
    before = [named(one and one["name"]) for one in reversed(told["before"])]
    yield "before", ", ".join(before)
    yield "shadow", f"{shadow['name']}, for {shadow['share']:g} % of frames" if shadow else None
    yield "in training", told["training"]
    yield "page", told["url"]


def _line(one: Document) -> tuple[object, ...]:
    role = ", live" * one["live"] + ", in the shadow" * (one["shadow_share"] is not None)
    wrong = one["base_errors"]
    errors = None if wrong is None else f"{wrong:,} -> {one['adapter_errors']:,}"
    labels = ", ".join(one["labels"]) or None
    return (
        *(one["name"], status_words(one).word + role, errors, labels),
        *(one["by"], one["started_at"][:16]),
    )


def _event(one: Document) -> tuple[object, ...]:
    return one["at"], one["by"], event_words(one)


def _facts(told: Document) -> Iterator[tuple[str, object]]:
    yield "adapter", told["name"]
    yield "status", status_words(told).word
    how = standing(told)
    yield "", f"{how.says} {how.remedy}".strip()
    yield "live", "yes" if told["live"] else "no"
    share = told["shadow_share"]
    yield "shadow", None if share is None else f"for {share:g} % of frames"
    learns = (told["readiness"] or {}).get("training") or told["labels"]
    yield "learns", ", ".join(learns or ()) or None
    sets = told["manifests"]
    yield (
        "images",
        f"{sets['train']['images']:,} to train, {sets['test']['images']:,} to test"
        if sets
        else None,
    )
    yield "arn", told["arn"]
    yield "started", f"{told['started_at']} by {told['by']}"
    yield "ended", told["ended_at"]
    billed = told["billable_seconds"]
    yield "billed", f"{took(float(billed))} of training" if billed else None
    yield "attempt", told["attempt"] if told["attempt"] != 1 else None
    yield "page", told["url"]


def _write_comparison(about: Document, where: str) -> None:
    compared = compare(about, where)
    missed = int(about.get("missed") or 0)
    unseen = f"; {number(missed, 'image')} could not be asked about" if missed else ""
    tell(
        f"\nBase model -> adapter {where}: {number(compared.images, 'image')}, "
        f"from {float(about['threshold']):g} % on{unseen}."
    )
    columns = ("label", "there", "wrongly found", "missed", "precision", "recall")
    lines = [*compared.lines, compared.whole] if len(compared.lines) > 1 else compared.lines
    table(
        columns,
        [
            (one.label, one.there, *map(_both, (one.wrong, one.missed, one.precision, one.recall)))
            for one in lines
        ],
    )
    for said in compared.worse:
        tell(said)


def _both(pair: Pair) -> str:
    return f"{pair.base} -> {pair.adapter}"


def _write_picture(told: Document) -> None:
    chart = chart_of(dict(told))
    if chart is None:
        return
    tell("\nErrors (wrongly found and missed) from each confidence on, in %:")
    stdout().print(Bars(chart, float(told["evaluation"]["threshold"])))
    tell(chart.tells)


def _write_shadow(told: Document) -> None:
    shadow = told["shadow"]
    seen = view_of(told["shadow_share"], shadow, shadow["disagreements"], datetime.now(UTC))
    if seen is None:
        return
    tell(f"\nIn the shadow: {seen.says}")
    if seen.disagreements:
        columns = ("frame", "only live", "only in the shadow", "key")
        rows = seen.disagreements[:SHOWN]
        table(columns, [(one.short, one.live, one.shadow, one.key) for one in rows])


def _next(told: Document, option: str) -> Iterator[str]:
    """Say what one may do now."""
    name, status = told["name"], told["status"]
    if status in adapters.LIVE:
        yield f"Watch it with: framewarden adapter show {name} --follow{option}"
    elif status in adapters.AGAIN:
        yield f"Train it again with: framewarden adapter train --name {name}{option}"
    elif told["live"]:
        yield f"Go back with: framewarden adapter rollback{option}"
    elif status == adapters.PASSED:
        yield f"Try it in the shadow with: framewarden adapter shadow {name} --share 10{option}"
        yield f"Make it live with: framewarden adapter promote {name}{option}"
