"""Let engineers and auditors look, and nobody else: what their pages have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from framewarden.console import pages
from framewarden.console.authority import Authority
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.console.visitors import Visitors
from framewarden.domain import roles

if TYPE_CHECKING:
    from framewarden.looking import Sources

NO_CONSOLE = "none"


def inspector_of(visitors: Visitors, request: Request) -> Authority:
    """Return who looks.

    Raises
    ------
    RefusedError
        Nobody is signed in, or executions are not for them.
    """
    authority = visitors.signed_in(request)
    if authority is None:
        raise RefusedError(Problem.SIGN_IN)
    authority.require(roles.INSPECT)
    return authority


def execution_path(machine: str, name: str) -> str:
    """Return the address of an execution below the root."""
    return f"executions/{quote(machine, safe='')}/{quote(name, safe='')}"


@dataclass(frozen=True)
class Inspector:
    """The pages of executions and frames, on top of what they are read from.

    `sources` is called behind the check of who looks: whoever is refused loads no more than that.
    """

    sources: Callable[[], "Sources"]
    visitors: Visitors
    clock: Callable[[], datetime]
    aws_console: str

    def render(self, template: str, request: Request, authority: Authority, **shown: Any) -> str:
        """Render a page for who looks."""
        visitor = authority.visitor(self.clock())
        return pages.render(template, request.root, visitor=visitor, here=request.here, **shown)

    def in_aws(self, request: Request, arn: str) -> str | None:
        """Return an execution's address in the AWS console; None where there is no console."""
        if self.aws_console == NO_CONSOLE:
            return None
        region = request.function_arn.split(":")[3]
        return (
            f"https://{self.aws_console}/states/home?region={region}"
            f"#/v2/executions/details/{quote(arn, safe=':')}"
        )
