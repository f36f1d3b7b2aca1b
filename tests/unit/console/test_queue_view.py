import pytest

from framewarden.console.queue_asked import Asked
from framewarden.console.queue_view import view_of
from tests.unit.console.queue_world import NOW, at, claimed, row, somebody

COUNTS = {"critical": 3, "high": 20, "medium": 100, "low": 0, "counted_at": at(-40)}
MODERATOR = somebody("moderator")


def view(*rows, after=None, counts=None, **asked):
    return view_of(Asked(**asked), rows, after, counts, MODERATOR, NOW)


def numbers(view):
    return [tab.number for tab in view.tabs]


def test_a_read_of_everything_counts_itself():
    shown = view(row("a", "critical"), row("b"), row("c"), row("d", "low"), counts=COUNTS)
    assert [tab.name for tab in shown.tabs] == ["all", "critical", "high", "medium", "low"]
    assert numbers(shown) == ["4", "1", "2", "0", "1"]
    assert shown.counted is None
    assert shown.shown == "All 4 cases that wait."


def test_what_is_more_severe_than_the_last_row_was_read_to_its_end():
    rows = row("a", "critical"), row("b", "critical"), row("c", "high")
    shown = view(*rows, after="p", counts=COUNTS)
    assert numbers(shown) == ["122", "2", "20", "100", "0"]
    assert shown.counted.relative == "40 s ago"
    assert shown.shown == "The 3 most urgent cases."


def test_a_tab_that_was_read_whole_counts_itself():
    shown = view(row(), row("b"), severity="high", counts=COUNTS)
    assert numbers(shown) == ["105", "3", "2", "100", "0"]
    assert [tab.name for tab in shown.tabs if tab.here] == ["high"]
    assert shown.shown == "All 2 high cases that wait."
    assert view(row(), severity="high").shown == "The one high case that waits."


def test_what_the_sweep_counted_is_never_less_than_what_was_read():
    rows = [row(str(n)) for n in range(25)]
    shown = view(*rows, after="p", severity="high", counts=COUNTS)
    assert numbers(shown) == ["128+", "3", "25+", "100", "0"]
    assert shown.shown == "The 25 high cases with the nearest deadlines."


def test_before_the_first_sweep_numbers_say_that_they_are_not_known():
    assert numbers(view(row(), after="p", severity="high")) == ["1+", "?", "1+", "?", "?"]
    assert numbers(view(row(), after="p")) == ["1+", "0", "1+", "?", "?"]
    assert numbers(view(severity="low")) == ["?", "?", "?", "?", "0"]
    assert view(row(), after="p").counted is None


def test_a_page_further_on_counts_nothing_by_itself():
    shown = view(row(), counts=COUNTS, **{"after": None}, severity=None)
    further = view_of(Asked(after="p"), [row()], None, COUNTS, MODERATOR, NOW)
    assert (numbers(shown)[1:3], numbers(further)[1:3]) == (["0", "1"], ["3", "20"])
    assert further.shown == "The next 1 case."
    assert numbers(view_of(Asked(after="p"), [], None, COUNTS, MODERATOR, NOW))[0] == "123"


def test_filters_say_of_what_they_show_a_part():
    rows = row("a", **claimed("ana")), row("b", **claimed()), row("c"), row("d", rung=1)
    for who, ids in {"mine": "a", "free": "cd", "escalated": "d", "": "abcd"}.items():
        shown = view(*rows, who=who)
        assert "".join(card.review_id for card in shown.cards) == ids
        assert [choice.name for choice in shown.who if choice.here] == [who]
    assert view(*rows, who="mine").shown == "1 shown of all 4 cases that wait."
    assert view(*rows, who="mine", after="p").shown == "1 shown of the 4 most urgent cases."
    assert numbers(view(*rows, who="mine"))[0] == "4"


def test_channels_are_found_by_a_part_of_their_name():
    rows = row("a", channel="Studio-Nord"), row("b", channel="studio-sued"), row("c")
    assert [card.review_id for card in view(*rows, channel="STUDIO").cards] == ["a", "b"]
    assert [card.review_id for card in view(*rows, channel="nord", who="free").cards] == ["a"]


@pytest.mark.parametrize(
    ("asked", "rows", "empty"),
    [
        ({}, (), "nobody"),
        ({"who": "mine"}, (), "nobody"),
        ({"severity": "low"}, (), "severity"),
        ({"after": "p"}, (), "end"),
        ({"who": "mine"}, (row(),), "filter"),
        ({"channel": "none"}, (row(),), "filter"),
        ({}, (row(),), ""),
    ],
)
def test_an_empty_list_has_its_reason(asked, rows, empty):
    shown = view_of(Asked(**asked), rows, None, None, MODERATOR, NOW)
    assert shown.empty == empty
    assert bool(shown.shown) == bool(rows)


def test_addresses_keep_the_filters_and_begin_anew():
    shown = view_of(
        Asked("high", "free", "a&b", "0#1@r"), [row()], "1#2@s", None, MODERATOR, NOW, lost=True
    )
    assert shown.tabs[0].address == "queue?who=free&channel=a%26b"
    assert shown.tabs[1].address == "queue?severity=critical&who=free&channel=a%26b"
    assert shown.who[0].address == "queue?severity=high&channel=a%26b"
    assert shown.more == "queue?severity=high&who=free&channel=a%26b&after=1%232%40s"
    assert shown.live == "queue/cards?severity=high&who=free&channel=a%26b&after=0%231%40r"
    assert shown.lost
    assert view(row()).tabs[0].address == "queue"
    assert view(row()).more is None


def test_an_address_that_nobody_of_ours_wrote_asks_for_everything():
    assert Asked.of({"severity": "grave", "who": "them", "after": ""}) == Asked()
    assert Asked.of({"channel": "  x" + "y" * 99}).channel == "x" + "y" * 49
    assert Asked.of({"severity": "low", "who": "free", "after": "p", "other": "1"}) == Asked(
        "low", "free", "", "p"
    )


def test_a_digest_tells_everybody_what_has_changed_for_them():
    def digest(*rows, authority=MODERATOR, now=NOW, counts=None, after=None, **asked):
        return view_of(Asked(**asked), rows, after, counts, authority, now).digest(authority)

    known = digest(row())
    assert digest(row(), now=NOW.replace(second=40)) == known
    others = [
        digest(row(frames=9)),
        digest(row(), row("b")),
        digest(),
        digest(row(), who="free"),
        digest(row(), after="p"),
        digest(row(), after="p", counts=COUNTS),
        digest(row(), after="p", counts=COUNTS | {"low": 1}),
        digest(row(), authority=somebody("moderator", account="ben")),
        digest(row(), authority=somebody("lead")),
        digest(row(**claimed(left=5))),
        digest(row(**claimed(left=5)), now=NOW.replace(second=40)),
    ]
    assert len({known, *others}) == 12
