import html
import re

import pytest

from framewarden.console.problems import Problem
from framewarden.console.static_files import static
from framewarden.domain import links
from tests.unit.console.queue_world import KEY, NOW, Queue, at, claimed, label, row

CARD = re.compile(r'<li class="card.*?\n</li>', re.S)


@pytest.fixture
def queue():
    return Queue()


def ids(reply):
    return re.findall(r'data-review="([^"]*)"', reply.body)


def test_the_most_urgent_case_comes_first(queue):
    queue.add(row("late", "high", 900), row("soon", "high", 90), row("worst", "critical", 5000))
    reply = queue.ask()
    assert reply.status == 200
    assert ids(reply) == ["worst", "soon", "late"]
    assert queue.read == [(50, None, None)]


def test_a_card_shows_what_somebody_needs_to_choose(queue):
    queue.add(row(ladder=[300, 900], labels=[label(), label("Weapons", 61)]))
    reply = queue.ask()
    [card] = CARD.findall(reply.body)
    for part in (
        'class="card" data-review="r1" data-severity="high"',
        '<a class="open" href="reviews/r1"><b>high</b> <bdi>Explicit</bdi> 92.3\u00a0%</a>',
        '<img src="reviews/r1/strip?n=2" alt="" loading="lazy">',
        '<time datetime="2026-11-22T08:10:31Z" data-relative>in 4 min</time>',
        "also Weapons 61.0\u00a0%",
    ):
        assert part in card
    assert "channel AbCdef1G2hij, 2 frames since 08:05:31, last 5 s ago" in reply.text
    assert "Decide in 4 min, by 08:10:31; else a lead is asked" in reply.text


def test_a_deadline_of_another_day_has_its_date(queue):
    assert "by 2026-11-23 08:06:31;" in queue.add(row(left=86_400)).ask().text


def test_what_is_out_of_the_ordinary_is_said(queue):
    queue.add(
        row("a", stop_failed=True, frames=1),
        row("b", breaker_open=True),
        row("c", default="uphold"),
        row("d", rung=1, ladder=[1, 2], reminded_at=at(-9)),
        row("e", labels=[], category="unscreened", reason="image_invalid"),
        row("f", left=-3, channel_arn=None, default="block"),
        row("g", frames=900),
    )
    text = queue.ask().text
    for said in (
        "The stop failed",
        "1 frame, seen 1 min ago",
        "Not stopped: the breaker is open",
        "Stopped. Does that stand?",
        "Escalated: a lead decides Reminded 08:06:22",
        "Could not be analysed: image invalid. It may show anything.",
        "source AbCdef1G2hij",
        "The deadline was 3 s ago : the image is blocked",
    ):
        assert said in text
    assert "/strip?n=12" in queue.ask().body
    queue.roles = ("lead",)
    assert "Escalated: you decide" in queue.ask().text


@pytest.mark.parametrize(
    ("roles", "actions"),
    [
        (("moderator",), ["claim", "claim"]),
        (("lead",), ["takeover", "claim", "claim"]),
        (("engineer",), []),
        (("auditor",), []),
        (("auditor", "moderator"), ["claim", "claim"]),
    ],
)
def test_who_may_claim_finds_a_form_on_each_card(queue, roles, actions):
    queue.roles = roles
    queue.add(
        row("a", **claimed()),
        row("b"),
        row("c", **claimed(left=-1)),
        row("d", **claimed("ana", "Ana")),
    )
    reply = queue.ask()
    assert reply.actions == actions
    assert reply.body.count('<form class="claim"') == len(actions)
    assert "Ben has it until 08:07:31" in reply.text
    assert "The claim of Ben ran out" in reply.text
    assert "Yours until 08:07:31" in reply.text


def test_a_claim_is_a_form_that_names_the_case_and_whose_page_it_was(queue):
    [card] = CARD.findall(queue.add(row("r7")).ask().body)
    assert '<form class="claim" method="post" action="reviews/r7/claim">' in card
    [nonce] = re.findall(r'name="nonce" value="([^"]+)"', card)
    links.verify_nonce([KEY], "r7|ana", nonce, NOW)


def test_only_who_signed_in_sees_the_queue(queue):
    queue.roles = ()
    for path in ("/queue", "/queue/cards"):
        reply = queue.ask(path=path)
        assert reply.status == 303
        assert "sign-in" in reply.headers["Location"]
    queue.roles = ("nobody",)
    assert queue.ask().status == Problem.NO_ROLE.value.status
    assert queue.read == []


