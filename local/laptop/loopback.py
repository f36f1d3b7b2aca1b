"""Keep the laptop's traffic on the laptop."""

import ipaddress
import socket
from urllib.parse import urlsplit

from local.errors import OperatorError

HOST = "127.0.0.1"


def require_loopback(url: str) -> str:
    """Return `url` when its host can only be this machine.

    Raises
    ------
    OperatorError
        It could be another machine. Names are not looked up: only `localhost`, what ends in
        `.localhost` (RFC 6761) and loopback addresses pass.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost") or _is_loopback_address(host):
        return url
    raise OperatorError(
        f"{url} is not on this machine, and the laptop cloud's credentials never leave it.",
        "Act on a deployed stack with: --stack NAME --region REGION",
    )


def _is_loopback_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_free(port: int) -> bool:
    """Say whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        if probe.connect_ex((HOST, port)) == 0:
            return False  # on macOS the bind below passes although 0.0.0.0 is taken
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """Let the system choose a port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def choose_port(wanted: int | None, preferred: int) -> int:
    """Settle on a port: the one that was asked for, else the usual one, else any.

    Raises
    ------
    OperatorError
        The port that was asked for is taken. 0 asks for any.
    """
    if wanted:
        if not is_free(wanted):
            raise OperatorError(
                f"Port {wanted} on {HOST} is in use by another program.",
                "End that program, or choose another port with: framewarden up --port PORT "
                "(0 takes any free one)",
            )
        return wanted
    return preferred if wanted is None and is_free(preferred) else any_free_port()
