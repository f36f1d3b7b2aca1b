"""Write the lines that point a shell's AWS tools at the laptop cloud."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping

# What would win over, or be mixed with, the laptop's own settings.
FOREIGN = re.compile(
    r"AWS_(?:(?:DEFAULT_)?PROFILE|SESSION_TOKEN|SECURITY_TOKEN|ROLE_ARN|ROLE_SESSION_NAME"
    r"|WEB_IDENTITY_TOKEN_FILE|CONTAINER_\w+|CREDENTIAL_EXPIRATION|CA_BUNDLE"
    r"|USE_(?:FIPS|DUALSTACK)_ENDPOINT|IGNORE_CONFIGURED_ENDPOINT_URLS|ENDPOINT_URL_\w+)"
)
ALWAYS_UNSET = ("AWS_PROFILE", "AWS_SESSION_TOKEN")


def export_lines(
    settings: Mapping[str, str], environment: Mapping[str, str] = os.environ
) -> Iterator[str]:
    """Give the lines for `eval`: unset what is foreign in `environment`, then export `settings`."""
    foreign = {name for name in environment if FOREIGN.fullmatch(name)}
    if "NO_PROXY" in settings and "no_proxy" in environment:
        # Many programs read the lower-case one first.
        settings = {**settings, "no_proxy": f"{settings['NO_PROXY']},{environment['no_proxy']}"}
    for name in sorted({*foreign, *ALWAYS_UNSET} - set(settings)):
        yield f"unset {name}"
    for name, value in sorted(settings.items()):
        yield f"export {name}={shlex.quote(value)}"
