"""Know what Rekognition lets an account ask, where nobody said that it was raised."""

from typing import Final

# DetectModerationLabels, transactions a second (AWS general reference, "Amazon Rekognition
# endpoints and quotas").
FAST_REGIONS: Final = frozenset({"us-east-1", "us-west-2", "eu-west-1"})
FAST_TPS: Final = 50
SLOW_TPS: Final = 5


def default_tps(region: str) -> int:
    """Return AWS's own quota of DetectModerationLabels in a region, in calls a second."""
    return FAST_TPS if region in FAST_REGIONS else SLOW_TPS


def batch_rate(share: float, tps: float, region: str) -> float:
    """Return the calls a second that all batches may make together.

    `share` is in per cent of the account's quota `tps`; 0 stands for the region's default.
    """
    return share / 100 * (tps or default_tps(region))
