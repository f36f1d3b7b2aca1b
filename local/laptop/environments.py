"""Build the environment of each process, from lists of what may pass."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from local.laptop.home import REPOSITORY, Home
from local.laptop.loopback import HOST, require_loopback

REGION = "us-east-1"
ACCOUNT = "000000000000"
# ministack takes this key as the root of ACCOUNT, and checks no signature of it. It opens nothing
# anywhere else.
ACCESS_KEY = "test"
SECRET_KEY = "test"  # noqa: S105
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"

# The services that the moto extension plays.
PLAYED = ("REKOGNITION", "IVS", "IVSCHAT", "MEDIALIVE")
# What the laptop's Rekognition says of the pictures in samples/verify: it has no model for them.
RECORDED = "FRAMEWARDEN_RECORDED_ANSWERS"
ANSWERS = REPOSITORY / "samples" / "verify" / "answers.json"
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT")
# Copies of one function that may run at once, and the seconds after which an idle one ends (the
# first of each function stays).
_WORKERS = min(max(os.cpu_count() or 2, 2), 4)
_WORKER_SECONDS = 20


def for_clients(endpoint: str, moto_endpoint: str) -> dict[str, str]:
    """Point any SDK at the laptop cloud, and away from the person's own AWS configuration."""
    require_loopback(endpoint)
    require_loopback(moto_endpoint)
    return {
        "AWS_ENDPOINT_URL": endpoint,
        **{f"AWS_ENDPOINT_URL_{service}": moto_endpoint for service in PLAYED},
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "NO_PROXY": _unproxied(),
    }


def for_tools(clients: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Give a tool the person's environment (proxies, package index) with the laptop's AWS in it."""
    kept = {name: value for name, value in given.items() if not name.upper().startswith("AWS_")}
    kept.pop("no_proxy", None)  # the lower-case one would win over NO_PROXY
    bin_folder = str(Path(sys.executable).parent)
    return {
        **kept,
        **clients,
        "PATH": os.pathsep.join([bin_folder, given.get("PATH", os.defpath)]),
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.2",  # seconds; 5 by default, meant for AWS's rate limits
    }


def for_ministack(home: Home, port: int, moto_endpoint: str, wait_scale: float) -> dict[str, str]:
    """List all that ministack, and so every function's worker, may see."""
    clients = for_clients(f"http://{HOST}:{port}", moto_endpoint)
    for own in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del clients[own]  # a worker gets its role's; these are ministack's defaults for root
    return {
        **_bare(home),
        **clients,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "AUTH": "true",
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "S3_DATA_DIR": str(home.scratch / "s3"),
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_WARM_TTL_SECONDS": str(_WORKER_SECONDS),
        "FRAMEWARDEN_WORKERS": str(_WORKERS),
        # Callers wait for one of those copies (a shim), so none need be refused. With a cap, an
        # event of a burst is throttled three times within seconds and then dead; AWS keeps it and
        # tries again for as long as its age allows.
        "LAMBDA_ACCOUNT_CONCURRENCY": "0",
        "SFN_WAIT_SCALE": str(wait_scale),
        # It would tidy up other people's containers; this one needs none.
        "DOCKER_HOST": f"unix://{home.scratch / 'no-docker'}",
        "LOG_LEVEL": "WARNING",
    }


def for_moto(home: Home, endpoint: str) -> dict[str, str]:
    """List all that the moto server may see; images come from ministack, events go to it."""
    return {
        **_bare(home),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "MOTO_ACCOUNT_ID": ACCOUNT,
        "FRAMEWARDEN_CLOUD_ENDPOINT": require_loopback(endpoint),
        "FRAMEWARDEN_CLOUD_ACCESS_KEY": ACCESS_KEY,
        "FRAMEWARDEN_CLOUD_SECRET_KEY": SECRET_KEY,
        RECORDED: _recorded(),
    }


def _recorded() -> str:
    """Name the file of recorded answers, the person's own or the samples'; empty for none."""
    given = os.environ.get(RECORDED)
    if given is None:
        return str(ANSWERS) if ANSWERS.is_file() else ""
    # The server runs in another folder than the person.
    return str(Path(given).resolve()) if given else ""


def _bare(home: Home) -> dict[str, str]:
    """Start from nothing but what a program needs to run, with a home folder of its own."""
    return {
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        "HOME": str(home.scratch),
        "TMPDIR": str(home.scratch),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": _unproxied(),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # glibc keeps an arena per thread otherwise, and threads are many
    }


def _unproxied() -> str:
    """Add this machine to the hosts that are reached without a proxy."""
    listed = os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",")
    return ",".join(dict.fromkeys([HOST, "localhost", *filter(None, listed)]))