def test_tabs_and_filters_reach_the_store_as_one_query(queue):
    queue.fill(12)
    reply = queue.ask(severity="medium", who="free", channel="abc")
    assert queue.read == [(50, "medium", None)]
    assert len(ids(reply)) == 3
    assert re.findall(r'data-tab="(\w+)"[^>]*aria-current', reply.body) == ["medium"]
    assert re.findall(r'data-who="(\w+)" aria-current', reply.body) == ["free"]
    assert '<input type="hidden" name="severity" value="medium">' in reply.body
    assert '<input type="hidden" name="who" value="free">' in reply.body
    assert 'type="search" value="abc"' in reply.body
    assert '<a href="queue?severity=medium&amp;who=free">Any channel</a>' in reply.body
    assert 'data-cards="queue/cards?severity=medium&amp;who=free&amp;channel=abc"' in reply.body


def test_counts_are_fetched_only_where_the_page_cannot_count(queue):
    queue.fill(8).ask()
    assert queue.counted == 0
    queue.counts = {"critical": 2, "high": 9, "medium": 2, "low": 2, "counted_at": at(-21)}
    reply = queue.ask(severity="high")
    assert queue.counted == 1
    assert re.findall(r'class="count" data-severity="\w+">([^<]+)', reply.body) == [
        *("8", "2", "2", "2", "2")
    ]
    assert "counted 21 s ago" in reply.text


def test_the_next_page_begins_where_this_one_ends(queue):
    first = queue.fill(120).ask()
    assert len(ids(first)) == 50
    [more] = re.findall(r'href="queue\?after=([^"]+)" rel="next"', first.body)
    after = more.replace("%23", "#").replace("%40", "@")
    second = queue.ask(after=after)
    assert queue.read[-1] == (50, None, after)
    third = queue.ask(
        after=re.findall(r'after=([^"]+)" rel', second.body)[0]
        .replace("%23", "#")
        .replace("%40", "@")
    )
    assert [*ids(first), *ids(second), *ids(third)] == [
        one["review_id"]
        for one in sorted(
            queue.rows,
            key=lambda one: (
                ("critical", "high", "medium", "low").index(one["severity"]),
                one["deadline"],
            ),
        )
    ]
    assert 'rel="next"' not in third.body
    assert "Back to the beginning" in third.text
    assert "The next 20 cases." in third.text


@pytest.mark.parametrize("after", ["x", "0#1", "../../etc", "<b>", "9" * 3000])
def test_a_place_that_is_not_in_the_queue_shows_its_beginning(queue, after):
    reply = queue.add(row()).ask(after=after, severity="nonsense", who="me")
    assert reply.status == 200
    assert ids(reply) == ["r1"]
    assert "This is its beginning." in reply.text
    assert 'data-cards="queue/cards"' in reply.body


@pytest.mark.parametrize(
    ("query", "rows", "said"),
    [
        ({}, [], "Nobody is waiting for you No case is open."),
        ({"severity": "critical"}, [], "No critical case is waiting"),
        ({"after": "1#1@r"}, [], "The queue ends here"),
        ({"who": "mine"}, [row()], "You have claimed none of these Filters look only at what was"),
        ({"who": "free"}, [row(**claimed())], "Every one of these is claimed"),
        ({"who": "escalated"}, [row()], "None of these is escalated"),
        ({"channel": "<b>"}, [row()], "No channel fits"),
    ],
)
def test_an_empty_queue_explains_itself(queue, query, rows, said):
    reply = queue.add(*rows).ask(**query)
    assert reply.status == 200
    assert ids(reply) == []
    assert said in reply.text
    assert "<b>" not in reply.body


def test_markup_stays_text(queue):
    evil = "<script>alert(1)</script>\"'"
    lapsed = {"channel": evil} | claimed(left=-1, name=evil)
    queue.add(row(evil, channel=evil, labels=[label(evil), label(evil)], **claimed(evil, evil)))
    queue.add(row("b", reason=evil, labels=[], category="unscreened", **lapsed))
    queue.add(row("c", labels=[], category=evil, channel=evil))
    reply = queue.ask(channel="<SCRIPT>")
    assert "<script>alert" not in reply.body
    assert reply.body.count("<script") == 3
    assert 'href="reviews/%3Cscript%3Ealert%281%29%3C/script%3E%22%27"' in reply.body
    assert "&lt;script&gt;alert(1)" in reply.body


