"""Say what machine the figures come from."""

import os
import platform
from pathlib import Path
from typing import Any

import psutil


def machine() -> dict[str, Any]:
    """Describe the machine; the load is that of the last minute, before anything was measured."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else _cores(),
        "cpu": cpu_model(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def line(found: dict[str, Any]) -> str:
    """Write it as one line."""
    return (
        f"{found['cores']} cores, {found['cpu']}, {found['memory_gb']} GB, {found['system']}, "
        f"Python {found['python']}; load before: {found['load']}"
    )


def cpu_model(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Name the processor as precisely as the system does."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        lines = []
    named = (text.partition(":")[2].strip() for text in lines if text.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _cores() -> int:
    return os.cpu_count() or 1
