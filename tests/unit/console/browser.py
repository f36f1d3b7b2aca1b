"""Ask a site as API Gateway does, and see what a browser would see of its answer."""

import html
import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from urllib.parse import urlencode

FUNCTION_ARN = "arn:aws:lambda:us-east-1:111122223333:function:page"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Reply:
    """What a browser would see of an answer."""

    status: int
    headers: dict
    body: str
    cookies: list = field(default_factory=list)

    @property
    def text(self):
        words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.body)).split())
        return re.sub(r" ([.,;])", r"\1", words)

    @property
    def fields(self):
        """Return the hidden fields of the page's own forms, whichever of them it has."""
        return self.form("")

    def form(self, name):
        """Return the hidden fields of the form of that id, or of all but the header's."""
        _, _, main = self.body.partition("<main")
        forms = re.findall(rf'<form[^>]*id="{name}[^"]*".*?</form>', main, re.S) if name else [main]
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', "".join(forms))
        return {name: html.unescape(value) for name, value in hidden}

    @property
    def decisions(self):
        return self.buttons("decision")

    @property
    def actions(self):
        return self.buttons("action")

    def buttons(self, name):
        return re.findall(rf'name="{name}" value="(\w+)"', self.body)


def ask(handler, method, path, query=None, body=None, headers=None, arn=FUNCTION_ARN, **event):
    """Send one request."""
    reply = handler(
        {
            "httpMethod": method,
            "path": path,
            "headers": {"Host": "desk.example", **(headers or {})},
            "queryStringParameters": query,
            "requestContext": {"path": f"/live{path}"},
            "body": body,
            "isBase64Encoded": False,
            **event,
        },
        SimpleNamespace(aws_request_id="req-42", function_name="page", invoked_function_arn=arn),
    )
    several = reply.get("multiValueHeaders", {})
    sent = {name: values[0] for name, values in several.items()} | reply.get("headers", {})
    return Reply(reply["statusCode"], sent, reply["body"], several.get("Set-Cookie", []))


def typed(fields):
    """Return a form's fields as a browser sends them."""
    return urlencode(fields, doseq=True)
