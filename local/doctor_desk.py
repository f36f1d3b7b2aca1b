"""Check the desk: that somebody can sign in and act, and what a link's holder may do."""

from __future__ import annotations

from collections.abc import Iterator

from framewarden.domain.roles import REINSTATE, STOP, acts_of
from local.doctor import OK, WARN, Seen
from local.doctor_stack import REDEPLOY, given_parameter
from local.people import listed
from local.target import Target

# What somebody must be able to do, and the role that is added where nobody is.
WANTED = ((STOP, "decide", "moderator"), (REINSTATE, "reinstate a channel", "lead"))
LINKS = {
    "view": "looks at its case",
    "allow": "looks, allows, upholds and escalates",
    "stop": "looks, allows, upholds, escalates, stops, blocks and bans",
}


def check_people(target: Target) -> Iterator[Seen]:
    """See whether somebody can sign in and do what a link's holder may not."""
    people = [one for one in listed(target) if one["may_sign_in"] and one["roles"]]
    acts = acts_of(role for one in people for role in one["roles"])
    for act, what, role in WANTED:
        if act not in acts:
            yield (
                WARN,
                f"Nobody who can sign in at the desk may {what}.",
                f"framewarden users add NAME --role {role} --email ADDRESS{target.option}",
            )
    if people:
        yield OK, f"{len(people)} accounts can sign in at {target.desk_url}", ""


def check_links(target: Target) -> Iterator[Seen]:
    """Say what somebody may do who holds a notice's link, and no account."""
    allowed = given_parameter(target, "LinkMay")
    if allowed in LINKS:
        yield OK, f"LinkMay is {allowed}: whoever holds a notice's link {LINKS[allowed]}.", ""
    else:
        yield WARN, "The stack has no parameter LinkMay: it is older than this command.", REDEPLOY
