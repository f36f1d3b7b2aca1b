"""Tell what happened to a frame, moment by moment, from everything that kept one of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from framewarden.aws.executions import Execution
from framewarden.domain.answered import analysed_words
from framewarden.domain.batch_lists import SOURCE
from framewarden.domain.failures import stop_failure_words
from framewarden.domain.why_ended import SKIPPED
from framewarden.domain.why_found import failure, finding, person
from framewarden.domain.why_known import Known, mapping, moment_of

Row = Mapping[str, Any]
Told = tuple[object, str, str]
Tries = Iterable[tuple[int, Execution | None]]

DECISIONS = {
    "allow": "Allowed",
    "block": "Blocked",
    "stop": "Decided to stop the stream",
    "uphold": "The stop was upheld",
    "reinstate": "Decided to reinstate the channel",
}
ENDS = {"FAILED": "failed", "TIMED_OUT": "took longer than it may", "ABORTED": "was aborted"}
CLOSED = {
    "refused": "Left to people: more automatic stops came than the policy allows at a time",
    "ended": "Off air before the stop was done",
    "reinstated": "The stop was taken back",
}


@dataclass(frozen=True)
class Happening:
    """One moment of a frame's life; `kind` is one word, `says` a sentence without its full stop."""

    at: datetime
    kind: str
    says: str


def happenings_of(known: Known, earlier: Row, stop: Row, ban: Row, tries: Tries) -> list[Happening]:
    """Return what happened, the oldest first; what several of them tell is told once.

    `earlier` is the evidence of an earlier attempt than the one that is known; `tries` are all.
    """
    before = replace(known, state=earlier, row={})
    told = [
        *_beginning(known.row),
        *_tried(tries),
        *_judged(before),
        *_judged(known),
        *_asked(known),
        *_decided(known.review),
        *_stopped(known.slot("stop"), stop),
        *_banned(stop, ban),
        *_archived(earlier, known.row.get("evidence")),
        *_archived(known.state, known.row.get("evidence")),
        *_settled(known),
    ]
    found: dict[tuple[datetime, str], Happening] = {}
    for moment, kind, says in told:
        at = moment_of(moment)
        if at is not None:
            found.setdefault((at, kind), Happening(at, kind, says))
    # Of one moment, the order is the one in which things come about.
    return sorted(found.values(), key=lambda one: one.at)


def _beginning(row: Row) -> Iterator[Told]:
    how = "Listed by its batch in" if row.get("source") == SOURCE else "Put into"
    yield row.get("put_at"), "put", f"{how} {row.get('bucket') or 'the bucket'}"
    if row.get("outcome") == "skipped":
        why = SKIPPED.get(str(row.get("reason")), str(row.get("reason")))
        yield row.get("settled_at"), "skipped", f"Skipped: {why}"
    elif int(row["attempt"]) > 1:
        yield row.get("admitted_at"), "admitted", f"Admitted again, as attempt {row['attempt']}"
    else:
        yield row.get("admitted_at"), "admitted", "Admitted"


def _tried(tries: Tries) -> Iterator[Told]:
    for number, execution in tries:
        if execution is None:
            continue
        yield _of(execution.started_at), "started", f"Attempt {number} was started"
        how = ENDS.get(execution.status)
        if how:
            why = f": {failure(execution.error)}" if execution.error else ""
            yield _of(execution.stopped_at), "died", f"Attempt {number} {how}{why}"


def _judged(known: Known) -> Iterator[Told]:
    analysis, verdict = known.slot("analysis"), known.slot("verdict")
    yield analysis.get("analyzed_at"), "analysed", analysed_words(analysis)
    severity = verdict.get("severity") or known.row.get("severity")
    matched = f": {finding(known)}" if verdict.get("matched") else ""
    judged_at = verdict.get("judged_at") or known.row.get("judged_at")
    yield judged_at, "judged", f"Judged {severity}{matched}"
    held = known.slot("unscreened")
    error = failure(held.get("error"), held.get("reason"))
    yield held.get("held_at"), "held", f"Nobody could judge it: {error}"


