"""What the page of health shows: problems first, then every entry with its words."""

import re

import pytest

from framewarden.console.health_view import digest, view_of
from tests.unit.console import health_world as made
from tests.unit.console.health_world import HASH, MEDIALIVE, NOW, HealthWorld, at, health

ENTRIES = [
    *("place", "live", "policy", "adapter", "unscreened", "dead-letters", "open-reviews", "oldest"),
    *("failed-stops", "unseen", "bans", "undelivered", "given-up"),
]


def shown(**parts):
    """Return the page of an installation that is quiet but for some parts."""
    return HealthWorld(health(**parts)).ask()


def entry(name, **parts):
    """Return one entry of the page's view."""
    return next(one for one in view_of(health(**parts), NOW).entries if one.name == name)


def problems(**parts):
    return view_of(health(**parts), NOW).problems


class TestPage:
    def test_every_entry_is_there_whatever_it_says(self):
        for page in (
            shown(),
            shown(unread=["policy", "adapter", "live", "unscreened", "bans", "open_reviews"]),
        ):
            assert sorted(re.findall(r'data-entry="([\w-]+)"', page.body)) == sorted(ENTRIES)
            assert 'id="problems"' in page.body

    def test_all_is_well(self):
        page = shown()
        assert "All is well" in page.text
        assert "data-problem" not in page.body
        assert 'class="verdict fine"' in page.body
        assert "No moderated channel is live." in page.text

    def test_unscreened_frames_are_no_problem_and_not_well(self):
        page = shown(unscreened=3)
        assert "Nothing is broken, but nobody looked at some frames" in page.text
        assert "All is well" not in page.text
        assert 'class="verdict warning"' in page.body

    def test_problems_come_first_each_with_the_way_to_it(self):
        page = shown(failed_stops=[made.stop()], given_up=[made.message(given_up=True)])
        assert "2 problems" in page.text
        assert page.body.index("data-problem") < page.body.index('data-entry="live"')
        assert re.findall(r'data-problem="([\w-]+)"', page.body) == ["failed-stops", "given-up"]
        assert '<a href="channels/ivs/studio"><bdi>Channel studio</bdi></a>' in page.body
        assert "1 problem" in shown(dead_letters=1).text

    def test_a_late_channel_says_so_in_words(self):
        page = shown(
            live=[
                made.live("late", -137, "live, but its frames do not come"),
                made.live("banned", -45, banned=True),
                made.live("new", None),
                made.live(MEDIALIVE, -4, since=None),
            ],
            live_more=7,
        )
        states = dict(re.findall(r'data-channel="(\w+)" data-state="(\w+)"', page.body))
        assert states == {"late": "late", "banned": "banned", "new": "fine", "1234567": "fine"}
        assert "late 2 min 17 s ago live, but its frames do not come" in page.text
        assert "banned 45 s ago none is expected" in page.text
        assert "none yet 10 min ago" in page.text
        assert "AWS Elemental MediaLive 4 s ago not told" in page.text
        assert '<a href="channels/medialive/1234567">' in page.body
        assert "7 more are on air" in page.text
        assert "On air under moderation 11" in page.text

    def test_a_channel_without_a_page_is_shown_without_a_link(self):
        page = shown(live=[made.live("arn:aws:ivs:us-east-1:1:channel/odd")])
        assert "<td><bdi>odd</bdi>" in page.body

    def test_what_is_on_air_may_be_unknown(self):
        page = shown(unread=["live"])
        assert "What is on air could not be read." in page.text
        assert "Not known: what is on air cannot be read (ThrottlingException)." in page.text


