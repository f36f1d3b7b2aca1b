import pytest

from framewarden.console.form import MOST_FIELDS, Form
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request

FORM = {"content-type": "application/x-www-form-urlencoded"}


def sent(body, **event):
    return Request.of({"headers": FORM, "body": body, **event})


def test_header_names_are_read_in_any_case_and_from_either_field():
    request = Request.of({"headers": {"HOST": "a"}, "multiValueHeaders": {"Origin": ["x", "y"]}})
    assert dict(request.headers) == {"host": "a", "origin": "y"}


def test_an_event_without_anything_is_a_look_at_the_root():
    request = Request.of({"headers": None, "queryStringParameters": None, "body": None})
    assert (request.path, request.root, request.body, request.own_origin) == ("/", "", b"", True)


@pytest.mark.parametrize("body", ["%%%", "a", "é"])
def test_a_body_that_is_not_base64_is_no_body(body):
    request = sent(body, isBase64Encoded=True)
    assert request.body is None
    with pytest.raises(RefusedError) as refused:
        Form.of(request)
    assert refused.value.problem is Problem.MALFORMED


@pytest.mark.parametrize(
    "body",
    ["decision=allow&decision=stop", "nonce=1&nonce=1", "&".join(["x=1"] * (MOST_FIELDS + 1))],
)
def test_a_form_that_says_two_things_is_refused(body):
    with pytest.raises(RefusedError) as refused:
        Form.of(sent(body))
    assert refused.value.problem is Problem.MALFORMED


def test_unknown_fields_and_strange_bytes_are_passed_over():
    form = Form.of(sent("decision=allow&x=1&x=2&name=%FF%00A&note=a%0D%0Ab&nonce"))
    assert form == Form(decision="allow", name="\ufffdA", note="a\nb")


def test_a_page_without_a_host_trusts_no_origin():
    assert not Request.of({"headers": {"Origin": "https://"}}).own_origin


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("a=1; b=2", {"a": "1", "b": "2"}),
        ("a=1;b=x=y", {"a": "1", "b": "x=y"}),
        ('odd[1]="; a=1; ; =; {}', {"odd[1]": '"', "a": "1", "": "", "{}": ""}),
    ],
)
def test_cookies_are_read_whatever_else_the_host_has_set(header, cookies):
    assert dict(Request.of({"headers": {"Cookie": header}}).cookies) == cookies


def test_without_a_cookie_there_is_none():
    assert set(Request.of({}).cookies.values()) == {""}


@pytest.mark.parametrize(
    ("path", "query", "here"),
    [
        ("/", None, ""),
        ("/queue", {"who": "mine", "channel": "a b&c"}, "queue?who=mine&channel=a+b%26c"),
        ("/reviews/r1", {"exp": "1", "sig": "x"}, "reviews/r1"),
        ("/reviews/r1/around", {"exp": "1", "sig": "x", "n": "2"}, "reviews/r1/around?n=2"),
        ("/a\\b?c", None, "a%5Cb%3Fc"),
    ],
)
def test_an_address_to_come_back_to_holds_no_signature(path, query, here):
    assert Request.of({"path": path, "queryStringParameters": query}).here == here
