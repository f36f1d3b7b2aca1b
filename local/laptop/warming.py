"""Start the workers of functions before their first call, as provisioned concurrency does on AWS.

The emulator's side is one route of its own, which the launcher puts before ministack's.
"""

import asyncio
import json
import urllib.request
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlencode

from local.laptop.connection import Cloud
from local.laptop.loopback import require_loopback

ROUTE = "/_framewarden/warm"
# What a frame meets on its way to a stop; the other functions wait for people or for trouble.
MAIN_PATH = (
    "IntakeFunction",
    "AnalyzeFunction",
    "ClassifyFunction",
    "ArchiveFunction",
    "StopStreamFunction",
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def warm(cloud: Cloud, stack_name: str, logical_ids: Iterable[str] = MAIN_PATH) -> list[str]:
    """Start one worker of each of these functions of a stack; return those that are ready.

    A function that fails to start is left out: its first call will say why.
    """
    formation = cloud.client("cloudformation")
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    wanted = set(logical_ids)
    names = [
        resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["LogicalResourceId"] in wanted
    ]
    query = urlencode({"function": names}, doseq=True)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(require_loopback(f"{cloud.endpoint}{ROUTE}?{query}"), timeout=120) as answer:
        ready: list[str] = json.load(answer)
    return ready


def with_warming(application: Application) -> Application:
    """Answer ROUTE, and hand everything else to ministack."""

    async def serve(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != ROUTE:
            await application(scope, receive, send)
            return
        names = parse_qs(scope["query_string"].decode()).get("function", [])
        body = json.dumps(await asyncio.to_thread(start_workers, names)).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return serve


def start_workers(names: Iterable[str]) -> list[str]:
    """Start a worker of each function, two at a time; return the functions that have one."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        started = list(pool.map(_start_worker, names := list(names)))
    return [name for name, ready in zip(names, started, strict=True) if ready]


def _start_worker(name: str) -> bool:
    import ministack.core.lambda_runtime as runtime
    import ministack.services.lambda_svc as lambdas

    func, config, _ = lambdas._get_func_record_for_ref(name)
    if not func or not config:
        return False
    worker, _ = runtime.acquire_worker(name, config, func["code_zip"])
    try:
        runtime.ensure_spawned(worker)
    except RuntimeError:
        return False
    finally:
        runtime.release_worker(worker)
    return True
