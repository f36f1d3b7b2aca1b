from framewarden.console.case import case_of, state_of


def shown(world, **changes):
    return case_of(world.review(**changes), world.now)


def paths(branches, above=()):
    for branch in branches:
        yield (*above, branch.name), branch.confidence
        yield from paths(branch.branches, (*above, branch.name))


def label(name, parent, confidence):
    return {"name": name, "parent": parent, "level": 3, "confidence": confidence}


def test_labels_hang_below_their_parents_the_surest_first(world):
    case = shown(
        world,
        labels=[
            label("Exposed Male Nipple", "Non-Explicit Nudity", 61),
            label("Exposed Female Nipple", "Explicit Nudity", 92),
            label("Explicit Nudity", "Explicit", 95),
            label("Brand New", "Also New", 30),
            label("Orphan", "", 20),
        ],
    )
    intimate = "Non-Explicit Nudity of Intimate parts and Kissing"
    assert list(paths(case.tree)) == [
        (("Explicit",), None),
        (("Explicit", "Explicit Nudity"), 95),
        (("Explicit", "Explicit Nudity", "Exposed Female Nipple"), 92),
        ((intimate,), None),
        ((intimate, "Non-Explicit Nudity"), None),
        ((intimate, "Non-Explicit Nudity", "Exposed Male Nipple"), 61),
        (("Also New",), None),
        (("Also New", "Brand New"), 30),
        (("Orphan",), 20),
    ]
    assert (case.what, case.confidence) == ("Explicit Nudity", 95)


def test_the_adapter_that_answered_stands_on_the_page(world):
    arn = "arn:aws:rekognition:us-east-1:111122223333:project/fw/version/v2/1700000000000"
    world.add(adapter=arn, adapter_asked=arn)
    world.add(review_id="r2", adapter=None, adapter_asked=arn)
    world.add(review_id="r3", adapter=None, adapter_asked=None)
    world.add(review_id="r4", adapter="<b>odd</b>")
    assert '<dd id="adapter"><bdi>v2</bdi></dd>' in world.get("r1").body
    assert "Adapter v2 did not answer, the base model did" in world.get("r2").text
    assert 'id="adapter"' not in world.get("r3").body
    assert "<b>odd" not in world.get("r4").body


def test_a_row_is_open_then_closing_then_ended(world):
    deadline = int(world.now.timestamp())
    assert state_of(world.review(), world.now) == "open"
    assert state_of(world.review(deadline=deadline), world.now) == "closing"
    assert state_of(world.review(status="decided"), world.now) == "decided"
    assert state_of(world.review(status="expired"), world.now) == "expired"


def test_what_could_not_be_analysed_is_never_shown_as_clean(world):
    samples = [{"key": "k", "at": world.at(0), "confidence": 0}] * 2
    row = {"labels": [], "matched": [], "margin": None, "policy_hash": None, "samples": samples}
    row |= {"category": "unscreened", "reason": "image_invalid"}
    case = shown(world, **row)
    assert (case.what, case.confidence, case.unscreened) == ("Not analysed", None, "image invalid")
    world.add(**row)
    page = world.get()
    assert "Nobody has looked at this frame yet" in page.text
    assert "not analysed" in page.text
    assert "0.0" not in page.text
    assert "Policy" not in page.text


def test_a_category_without_labels_still_has_a_name(world):
    assert shown(world, labels=[]).what == "Explicit"
    world.add(labels=[], category=None)
    assert "No labels are stored" in world.get().text


def test_a_deadline_that_leads_to_the_next_rung_says_so(world):
    world.add(ladder=[300, 600], deadline=int(world.now.timestamp()) - 2)
    assert "A lead is being asked." in world.get().text


def test_an_expired_review_shows_its_default_and_no_name(world):
    expired = {"status": "expired", "decision": "allow", "by": "policy", "via": "default"}
    world.add(**expired, decided_at=world.at(-5), default="allow", outcome="unscreened")
    text = world.get().text
    assert "Nobody decided in time" in text
    assert "the stream goes on, and its frames count as not looked at" in text
    assert "Outcome unscreened" in text
    assert "policy via default" not in text


def test_what_the_breaker_left_on_air_is_said_while_it_can_be_decided(world):
    world.add(breaker_open=True)
    assert "Not stopped by itself The stream is still on air" in world.get().text
    world.add(breaker_open=True, status="decided", decision="stop", by="Ana", via="link")
    assert "still on air" not in world.get().text


def test_an_outcome_has_its_reason(world):
    decided = {"status": "decided", "decision": "stop", "by": "Ana", "via": "link"}
    world.add(**decided, decided_at=None, outcome="stopped", outcome_reason="by_person")
    text = world.get().text
    assert "Outcome stopped (by person)" in text
    assert "When" not in text.partition("Where and when")[0]


def test_more_frames_than_are_kept_are_counted_all_the_same(world):
    world.add(frames=40)
    text = world.get().text
    assert "40 frames" in text
    assert "The first 2 frames of this incident" in text


def test_one_frame_is_no_list(world):
    world.add(frames=1, samples=[])
    text = world.get().text
    assert "Incident 1 frame Deadline" in text
    assert "Taken" not in text


def test_a_severity_that_we_do_not_know_is_no_class_name(world):
    assert shown(world, severity='x" onload="').severity == "medium"


def test_the_case_does_not_hold_the_token(world):
    assert "THE-TASK-TOKEN" not in repr(shown(world))
