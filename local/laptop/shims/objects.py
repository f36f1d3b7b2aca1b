"""Correct how a version of an object is read."""

from functools import wraps
from typing import Any

import ministack.services.s3 as s3

from local.laptop.shims.anchors import anchor

Record = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]


def versions_are_read_in_ranges() -> None:
    """Answer a range of a version of an object with that range.

    ministack answers with all of it where a `versionId` is named, so that every range of a manifest
    costs as much as the whole. AWS answers 206 with the range, or 416 where it begins behind the
    end.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    anchor(s3._get_object, "return 200, resp_headers, body", times=2)
    anchor(s3._get_object, "_parse_range(range_header, obj[")
    get = s3._get_object

    @wraps(get)
    def get_object(bucket: str, key: str, headers: Record, query: Record | None = None) -> Answer:
        answer: Answer = get(bucket, key, headers, query)
        status, told, body = answer
        wanted = headers.get("range", "")
        if status != 200 or not wanted or not s3._qp(query or {}, "versionId", ""):
            return answer
        found = s3._parse_range(wanted, len(body))
        if found is None:
            about = {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(body)}"}
            return 416, about, s3._xml_body(s3._range_error_xml(bucket, key))
        start, end = found
        part = body[start : end + 1]
        told = {name: text for name, text in told.items() if "checksum" not in name.lower()}
        told["Content-Length"] = str(len(part))
        told["Content-Range"] = f"bytes {start}-{end}/{len(body)}"
        return 206, told, part

    s3._get_object = get_object
