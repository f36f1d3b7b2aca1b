"""Extend moto with what framewarden calls: one implementation for ``mock_aws`` and for HTTP.

``install()`` registers it with moto; ``python -m local.moto_ext.server`` serves it. In tests,
``faults``, ``calls``, ``delays``, ``quotas``, ``events`` and ``encoder`` steer it from Python
(inside ``mock_aws``: moto's reset clears them). This module stays light, so that the server can set
moto's environment first.
"""


def install() -> None:
    """Register the extension with moto, once; later calls change nothing."""
    from local.moto_ext.registration import register

    register()
