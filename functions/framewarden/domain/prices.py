"""Say what a batch costs by list price: us-east-1, in dollars, before taxes and free tiers.

The sources are AWS's price pages as of late 2026, by service. Another region, a private price or
an adapter (its price is not published beside these) makes another bill: what is said here is to
choose by, and AWS's bill is what counts.
"""

from math import inf
from typing import Final

# aws.amazon.com/rekognition/pricing, Image, group 2 (DetectModerationLabels): a month's images,
# all of an account's group together, and the price of one in that tier.
REKOGNITION: Final = (
    (1_000_000, 0.001),
    (5_000_000, 0.0008),
    (35_000_000, 0.0006),
    (inf, 0.00025),
)

# aws.amazon.com/dynamodb/pricing/on-demand (since 2024-11-01): one unit writes 1 KB, or reads
# 4 KB consistently; a transaction takes two for one. A GB-month of what is kept.
DYNAMODB_WRITE: Final = 0.625e-6
DYNAMODB_READ: Final = 0.125e-6
DYNAMODB_GB_MONTH: Final = 0.25

# aws.amazon.com/lambda/pricing: arm64, first tier.
LAMBDA_GB_SECOND: Final = 0.0000133334
LAMBDA_REQUEST: Final = 0.2e-6

# aws.amazon.com/step-functions/pricing: Standard; starting a child of a Distributed Map is one too.
STATE_TRANSITION: Final = 0.025e-3

# aws.amazon.com/s3/pricing: S3 Standard, first tier.
S3_PUT: Final = 0.005e-3
S3_GET: Final = 0.0004e-3
S3_GB_MONTH: Final = 0.023


def rekognition(images: int, before: int = 0) -> float:
    """Return what Rekognition asks for a number of images.

    Parameters
    ----------
    images
        How many it answers about; those that fail cost nothing.
    before
        How many the account had it answer about in the same month already: tiers are by month.
    """
    return _up_to(before + images) - _up_to(before)


def _up_to(images: int) -> float:
    paid, dollars = 0.0, 0.0
    for tier, price in REKOGNITION:
        taken = min(images, tier) - paid
        dollars += taken * price
        paid += taken
    return dollars
