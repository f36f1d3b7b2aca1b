"""Run ministack in this process, with the shims and on 127.0.0.1 only."""

import os
import sys


def main() -> int:
    """Serve until SIGTERM; the port comes from GATEWAY_PORT."""
    os.environ["BIND_HOST"] = "127.0.0.1"
    os.environ["IOT_MTLS_ENABLED"] = "0"  # its listener would open 0.0.0.0:8883
    sys.argv = sys.argv[:1]  # ministack parses the command line for itself
    from ministack import app

    from local.laptop import shims
    from local.laptop.warming import with_warming

    shims.apply_all()
    app.app = with_warming(app.app)
    app.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
