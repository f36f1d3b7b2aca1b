"""Keep the state file that says which laptop cloud runs where."""

import json
import os
from dataclasses import asdict
from typing import Any

from local.laptop.connection import Cloud
from local.laptop.home import Home
from local.laptop.processes import Server


def write_record(cloud: Cloud) -> None:
    """Write the state file, whole or not at all, readable by its owner only."""
    document = {
        "endpoint": cloud.endpoint,
        "moto_endpoint": cloud.moto_endpoint,
        "runtime": cloud.runtime,
        "wait_scale": cloud.wait_scale,
        "servers": [asdict(server) for server in cloud.servers],
        "outputs": cloud.outputs,
        "deployed": cloud.deployed,
        "people": cloud.people,
    }
    draft = cloud.home.state.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(document, file, indent=2)
    draft.replace(cloud.home.state)


def read_record(home: Home) -> Cloud | None:
    """Read the state file; None when there is none, or it is not one of ours."""
    try:
        document = json.loads(home.state.read_text())
        return Cloud(
            endpoint=document["endpoint"],
            moto_endpoint=document["moto_endpoint"],
            servers=tuple(_server(server) for server in document["servers"]),
            home=home,
            runtime=document["runtime"],
            wait_scale=document.get("wait_scale", 1.0),
            outputs=document.get("outputs", {}),
            deployed=document.get("deployed", {}),
            people=tuple(document.get("people", ())),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _server(entry: dict[str, Any]) -> Server:
    return Server(**{**entry, "command": tuple(entry["command"])})
