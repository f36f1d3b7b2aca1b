"""Say who is asking, and what they may do: an account that signed in, or the holder of a link."""

from dataclasses import dataclass
from datetime import datetime

from framewarden.console.problems import Problem, RefusedError
from framewarden.domain import links, roles
from framewarden.domain.cases import LINK

# What the form that signs somebody out is about.
SIGN_OUT = "sign-out"


@dataclass(frozen=True)
class Visitor:
    """What the head of a page says of who is signed in; the nonce is of its form to sign out.

    `inspects` tells whether executions and health are for them.
    """

    name: str
    role: str
    nonce: str
    inspects: bool = False


@dataclass(frozen=True)
class Authority:
    """Who asks; `key` signs the forms that they are shown, `account` is None for a link's holder.

    `name` is what others read: an account's name. A link's holder types one into the form.
    """

    via: str
    acts: frozenset[str]
    key: str
    account: str | None = None
    name: str = ""
    roles: tuple[str, ...] = ()

    def may(self, act: str) -> bool:
        """Tell whether they may do something of `domain.roles`."""
        return act in self.acts

    def require(self, act: str) -> None:
        """Refuse what they may not do.

        Raises
        ------
        RefusedError
            A link may not do it, or none of the account's roles may.
        """
        if not self.may(act):
            raise RefusedError(self.refusal(act))

    def refusal(self, act: str) -> Problem:
        """Return the problem that says who may do what they may not."""
        if self.via == LINK:
            return Problem.LINK_MAY_NOT
        if act == roles.INSPECT:
            return Problem.INSPECT_ONLY
        return Problem.LEAD_ONLY if act in (roles.REINSTATE, roles.LEAD) else Problem.ROLE_MAY_NOT

    def subject(self, of: str) -> str:
        """Return what a form's nonce is bound to: the review or channel, and whose page it was."""
        return f"{of}|{self.account or LINK}"

    def visitor(self, now: datetime) -> Visitor | None:
        """Return what the head of a page says of them; None for a link's holder."""
        if self.account is None:
            return None
        nonce = links.make_nonce(self.key, self.subject(SIGN_OUT), now)
        return Visitor(self.name, ", ".join(self.roles), nonce, self.may(roles.INSPECT))
