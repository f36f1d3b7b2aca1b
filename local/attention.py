"""Give what waits for somebody its remedy in this terminal: one line each."""

from __future__ import annotations

from typing import Any

from framewarden.domain import live_adapter
from framewarden.domain.attention import RECORDING_FAILED, short_id
from framewarden.domain.troubles import REPEATED, UNKNOWN, Trouble, what_failed
from framewarden.health import Health
from local.channel_rows import WITHOUT_INDEX
from local.target import Target

Document = dict[str, Any]
KINDS = ("bans", "failed_stops", "unseen", "given_up", "undelivered")
OLD = "The stack is older than this command. Deploy this version of the template"


def entries(found: Health, target: Target) -> Document:
    """Return the entries of `status --json`; null where they could not be read."""
    told: Document = {}
    for kind in KINDS:
        listed = getattr(found, kind)
        told[kind] = listed and [{**one, "remedy": remedy(kind, one, target)} for one in listed]
    return told


def adapter_of(found: Health, target: Target) -> Document | None:
    """Return how the live adapter stands; null where it could not be read."""
    one = found.adapter
    return {**one, "remedy": remedy("adapter", one, target)} if one else None


def problem(trouble: Trouble, target: Target) -> str:
    """Say what is wrong and what mends it here."""
    about = trouble.about
    if about is None:
        return str(trouble) if trouble.remedy else f"{trouble.says}; see all with --json"
    if trouble.entry == "policy":
        return str(about["reason"])
    return f"{trouble.says}. {remedy(trouble.entry, about, target) or trouble.remedy}"


def remedy(kind: str, about: Any, target: Target) -> str:
    """Return the command that mends something; empty where it is none of ours."""
    if kind == "adapter":
        return _of_adapter(about, target.option)
    if "channel_arn" in about:
        return _of_channel(kind, about, short_id(about["channel_arn"]), target.option)
    if kind == "given_up":
        return f"{what_failed(about['kind'])} {_forget(about, target)}"
    if kind == "undelivered":
        return REPEATED
    if kind == "oldest":
        return f"Decide it with: framewarden reviews decide {about['review_id']}{target.option}"
    if kind == UNKNOWN and about["error"] in WITHOUT_INDEX:
        deploy = "framewarden up" if target.is_laptop else "make build, then sam deploy"
        return f"{OLD}: {deploy}"
    return ""


def _of_adapter(about: Any, option: str) -> str:
    if about["state"] == live_adapter.SILENT:
        return f"Promote another one or roll back: framewarden adapter show{option}"
    if about["state"] == live_adapter.EXPIRING:
        return f"Train another one, and promote it: framewarden adapter train{option}"
    return ""


def _of_channel(kind: str, about: Any, name: str, option: str) -> str:
    if kind == "bans":
        return f"Lift it with: framewarden channels reinstate {name}{option}"
    if kind == "failed_stops":
        return f"Stop it again with: framewarden channels stop {name}{option}"
    recording = "Let its encoder connect anew"
    capture = f"Find out why with: framewarden doctor{option}"
    first = recording if about["reason"] == RECORDING_FAILED else capture
    return f"{first}; or stop it: framewarden channels stop {name}{option}"


def _forget(about: Any, target: Target) -> str:
    key = f'{{"id": {{"S": "{about["id"]}"}}}}'
    return (
        f"Forget it with: aws dynamodb delete-item --table-name {target.output('OutboxTable')} "
        f"--key '{key}' --region {target.region}"
    )
