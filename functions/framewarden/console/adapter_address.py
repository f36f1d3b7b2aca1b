"""Address an adapter below the root."""

from urllib.parse import quote


def adapter_path(name: str) -> str:
    """Return the address of an adapter's page."""
    return f"adapters/{quote(name, safe='')}"
