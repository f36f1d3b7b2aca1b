"""Say what a person meant who pasted something into one box."""

from dataclasses import dataclass

from framewarden.aws.executions import Executions
from framewarden.domain import pasted
from framewarden.domain.frames import Home
from framewarden.domain.pasted import Pasted
from framewarden.looking import ADAPTER, BATCH, MODERATE, ORDER
from framewarden.wanted import Wanted

EXAMPLES = (
    "an execution's name or ARN, a frame's id (64 digits), a review's or batch's id (20 digits), "
    "the address of a case, an object's key or s3:// address, or a channel's id or ARN"
)
MACHINES = {"name": MODERATE, "order": ORDER, "batch": BATCH, "adapter": ADAPTER}
CHILD = (
    "This is of a part of a batch: each ran as a child of the batch's Distributed Map, and this "
    "desk shows the batch as a whole. Paste the batch's id, or look at the part in the AWS console."
)


@dataclass(frozen=True)
class Meant:
    """What a text means; `kind` is execution, frame, search, foreign or unknown.

    An execution has machine and name, a frame its id, a search what is wanted; `says` tells of
    what is foreign or unknown what it is and what to do about it.
    """

    kind: str
    machine: str | None = None
    name: str | None = None
    frame_id: str | None = None
    wanted: Wanted | None = None
    says: str = ""


def meant(text: str, executions: Executions, home: Home) -> Meant:
    """Return what a text means at the desk of this home; nothing is looked up."""
    read = pasted.read(text)
    value = read.value
    if read.kind == "frame":
        return Meant("frame", frame_id=value)
    if read.kind in MACHINES:
        return Meant("execution", MACHINES[read.kind], value)
    if read.kind == "key":
        return Meant("search", wanted=Wanted(key=value))
    if read.kind == "review":
        return Meant("search", wanted=Wanted(review_id=value))
    if read.kind in ("channel", "page"):
        return _of_channel(channel_arn(read, home), home)
    if read.kind == "execution":
        machine, _, name = value.partition("/")
        return Meant("execution", machine, name) if machine in executions.machines else _unknown()
    return _of_arn(value, executions, home) if read.kind == "arn" else _unknown()


def channel_arn(read: Pasted, home: Home) -> str | None:
    """Return the ARN of the channel that somebody pasted; None where it is no channel at all.

    A bare id is of a channel of this home: MediaLive numbers its channels, IVS does not.
    """
    if read.kind == "arn":
        return read.value if pasted.OF_CHANNEL.fullmatch(read.value) else None
    # All digits also make a review's id.
    if read.kind not in ("channel", "page", "review"):
        return None
    service, _, named = read.value.rpartition("/")
    service = service or ("medialive" if named.isdigit() else "ivs")
    mark = {"ivs": "/", "medialive": ":"}[service]
    arn = f"arn:{home.partition}:{service}:{home.region}:{home.account}:channel{mark}{named}"
    return arn if pasted.OF_CHANNEL.fullmatch(arn) else None


def elsewhere(arn: str, home: Home, what: str) -> str:
    """Say that something is of another account or region, and where to look; nothing if of ours."""
    _, _, _, region, account, *_ = arn.split(":")
    if (region, account) == (home.region, home.account):
        return ""
    return (
        f"This {what} is of account {account} in {region}; this desk shows account {home.account} "
        f"in {home.region}. Sign in at the desk that runs there, or open the AWS console of that "
        "account and region."
    )


def _of_arn(arn: str, executions: Executions, home: Home) -> Meant:
    if pasted.OF_CHANNEL.fullmatch(arn):
        return _of_channel(arn, home)
    if ours := executions.named(arn):
        return Meant("execution", *ours)
    for machine, known in executions.machines.items():
        if known == arn:
            return Meant("search", wanted=Wanted(machine=machine))
    parts = arn.split(":")
    what = "state machine" if parts[5] == "stateMachine" else "execution"
    far = elsewhere(arn, home, what)
    name = parts[6].partition("/")[0]
    if not far and name == _name(executions.machines[BATCH]):
        return Meant("foreign", says=CHILD)
    *others, last = map(_name, executions.machines.values())
    known = f"{', '.join(others)} and {last}"
    near = f"The machine {name} is not framewarden's here: this desk shows {known}. "
    return Meant("foreign", says=far or near + "Look at it in the AWS console.")


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def _of_channel(arn: str | None, home: Home) -> Meant:
    if arn is None:
        return _unknown()
    if far := elsewhere(arn, home, "channel"):
        return Meant("foreign", says=far)
    return Meant("search", wanted=Wanted(channel_arn=arn))


def _unknown() -> Meant:
    return Meant("unknown", says=f"Nothing that is kept here looks like this. Paste {EXAMPLES}.")
