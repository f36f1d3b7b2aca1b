"""Recognise what somebody pasted: an id, an ARN, an object's key, or an address that has one."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from framewarden.domain.adapters import NAME, execution_name
from framewarden.domain.frames import read_execution_name

LONGEST: Final = 4_096
"""Characters that are read at most: a key of 1,024 bytes may come URL-encoded."""
LONGEST_KEY: Final = 1_024  # bytes (Amazon S3 user guide, "Naming Amazon S3 objects")

FRAME: Final = re.compile(r"[0-9a-f]{64}")
REVIEW: Final = re.compile(r"[0-9a-f]{20}")
ORDER: Final = re.compile(r"(?:order|restop)-[0-9a-f]{40}")
# Of a second attempt, or a later one: the first has the batch's id, which is like a review's.
BATCH: Final = re.compile(r"[0-9a-f]{20}-(?:[2-9]|[1-9]\d{1,5})", re.ASCII)
ADAPTER: Final = re.compile(rf"adapter-{NAME.pattern}-[1-9]\d{{0,5}}", re.ASCII)
# IVS gives its channels 12 letters and digits, MediaLive numbers.
CHANNEL: Final = re.compile(r"[A-Za-z0-9-]{1,24}", re.ASCII)
OF_CHANNEL: Final = re.compile(
    r"arn:[a-z-]+:(?:ivs:[a-z0-9-]+:\d{12}:channel/[A-Za-z0-9-]{1,64}"
    r"|medialive:[a-z0-9-]+:\d{12}:channel:\d{1,24})",
    re.ASCII,
)
# What a name may have in it: Step Functions API reference, StartExecution.
_NAME: Final = r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/]{1,80}"
OF_STATES: Final = re.compile(
    rf"arn:[a-z-]+:states:[a-z0-9-]+:\d{{12}}:(?:execution:{_NAME}:{_NAME}|stateMachine:{_NAME})",
    re.ASCII,
)
# A part of a Distributed Map, and the run of the Map itself: <machine>/<label>:<name>.
OF_CHILD: Final = re.compile(
    rf"arn:[a-z-]+:states:[a-z0-9-]+:\d{{12}}:(?:execution|mapRun):{_NAME}/{_NAME}:{_NAME}",
    re.ASCII,
)
OF_OBJECT: Final = re.compile(r"(?:arn:[a-z-]+:s3:::|s3://)[a-z0-9.-]+/(?P<key>.+)", re.DOTALL)
S3_HOST: Final = re.compile(r"(?P<bucket>.+\.)?s3[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?", re.ASCII)
# The pages of a desk, wherever it lies.
PAGE: Final = re.compile(
    r".*/(?:reviews/(?P<review>[0-9a-f]{20})|frames/(?P<frame>[0-9a-f]{64})"
    r"|executions/(?P<execution>[a-z]{1,16}/[A-Za-z0-9_.-]{1,80})"
    r"|batches/(?P<batch>[0-9a-f]{20})"
    rf"|adapters/(?P<adapter>{NAME.pattern})"
    r"|channels/(?P<channel>(?:ivs|medialive)/[A-Za-z0-9-]{1,64}))(?:/.*)?",
    re.ASCII,
)
EVIDENCE: Final = re.compile(r"[a-z]+/.+/(?P<name>[^/]+)\.(?:json|jpe?g|png|bin)", re.DOTALL)
_NAMED: Final = (
    *(("order", ORDER), ("frame", FRAME), ("review", REVIEW)),
    *(("batch", BATCH), ("adapter", ADAPTER)),
)
AROUND: Final = ("<>", '""', "''", "``")


@dataclass(frozen=True)
class Pasted:
    """What a text names.

    `kind` is name (of an execution of a frame), order, frame, review, key, channel (an id), or
    arn (of a channel, an execution or a machine); of a desk's pages also execution
    (`<machine>/<name>`) and page (`<service>/<channel>`); nothing where it names none of these.
    A batch is the name of one of its executions: from the second attempt on, and of its page.
    So is an adapter; its page stands for its first attempt.
    """

    kind: str
    value: str = ""


NOTHING: Final = Pasted("nothing")


def read(text: str) -> Pasted:
    """Return what a text names, spaces, quotes and brackets around it aside."""
    bare = text.strip()
    if bare[:1] + bare[-1:] in AROUND:
        bare = bare[1:-1].strip()
    if not bare or len(bare) > LONGEST:
        return NOTHING
    if bare.startswith(("https://", "http://")):
        return _of_address(bare)
    for kind, pattern in _NAMED:
        if pattern.fullmatch(bare):
            return Pasted(kind, bare)
    if read_execution_name(bare):
        return Pasted("name", bare)
    if bare.startswith(("arn:", "s3://")):
        return _of_arn(bare)
    if CHANNEL.fullmatch(bare):
        return Pasted("channel", bare)
    # A word without slash or dot is no frame's key; a longer row of digits is half an id.
    return _key(bare) if "/" in bare or "." in bare else NOTHING


def _of_arn(arn: str) -> Pasted:
    if of_object := OF_OBJECT.fullmatch(arn):
        return _key(of_object["key"])
    known = any(one.fullmatch(arn) for one in (OF_CHANNEL, OF_STATES, OF_CHILD))
    return Pasted("arn", arn) if known else NOTHING


def _of_address(address: str) -> Pasted:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return NOTHING
    if of_states := OF_STATES.search(unquote(parts.fragment)):  # the AWS console's own page
        return Pasted("arn", of_states[0])
    if of_s3 := S3_HOST.fullmatch(host):
        path = unquote(parts.path).removeprefix("/")
        return _key(path if of_s3["bucket"] else path.partition("/")[2])
    page = PAGE.fullmatch(parts.path)
    if page and page["adapter"]:
        return Pasted("adapter", execution_name(page["adapter"], 1))
    named = page.groupdict().items() if page else ()
    kinds = {"channel": "page"}
    return next((Pasted(kinds.get(kind, kind), value) for kind, value in named if value), NOTHING)


def _key(key: str) -> Pasted:
    """Return an object's key; the evidence's are named after their execution."""
    evidence = EVIDENCE.fullmatch(key)
    if evidence and (of := read_execution_name(evidence["name"])):
        return Pasted("frame", of[0])
    return Pasted("key", key) if 0 < len(key.encode("utf-8", "replace")) <= LONGEST_KEY else NOTHING
