"""The record of a case as its page tells it."""

from framewarden.console.case_record_view import BYTES, ENTRIES, record_of


def event(world, kind, second=-10, **more):
    return {"kind": kind, "at": world.at(second), "by": "Ana", "via": "desk", **more}


def test_everything_that_people_do_is_told_the_newest_first(world):
    events = [
        event(world, "claim", -90),
        event(world, "reveal", -80),
        event(world, "note", -70, note="look at the hands"),
        event(world, "release", -60),
        event(world, "takeover", -50),
        event(world, "late", -5, decision="allow", note="sorry"),
        event(world, "something-new", -1),
    ]
    decided = {"status": "decided", "decision": "stop", "by": "Bea", "via": "link"}
    row = world.review(**decided, note="clear", decided_at=world.at(-30))
    record = record_of(row, events, world.now, whole=False)
    assert [(entry.title, entry.by, entry.note) for entry in record.entries] == [
        ("something-new", "Ana", ""),
        ("Too late: Allow", "Ana", "sorry"),
        ("Decided: Stop the stream", "Bea", "clear"),
        ("Took the case over", "Ana", ""),
        ("Released the case", "Ana", ""),
        ("Note", "Ana", "look at the hands"),
        ("Looked at the picture unblurred", "Ana", ""),
        ("Claimed the case", "Ana", ""),
    ]
    assert record.hidden == 0


def test_what_the_policy_did_is_no_ones_act(world):
    row = world.review(status="expired", decision="stop", decided_at=world.at(-3), by="policy")
    assert record_of(row, [], world.now, whole=True).entries == ()
    row = world.review(status="decided", decision="stop", decided_at=None)
    assert record_of(row, [], world.now, whole=True).entries == ()


def test_a_long_record_is_cut_by_number_and_by_size(world):
    short = [event(world, "reveal", -second) for second in range(ENTRIES + 5)]
    record = record_of(world.review(), short, world.now, whole=False)
    assert (len(record.entries), record.hidden) == (ENTRIES, 5)
    # Each of these letters is five in a page.
    long = [event(world, "note", note="&" * (BYTES // 10)) for _ in range(3)]
    record = record_of(world.review(), long, world.now, whole=False)
    assert (len(record.entries), record.hidden) == (2, 1)
    record = record_of(world.review(), long, world.now, whole=True)
    assert (len(record.entries), record.hidden) == (3, 0)


def test_who_came_by_a_link_is_marked(world):
    world.add()
    world.record = [event(world, "reveal", by="unnamed", via="link"), event(world, "claim")]
    text = world.get().text
    assert "Looked at the picture unblurred unnamed via link," in text
    assert "Claimed the case Ana," in text
