"""Say what a stop, a ban and an order do, did, or could not do; for whoever reads it in a hurry."""

from collections.abc import Mapping
from typing import Any

from framewarden.console.words import sentences
from framewarden.domain.cases import DESK, LINK
from framewarden.domain.failures import stop_failure_words

Row = Mapping[str, Any]

SERVICES = {"ivs": "Amazon IVS", "medialive": "AWS Elemental MediaLive"}
STILL: dict[bool | None, str] = {True: "it is on air now", False: "it is off air now"}
STOPS = {
    "stopping": "Being stopped",
    "hanging": "Stop begun and not ended",
    "stopped": "Stopped",
    "failed": "Could not be stopped",
    "refused": "Left to people",
    "ended": "Went off by itself",
    "reinstated": "Stopped, then taken back",
}
WHY = {
    "hanging": "Nobody works on it just now. If it is on air, it is taken up again by itself.",
    "refused": "More automatic stops than the policy allows at a time; people were asked instead.",
    "ended": "It was off air before the stop was done.",
}
DONE = {"slate": "The slate was put in its place.", "stop_channel": "The channel was stopped."}
ORDERS = {
    "stop": "Stop",
    "ban": "Ban",
    "reinstate": "Reinstate",
    "restop": "Stop again: the banned channel came back",
}
RESULTS = {
    "stopped": "Stopped, and verified.",
    "already_offline": "Nothing had to be stopped: that session had ended.",
    "ban_lifted": "Nothing was stopped: the ban had been lifted meanwhile.",
    "reinstated": "The channel may go live again.",
    "not_banned": "There was nothing to take back: no ban and no stop stood.",
}
BANNED = {
    "stopped": "Banned; what was live was stopped, and that is verified.",
    "already_offline": "Banned; nothing was on air.",
}
UNSEEN = {
    "no_frames": "It is on air, and its frames do not come.",
    "recording_start_failure": "It is on air and is not recorded, so no frames come.",
}
KEYS = {
    "kept": "Not revoked. Whoever has it can try to come back, and is stopped again.",
    "revoked": "Revoked. Nobody can go live until Reinstate makes a fresh one.",
    "denied": "Revoking was refused: permission is missing. Whoever has it can try to come back, "
    "and is stopped again.",
    "fresh": "A fresh one was made when the ban was lifted.",
}
STOP_EFFECT = {
    "ivs": "Ends this live session. The policy decides about a ban.",
    "medialive": "Takes the channel off air, or shows its slate, as the policy says. The policy "
    "decides about a ban.",
}
STOP_BANNED = {
    "ivs": "Ends this live session. The channel stays banned.",
    "medialive": "Takes the channel off air, or shows its slate, as the policy says. It stays "
    "banned.",
}
BAN_LIVE = "Ends what is live. Whoever comes back is stopped again, until somebody reinstates."
BAN_AGAIN = "Ends it if something is on air. The channel stays banned."
BAN_OFF = "Whoever goes live is stopped, until somebody reinstates."

LATE_LINK = (
    "This link only looks now: the time in which it could act is over. A newer notice has a newer "
    "link; or sign in."
)
WITHHELD = {
    (LINK, False): "Links only look here. Sign in to act under your own name.",
    (LINK, True): "A link takes no stop and no ban back: a lead does, who is signed in.",
    (DESK, False): "Your role looks and does not act: call a moderator, or a lead.",
    (DESK, True): "Your role takes no stop and no ban back: call a lead.",
}
"""Why buttons are not there; by who looks, and whether Reinstate alone is missing."""


def failure(error: str | None, still: str | None = None) -> str:
    """Say what went wrong with a stop, and what is still true; `still` knows better."""
    what, at_the_time = stop_failure_words(error)
    return sentences(what, still or at_the_time)


def silence(service: str, error: str) -> str:
    """Say why nobody knows what is on air."""
    what, still = stop_failure_words(error)
    return sentences(f"{SERVICES[service]} did not answer: {what}", still)


def order_result(act: Row, still: str | None) -> str:
    """Say what came of an order."""
    action, error = act["action"], act.get("error")
    if act["status"] == "failed":
        if action != "reinstate":
            return f"It failed. {failure(error, still)}"
        what, _ = stop_failure_words(error)
        # The words are about stops; a ban that could not be lifted says so on the same page.
        return f"It failed. {sentences(what.replace('permission to stop it', 'permission'))}"
    result = str(act.get("result") or "done")
    known = RESULTS | BANNED if action == "ban" else RESULTS
    return known.get(result, sentences(result.replace("_", " ")))


def reinstate_effect(service: str, ban: Row, *, stands: bool) -> str:
    """Say what Reinstate will do to this channel."""
    lifts = "Lifts the ban" if stands else "Takes the stop back"
    if service == "ivs":
        if ban.get("keys") == "revoked":
            return f"{lifts}. A fresh stream key is made, because the old one was revoked."
        return f"{lifts}. The channel may go live again with the stream key it has."
    if ban.get("action") == "slate":
        back = f" to {ban['input']}" if ban.get("input") else ""
        return f"{lifts}, and switches back from the slate{back}."
    if ban.get("action") == "stop_channel":
        return f"{lifts}, and starts the channel again."
    return f"{lifts}. The channel may be started again."
