"""Fence the tests of what runs only on your machine off from network and account."""

from tests.isolation import no_account, no_network, pytest_configure

__all__ = ["no_account", "no_network", "pytest_configure"]
