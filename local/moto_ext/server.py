"""Serve the extension over HTTP on this machine: ``python -m local.moto_ext.server --port N``."""

import argparse
import ipaddress
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterable
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

ACCOUNT = "000000000000"  # ministack's, so that ARNs of both emulators agree


def main(arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m local.moto_ext.server", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    given = parser.parse_args(arguments)
    cloud = os.environ.get("FRAMEWARDEN_CLOUD_ENDPOINT", "")
    for what, host in (("--host", given.host), ("FRAMEWARDEN_CLOUD_ENDPOINT", _host(cloud))):
        if host is not None and not _is_loopback(host):
            parser.error(f"{what} must be on this machine (127.0.0.1), not {host!r}")
    _set_up_environment()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: sys.exit(0))
    try:
        server = _make_server(given.host, given.port)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print(f"moto extension ready on http://{given.host}:{given.port}", flush=True)
    # Not in this thread: a signal there may come between a request's arrival and its thread, and
    # would close the connection under it.
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    # Not `join`: a signal that another thread takes would not wake this one, which must handle it.
    while serving.is_alive():
        time.sleep(0.2)
    sys.exit("the server ended by itself")


def _host(url: str) -> str | None:
    return (urlsplit(url).hostname or "") if url else None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _set_up_environment() -> None:
    """Set moto's environment before moto is imported, and keep this machine's AWS files out."""
    os.environ.setdefault("FRAMEWARDEN_IVS_CALLS_PER_SECOND", "5")
    os.environ.setdefault("MOTO_ACCOUNT_ID", ACCOUNT)
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ.pop("AWS_PROFILE", None)


def _make_server(host: str, port: int) -> Any:
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    from local.moto_ext import events, install, neighbour, quotas
    from local.moto_ext.courier import Courier
    from local.moto_ext.rekognition import recorded

    class QuietHandler(MotoRequestHandler):
        """Write no access log, and let no answer wait for an acknowledgement."""

        # Head and body leave in two writes: Nagle's algorithm would hold the second for 40 ms.
        disable_nagle_algorithm = True

        def log_request(self, *_: Any) -> None:
            """Write nothing."""

    install()
    recorded.load()
    quotas.change(quotas.current())  # a setting that is none is told before the first call
    if neighbour.endpoint():
        courier = Courier()
        courier.start()
        events.always_deliver_to(courier.send)
    return make_server(host, port, application(), threaded=True, request_handler=QuietHandler)


def application() -> Any:
    """Make the WSGI application: the control endpoint, then moto."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from local.moto_ext import endpoint

    moto = DomainDispatcherApplication(create_backend_app)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(endpoint.PREFIX):
            return endpoint.answer(environ, start_response)
        try:
            answered: Iterable[bytes] = moto(environ, start_response)
        except NotImplementedError as error:
            return _failure(start_response, "501 Not Implemented", str(error))
        except Exception as error:
            # moto's Flask applications run in debug mode, where an exception comes through.
            traceback.print_exc()
            return _failure(start_response, "500 Failure", f"{type(error).__name__} in moto")
        return answered

    return answer


def _failure(start_response: Any, status: str, message: str) -> Iterable[bytes]:
    body = json.dumps({"__type": "InternalFailure", "message": message}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


if __name__ == "__main__":
    main()
