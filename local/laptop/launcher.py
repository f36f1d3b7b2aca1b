"""Run ministack in this process, with the shims and on 127.0.0.1 only."""

import gc
import os
import sys

# The emulator keeps every execution's history. A full collection walks all of it (150 ms with
# 10,000 of them), and listing executions sets one off; what is garbage is freed by counting.
COLLECT_AFTER = (50_000, 20, 20)


def main() -> int:
    """Serve until SIGTERM; the port comes from GATEWAY_PORT."""
    os.environ["BIND_HOST"] = "127.0.0.1"
    os.environ["IOT_MTLS_ENABLED"] = "0"  # its listener would open 0.0.0.0:8883
    sys.argv = sys.argv[:1]  # ministack parses the command line for itself
    from ministack import app

    from local.laptop import shims
    from local.laptop.warming import with_warming

    shims.apply_all()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    app.app = with_warming(app.app)
    app.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