def _asked(known: Known) -> Iterator[Told]:
    """Tell of its review, and of whoever was called."""
    row, review = known.row, known.review
    if not review:
        return
    if not known.opened_by_us:
        opener = str(review.get("execution"))[:12]
        says = f"Joined the review that frame {opener} opened"
        yield row.get("settled_at"), "joined", says
    yield review.get("opened_at"), "opened", "Its review was opened"
    # A notice goes out a moment after its rung begins, and the row keeps that it did, not when.
    notified = int(review.get("notified_rung", -1))
    for rung, moment in enumerate(review.get("rung_times") or ()):
        if rung:
            by = f" by {review['escalated_by']}" if review.get("escalated_by") else ""
            yield moment, "escalated", f"Passed on to a lead{by}"
        if rung <= notified:
            yield moment, "told", "A lead was called" if rung else "People were called"
    yield review.get("reminded_at"), "reminded", "People were reminded"
    name = review.get("claimed_name") or review.get("claimed_by")
    yield review.get("claimed_at"), "claimed", f"Claimed by {name}"


def _decided(review: Row) -> Iterator[Told]:
    at, decision = review.get("decided_at"), review.get("decision")
    if review.get("status") == "decided":
        done = DECISIONS.get(str(decision), f"Decided: {decision}")
        yield at, "decided", f"{done}, by {person(review)}"
    elif review.get("status") == "expired":
        default = f": by default {decision}" if decision else ""
        yield at, "expired", f"Nobody decided in time{default}"
    unheard = "The decision found no execution that waited for it"
    yield review.get("nobody_waited_at"), "unheard", unheard


def _stopped(slot: Row, stop: Row) -> Iterator[Told]:
    """Tell of the stop, by its own row or by what the machine was told of it."""
    by = stop.get("by") or slot.get("by")
    accepted = stop.get("accepted_at") or slot.get("accepted_at")
    yield accepted, "stop", f"The video service accepted the stop{f' ({by})' if by else ''}"
    slate = (stop.get("action") or slot.get("action")) == "slate"
    verified = "its slate is shown" if slate else "it is off air"
    stopped_at = stop.get("stopped_at") or slot.get("stopped_at")
    yield stopped_at, "verified", f"Verified: {verified}"
    what, still = stop_failure_words(stop.get("error"))
    yield stop.get("failed_at"), "failed", f"The stop failed: {what}; {still}"
    closed = CLOSED.get(str(stop.get("status")))
    if closed:
        yield stop.get("ended_at"), str(stop["status"]), closed


def _banned(stop: Row, ban: Row) -> Iterator[Told]:
    terms = mapping(ban.get("terms"))
    if terms.get("ban_for") != 0:
        yield ban.get("since"), "banned", f"The channel was banned, by {person(ban)}"
    restops, again = int(ban.get("restops") or 0), ban.get("stopped_at")
    if restops and again != stop.get("stopped_at"):
        times = "once" if restops == 1 else f"{restops} times"
        yield again, "restopped", f"The channel had come back and was stopped again ({times})"
    yield ban.get("lifted_at"), "lifted", f"The ban was lifted by {ban.get('lifted_by')}"


def _archived(story: Row, place: object) -> Iterator[Told]:
    outcome = story.get("outcome") or "to end as its review does"
    yield story.get("archived_at"), "archived", f"Archived, {outcome}: {place}"


def _settled(known: Known) -> Iterator[Told]:
    """Tell of the ledger's end where nothing was archived: it died, or its evidence is gone."""
    row = known.row
    if row.get("outcome") == "skipped" or "archived_at" in known.state:
        return
    outcome = row.get("outcome") or "to end as its review does"
    yield row.get("settled_at"), "settled", f"Settled, {outcome}"


def _of(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
