"""Give the deployed user pool people of every role, and let each of them sign in once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.people import made_password

if TYPE_CHECKING:
    from tests.workflow.conftest import Desk

Row = dict[str, Any]


@dataclass
class Person:
    """Somebody with an account of their name; `session` is what a browser of theirs holds."""

    name: str
    role: str | None
    password: str
    session: Row | None = field(default=None, repr=False)


class People:
    """The pool's users, made when a test first needs them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._known: dict[str, Person] = {}

    def get(self, name: str, role: str | None = "moderator") -> Person:
        """Return somebody who has chosen a password."""
        if name not in self._known:
            person = self.invited(name, role)
            self._pool("admin_set_user_password", name, Password=person.password, Permanent=True)
            self._known[name] = person
        return self._known[name]

    def invited(self, name: str, role: str | None = "moderator") -> Person:
        """Make an account whose first password came by a message: the desk asks for another."""
        password = made_password()
        self._pool("admin_create_user", name, TemporaryPassword=password, MessageAction="SUPPRESS")
        if role:
            self._pool("admin_add_user_to_group", name, GroupName=role)
        return Person(name, role, password)

    def dismiss(self, person: Person) -> None:
        """Disable an account."""
        self._pool("admin_disable_user", person.name)

    def _pool(self, operation: str, name: str, **asked: Any) -> Row:
        cognito = self.desk.client("cognito-idp")
        pool = self.desk.target.output("UserPoolId")
        return dict(getattr(cognito, operation)(UserPoolId=pool, Username=name, **asked))
