"""Read the story that Archive wrote beside a frame's copy."""

from __future__ import annotations

import json
from typing import Any

from local.tables import Row
from local.target import Target


def story(target: Target, row: Row) -> dict[str, Any]:
    """Read the sidecar of a settled ledger row; empty where none was written, or it has expired."""
    from botocore.exceptions import ClientError

    if not row.get("evidence"):
        return {}
    try:
        stored = target.client("s3").get_object(
            Bucket=target.output("EvidenceBucket"), Key=row["evidence"]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"NoSuchKey", "404"}:
            raise
        return {}
    told: dict[str, Any] = json.loads(stored["Body"].read())
    return told
