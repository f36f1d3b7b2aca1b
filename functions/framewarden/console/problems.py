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