class TestEntries:
    def test_the_policy_leads_to_its_version(self):
        found = entry("policy")
        assert (found.figure, found.link.text) == ("default", f"Version {HASH[:12]}")
        assert found.link.address == f"policies/{HASH}"
        assert entry("policy", policy=False).figure == "none"
        assert entry("policy", policy=False).tone == "danger"
        assert entry("policy", unread=["policy"]).figure == "?"

    @pytest.mark.parametrize(
        ("number", "figure"), [(0, "0"), (3, "3"), (999, "999"), (1000, "1,000+")]
    )
    def test_unscreened_frames_lead_to_their_list(self, number, figure):
        found = entry("unscreened", unscreened=number)
        assert found.figure == figure
        assert (found.link.address if number else found.link) == (
            "executions?status=unscreened" if number else None
        )
        assert found.tone == ("warm" if number else "fine")

    def test_what_could_not_be_read_is_a_question_mark(self):
        unread = ["unscreened", "dead_letters", "open_reviews", "bans", "adapter"]
        for name in ("unscreened", "dead-letters", "open-reviews", "bans", "oldest", "adapter"):
            found = entry(name, unread=unread)
            assert (found.figure, found.note) == ("?", "It could not be read.")
            assert (found.tone, found.lines) == ("warm", ())

    def test_the_live_adapter_has_its_name_and_says_when_it_ends(self):
        none = entry("adapter")
        assert (none.figure, none.note, none.tone) == ("none", "The base model judges.", "fine")
        assert none.link.address == "adapters"
        fine = entry("adapter", adapter=made.adapter())
        assert (fine.figure, fine.note, fine.tone) == ("v2", "", "fine")
        ending = made.adapter("DEPRECATED", expires_from="2027-01-21T08:00:00.000Z")
        warm = entry("adapter", adapter=ending)
        assert (warm.figure, warm.tone) == ("v2", "warm")
        assert warm.note == "The adapter v2 is deprecated, and may expire from 2027-01-21 on."
        assert problems(adapter=ending) == ()
        gone = entry("adapter", adapter=made.adapter("EXPIRED"))
        assert (gone.figure, gone.tone) == ("v2", "danger")
        assert gone.note.endswith("does not answer (EXPIRED): the base model judges in its place.")

    def test_open_reviews_lead_to_the_queue(self):
        found = entry("open-reviews", open_reviews=1234)
        assert (found.figure, found.link.address) == ("1,234", "queue")

    def test_the_nearest_deadline_says_when_and_whose(self):
        assert entry("oldest").figure == "none"
        found = entry("oldest", open_reviews=1, oldest=made.oldest())
        assert (found.at.iso, found.at.relative) == (at(240), "in 4 min")
        assert (found.note, found.tone) == ("high, studio", "fine")
        assert found.link.address == "reviews/r1"
        late = entry("oldest", open_reviews=1, oldest=made.oldest(-70, channel=None))
        assert (late.at.relative, late.tone) == ("1 min 10 s ago", "danger")
        assert late.note == "high, a still"

    @pytest.mark.parametrize(
        ("name", "part", "one", "tone"),
        [
            ("failed-stops", "failed_stops", made.stop(), "danger"),
            ("unseen", "unseen", made.unseen(), "danger"),
            ("bans", "bans", made.ban(), "fine"),
            ("undelivered", "undelivered", made.message(), "fine"),
            ("given-up", "given_up", made.message(given_up=True), "danger"),
        ],
    )
    def test_a_list_says_each_of_its_own(self, name, part, one, tone):
        found = entry(name, **{part: [one, one]})
        assert (found.figure, found.tone) == ("2", tone)
        assert [says for says, _ in found.lines] == [one["says"]] * 2
        links = {link and link.address for _, link in found.lines}
        assert links == {"channels/ivs/studio" if "channel_arn" in one else None}
        quiet = entry(name)
        assert (quiet.figure, quiet.tone, quiet.lines) == ("0", "fine", ())
        assert quiet.note != found.note

    def test_a_list_that_is_cut_says_so(self):
        cut = frozenset({"bans", "undelivered"})
        assert entry("bans", bans=[made.ban()], cut=cut).figure == "1+"
        assert entry("given-up", given_up=[made.message(given_up=True)], cut=cut).figure == "1+"
        assert entry("unseen", unseen=[made.unseen()], cut=cut).figure == "1"


class TestProblems:
    def test_each_is_labelled_and_linked(self):
        found = problems(
            failed_stops=[made.stop()],
            unseen=[made.unseen()],
            unread=["bans"],
            oldest=made.oldest(-1),
            adapter=made.adapter("GONE"),
            dead_letters=1,
            given_up=[
                made.message("callback#r%2/#0", "callback", given_up=True),
                made.message(given_up=True),
            ],
        )
        assert [(one.label, one.link and one.link.address) for one in found] == [
            ("A stop needs you", "channels/ivs/studio"),
            ("Nobody looks", "channels/ivs/studio"),
            ("Not known", None),
            ("No adapter", "adapters"),
            ("Overdue", "reviews/r1"),
            ("Dead letters", None),
            ("A message was given up", "reviews/r%252%2F"),
            ("A message was given up", None),
        ]
        [policy] = problems(policy=False)
        assert (policy.label, policy.remedy) == ("No policy", "No policy is published")

    def test_more_than_a_screen_are_counted(self):
        found = problems(failed_stops=[made.stop()] * 12)
        assert (found[-1].says, found[-1].remedy) == ("2 more failed stops", "")
        assert found[-1].link is None


def test_a_digest_is_of_what_is_shown_and_not_of_when():
    seen = health(live=[made.live()], oldest=made.oldest(), open_reviews=1)
    later = type(seen)(**{**seen.__dict__, "looked_at": NOW.replace(minute=30)})
    assert digest(seen) == digest(later)
    for other in (
        health(),
        health(live=[made.live(last=-4)], oldest=made.oldest(), open_reviews=1),
        health(live=[made.live()], oldest=made.oldest(241), open_reviews=1),
    ):
        assert digest(other) != digest(seen)
