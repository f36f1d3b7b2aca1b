"""Describe a running laptop cloud, and make clients that can reach nothing else."""

import functools
import os
import threading
from dataclasses import dataclass, field
from typing import Any

from local.laptop import environments
from local.laptop.home import Home
from local.laptop.loopback import require_loopback
from local.laptop.processes import Server, members

_making_a_client = threading.Lock()  # a botocore session makes one at a time


@dataclass(frozen=True)
class Cloud:
    """A running laptop cloud: where it answers, and as whom one talks to it.

    `outputs` are those of the stack deployed last, URLs rewritten; empty before that.
    `deployed` says which stack that was, and a hash of what it was made from. `people` are the
    demo users of its desk, with their passwords.
    """

    endpoint: str
    moto_endpoint: str
    servers: tuple[Server, ...]
    home: Home
    runtime: str
    wait_scale: float = 1.0
    outputs: dict[str, str] = field(default_factory=dict)
    deployed: dict[str, str] = field(default_factory=dict)
    people: tuple[dict[str, str], ...] = field(default=(), repr=False)
    region: str = environments.REGION
    account: str = environments.ACCOUNT
    access_key: str = environments.ACCESS_KEY
    secret_key: str = field(default=environments.SECRET_KEY, repr=False)

    @property
    def pids(self) -> dict[str, int]:
        """Name the process of each server."""
        return {server.name: server.pid for server in self.servers}

    def environment(self) -> dict[str, str]:
        """Give the variables that point an SDK or the AWS CLI at this cloud."""
        return environments.for_clients(self.endpoint, self.moto_endpoint)

    def tool_environment(self) -> dict[str, str]:
        """Give the whole environment of a program that is to act on this cloud."""
        # sam leaves an empty folder for each function; those go with the cloud.
        scratch = {"TMPDIR": str(self.home.scratch)}
        return environments.for_tools(self.environment(), os.environ) | scratch

    def client(self, service: str, **config: Any) -> Any:
        """Make a boto3 client of this cloud, whatever the terminal's AWS settings are.

        `config` goes into botocore's `Config`.
        """
        from botocore.config import Config

        played = service.replace("-", "").upper() in environments.PLAYED
        settings = {
            "inject_host_prefix": False,
            "proxies": {},
            "use_fips_endpoint": False,
            "use_dualstack_endpoint": False,
            **config,
        }
        with _making_a_client:
            return unconfigured_session().client(
                service,
                region_name=self.region,
                endpoint_url=require_loopback(self.moto_endpoint if played else self.endpoint),
                aws_access_key_id=self.access_key,
                aws_secret_access_key=self.secret_key,
                config=Config(**settings),
            )

    def memory(self) -> dict[str, int]:
        """Measure the resident memory (bytes) of each server and of all workers together."""
        by_pid = {server.pid: server.name for server in self.servers}
        sizes = dict.fromkeys([*by_pid.values(), "workers"], 0)
        for process in members(self.servers, self.home.scratch):
            sizes[by_pid.get(process.pid, "workers")] += _resident(process)
        return sizes


def _resident(process: Any) -> int:
    import psutil

    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


@functools.cache
def unconfigured_session() -> Any:
    """Make a session that reads neither the AWS files of this person nor their profile."""
    import boto3
    import botocore.session

    unconfigured = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
            "ca_bundle": (None, None, None, None),
        }
    )
    return boto3.Session(botocore_session=unconfigured)