def test_the_page_names_its_script_and_style_and_holds_none_of_them(queue):
    body = queue.add(row()).ask().body
    assert 'data-page="queue"' in body
    for name in ("desk.css", "queue.css", "desk.js", "queue.js"):
        assert f'"static/{name}?v={static(name).digest}"' in body
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script>", body)


def test_the_cards_alone_are_what_the_page_takes_over(queue):
    queue.add(row())
    page, cards = queue.ask(), queue.cards()
    assert cards.status == 200
    assert cards.body.startswith('<div id="live"')
    assert cards.body.strip() in page.body
    assert "<main" not in cards.body


def test_unchanged_cards_are_not_sent_again(queue):
    etag = queue.add(row(left=5000)).cards().headers["ETag"]
    queue.now = NOW.replace(second=50)
    for known in (etag, f"W/{etag}"):
        reply = queue.cards(known)
        assert (reply.status, reply.body, reply.headers["ETag"]) == (304, "", etag)
    queue.add(row("r2", "critical"))
    reply = queue.cards(etag)
    assert reply.status == 200
    assert reply.headers["ETag"] != etag
    assert ids(reply) == ["r2", "r1"]


def test_forms_are_renewed_before_their_nonces_end(queue):
    etag = queue.add(row(left=5000)).cards().headers["ETag"]
    queue.now = NOW.replace(minute=NOW.minute + 5)
    assert queue.cards(etag).status == 200


def test_an_etag_is_of_whoever_looks(queue):
    etag = queue.add(row()).cards().headers["ETag"]
    queue.account = "ben"
    assert queue.cards(etag).status == 200


def test_head_answers_without_a_body(queue):
    queue.add(row())
    for path in ("/queue", "/queue/cards"):
        reply = queue.ask("HEAD", path)
        assert (reply.status, reply.body) == (200, "")


def test_a_first_load_of_fifty_fat_cards_is_small(queue):
    queue.roles = ("lead",)
    longest = "Non-Explicit Nudity of Intimate parts and Kissing"
    queue.fill(
        60,
        channel="<folder> & more, " * 30,
        labels=[label(longest, 90 + n) for n in range(9)],
        stop_failed=True,
        default="allow",
        rung=1,
        reminded_at=at(-9),
        frames=1234,
        **claimed(name="N" * 80),
    )
    reply = queue.ask()
    assert len(ids(reply)) == 50
    files = ("desk.css", "queue.css", "desk.js", "queue.js", "mark.svg")
    assert sum(len(static(name).text.encode()) for name in files[:4]) < 30_000
    assert sum(len(static(name).text.encode()) for name in files) + len(reply.body.encode()) < 1e5


@pytest.mark.parametrize(
    ("rows", "roles", "goes_to"),
    [
        ([], ("moderator",), "../queue"),
        ([row("a"), row("b", "critical")], ("moderator",), "../reviews/b"),
        ([row("here", "critical"), row("a")], ("moderator",), "../reviews/a"),
        ([row("a", **claimed())], ("moderator",), "../queue"),
        ([row("a", **claimed("ana"))], ("moderator",), "../reviews/a"),
        ([row("a", **claimed(left=-1))], ("moderator",), "../reviews/a"),
        ([row("a", rung=1)], ("moderator",), "../queue"),
        ([row("a", rung=1)], ("lead",), "../reviews/a"),
        ([row("a", left=0)], ("moderator",), "../queue"),
    ],
)
def test_the_next_case_is_the_most_urgent_that_waits_for_this_person(queue, rows, roles, goes_to):
    queue.add(*rows).roles = roles
    reply = queue.ask(path="/queue/next", **{"not": "here"})
    assert (reply.status, reply.headers["Location"]) == (303, goes_to)
    assert queue.read == [(50, None, None)]


def test_nobody_is_sent_to_a_case_without_signing_in(queue):
    queue.add(row()).roles = ()
    assert "sign-in" in queue.ask(path="/queue/next").headers["Location"]


def test_the_first_look_of_a_page_costs_nothing(queue):
    queue.add(row())
    [etag] = re.findall(r'data-etag="([^ ]*)"', queue.ask().body)
    assert queue.cards(html.unescape(etag)).status == 304
