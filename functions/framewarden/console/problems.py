"""Say what went wrong, and what to do about it; one entry for every way a request can fail."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Words:
    """What a page says; `remedy` is for the person who is looking at it."""

    status: int
    title: str
    what: str
    remedy: str


class Problem(Enum):
    """Every refusal, by name."""

    LINK_TAMPERED = Words(
        403,
        "This link is not complete",
        "Its signature does not fit its address. Mail programs sometimes cut or rewrite links.",
        "Open the link again where you got it, or copy it whole into the address bar.",
    )
    LINK_EXPIRED = Words(
        410,
        "This link has expired",
        "A review can be looked at for 24 hours after its deadline. That time is over.",
        "What was decided is kept: ask the engineer on call, and name the review.",
    )
    CHANNEL_LINK_EXPIRED = Words(
        410,
        "This link has expired",
        "The link of a channel ends with that of its review, or after the time it was made for.",
        "Make a fresh one with `framewarden channels show`, or ask the engineer on call.",
    )
    NO_CHANNEL = Words(
        404,
        "There is no such channel",
        "The link is ours, but the video service knows no such channel, and nothing is stored "
        "about it. So nothing of it is on air.",
        "Compare the channel's id with the one in the notice.",
    )
    NO_REVIEW = Words(
        404,
        "There is no such review",
        "The link is ours, but its review is not stored any more.",
        "Ask the engineer on call, and name the review.",
    )
    NO_PICTURE = Words(
        404,
        "This picture cannot be shown",
        "The frame does not lie where frames of this installation lie.",
        "Decide without it, or pass the review on; and tell the engineer on call.",
    )
    NO_PAGE = Words(
        404,
        "There is no such page",
        "Nothing lives at this address.",
        "A review opens from the link in its notice.",
    )
    OTHER_ORIGIN = Words(
        403,
        "This form came from another site",
        "Nothing was done. A form is only taken from our own page.",
        "Open the link again, and press the button there. If you did just that, tell the engineer "
        "on call: somebody may be trying to act in your name.",
    )
    NOT_A_FORM = Words(
        415,
        "That was not sent as a form",
        "Nothing was done. A form is sent as application/x-www-form-urlencoded.",
        "Use the buttons below.",
    )
    TOO_LARGE = Words(
        413,
        "That was too long",
        "Nothing was done. A note holds 2,000 characters, a name 80.",
        "Shorten it, and press the button again.",
    )
    MALFORMED = Words(
        400,
        "That form could not be read",
        "Nothing was done.",
        "Use the buttons below.",
    )
    NOT_OFFERED = Words(
        400,
        "That is not offered here",
        "Nothing was done.",
        "Choose one of the buttons below.",
    )
    FORM_OLD = Words(
        403,
        "This page was open for too long",
        "Nothing was done: a form is good for 15 minutes. This one is fresh, and what you typed "
        "is still in it.",
        "Look again, then press the button.",
    )
    FORM_FOREIGN = Words(
        403,
        "That form did not come from this page",
        "Nothing was done. The form below is fresh, and what you typed is still in it.",
        "Look again, then press the button.",
    )
    MOVED_ON = Words(
        409,
        "The review has moved on",
        "Nothing was decided now: it was passed on while this page was open.",
        "Look at the deadline again, and decide.",
    )
    TOO_LATE = Words(
        409,
        "This came after the deadline",
        "Your decision was not applied: the time to decide was over.",
        "Below is what happens instead. If it should be otherwise, tell the engineer on call.",
    )
    SIGN_IN = Words(
        401,
        "Sign in first",
        "Nothing was done: this needs somebody who is signed in, and your session has ended, or "
        "there was none.",
        "Sign in, and open the page again.",
    )
    SESSION_FORGED = Words(
        401,
        "This session is not ours",
        "Nothing was done: the cookie that names you was not made here, or was changed.",
        "Sign in again. If you did nothing unusual, tell the engineer on call.",
    )
    SIGN_IN_REFUSED = Words(
        401,
        "That name and password do not fit",
        "Nobody was signed in. We do not say which of the two is wrong.",
        "Type both again. Who has forgotten a password gets a new one from whoever keeps accounts.",
    )
    SIGN_IN_BUSY = Words(
        429,
        "Too many attempts",
        "Nobody was signed in: this account, or the whole desk, was tried too often just now.",
        "Wait a minute, then try again. A link of a notice opens its case without signing in.",
    )
    SIGN_IN_AWAY = Words(
        503,
        "Nobody can be signed in just now",
        "The service that keeps accounts does not answer.",
        "Try again in a minute. A link of a notice opens its case without signing in.",
    )
    SIGN_IN_UNSUPPORTED = Words(
        403,
        "This account asks for a step that the desk does not know",
        "Nobody was signed in: the account wants more than a password.",
        "Tell whoever keeps accounts: the desk signs in with name and password only.",
    )
    PASSWORD_REFUSED = Words(
        400,
        "This password is not accepted",
        "It is shorter than 12 characters, or lacks a capital, a small letter or a digit.",
        "Choose another one.",
    )
    NO_ROLE = Words(
        403,
        "Your account has no role yet",
        "We know you, but you belong to none of the groups moderator, lead, engineer, auditor.",
        "Ask whoever keeps accounts to add you to one; then sign in again.",
    )
    ROLE_MAY_NOT = Words(
        403,
        "Your role does not do this",
        "Nothing was done. Moderators and leads act; engineers and auditors look.",
        "If it must be done now, call a moderator, or open the link of the notice.",
    )
    LEAD_ONLY = Words(
        403,
        "This needs a lead",
        "Nothing was done. A lead takes back stops, decides what was escalated, may take over what "
        "somebody else is working on, starts, cancels and resumes batches, and trains, promotes "
        "and rolls back adapters.",
        "Call a lead. What is on air and harmful a moderator may stop at any time.",
    )
    INSPECT_ONLY = Words(
        403,
        "This is for engineers and auditors",
        "Executions, the story of a frame and the health page show how the machine works, which "
        "moderating does not need.",
        "If you should see it, ask whoever keeps accounts for the role engineer or auditor.",
    )
    NO_EXECUTION = Words(
        404,
        "There is no such execution",
        "This installation's machine never ran it, or it ended so long ago that Step Functions has "
        "forgotten it (90 days) and no frame of the ledger belongs to it.",
        "Search by the frame's key, its review or its channel: the ledger remembers for ten years.",
    )
    NO_FRAME = Words(
        404,
        "There is no such frame",
        "The ledger has no row of that id: no such object was ever put, or its event has not come.",
        "Search by the object's key; or let `framewarden audit` find what has no row.",
    )
    NO_POLICY = Words(
        404,
        "There is no such policy",
        "No version that was published here has this content.",
        "What a frame was judged by stands in its evidence: rule, threshold and margin.",
    )
    LINK_MAY_NOT = Words(
        403,
        "A link does not do this",
        "Nothing was done: whoever holds a link can do only what this installation lets links do.",
        "Sign in at the desk, and do it there under your own name.",
    )
    LINK_LOOKS_ONLY = Words(
        403,
        "This link only looks now",
        "Nothing was done: the deadline that this link was made for is over.",
        "If the review is still open, a newer notice has a newer link; or sign in at the desk.",
    )
    CLAIMED = Words(
        409,
        "Somebody else is working on this",
        "Nothing was done: another moderator has claimed the case, and the page says until when.",
        "Wait until then, and take it over; a lead may do so at once. Stop and block never wait.",
    )
    CLAIM_LOST = Words(
        409,
        "The case is not yours any more",
        "Your claim had run out, and somebody else has the case now; or it has been decided.",
        "Nothing you typed is lost: it is still in the form.",
    )
    NO_NOTE = Words(
        400,
        "There is no note",
        "Nothing was kept: the note was empty.",
        "Write something, and press the button again.",
    )
    RECORD_FULL = Words(
        409,
        "The record of this case is full",
        "Nothing was kept, and no picture was shown: what cannot be recorded is not done.",
        "Decide, which is always recorded; and tell the engineer on call.",
    )
    UNKNOWN_LABEL = Words(
        400,
        "That label is not known",
        "Nothing was done: a label is judged as the model gave it, or added from the taxonomy.",
        "Choose among the labels on the page.",
    )
    NOBODY_WAITED = Words(
        409,
        "This came after the deadline",
        "Your decision is stored, but the execution that asked for it had gone on: it may never be "
        "carried out.",
        "Below is what stands; look again in a moment. What is still on air can be stopped on the "
        "channel's page.",
    )
    FAILED = Words(
        500,
        "Something failed on our side",
        "We cannot say whether your last step was stored.",
        "Open the link again: the page shows what stands. If it fails again, tell the engineer on "
        "call, and name this incident.",
    )


class RefusedError(Exception):
    """A request ends here, with a page about its problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.name)
        self.problem = problem
