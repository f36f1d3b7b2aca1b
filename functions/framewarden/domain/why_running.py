"""Say in one sentence what a frame waits for that has not ended."""

from framewarden.domain.spans import lasted
from framewarden.domain.why_ended import stop_words
from framewarden.domain.why_found import failure, finding, not_stopped, person
from framewarden.domain.why_known import Known, mapping, moment_of

_BEING = {"stop": "stopped", "reinstate": "reinstated"}


def running(known: Known, *, started: bool) -> str:
    """Say what a frame waits for."""
    if not started:
        return f"Admitted{_ago(known)}; its execution has not been started"
    if known.decision.get("status") == "decided":
        return _decided(known)
    if known.slot("stop").get("status") == "stopped" and "review" not in known.state:
        return f"{stop_words(known)}, and being archived: {finding(known)}"
    if _waits(known):
        return _waiting(known)
    return _working(known)


def _waits(known: Known) -> bool:
    if known.review:
        return known.review.get("status") == "pending" and known.opened_by_us
    return known.slot("review").get("opener") is True


def _waiting(known: Known) -> str:
    """Say since when a person is waited for, and until when."""
    review, found = known.review, f"{finding(known)}{not_stopped(known)}"
    rung = review.get("rung") or known.slot("review").get("rung") or 0
    who = "a lead" if rung else "a person"
    times = review.get("rung_times")
    last = times[-1] if isinstance(times, list | tuple) and times else review.get("opened_at")
    since, until = moment_of(last), moment_of(review.get("deadline"))
    passed_on = review.get("escalated_by") if rung else None
    asked = f", as {passed_on} passed it on" if passed_on else ""
    if until is not None and until <= known.now:
        return f"The time to decide ended at {known.clock(until)}, and it is being closed: {found}"
    begun = f" since {known.clock(since)}" if since else ""
    ends = f", until {known.clock(until)}" if until else ""
    return f"Waiting for {who}{begun}{ends}{asked}: {found}"


def _decided(known: Known) -> str:
    decision = known.decision
    who, at = person(decision), known.after(decision.get("decided_at"))
    chosen = str(decision.get("decision"))
    if "stop_error" in known.state:
        error = known.slot("stop_error").get("Error")
        return f"The stop by {who} failed, and it is being owned up: {failure(error)}"
    if chosen in _BEING and not known.slot("stop" if chosen == "stop" else "reinstated"):
        return f"Being {_BEING[chosen]}, as {who} decided{at}: {finding(known)}"
    return f"Decided by {who}{at} ({chosen}), and being archived: {finding(known)}"


def _working(known: Known) -> str:
    """Say what the machine does just now, by what it has done."""
    verdict, held = known.slot("verdict"), known.slot("unscreened")
    if "stop_error" in known.state:
        error = known.slot("stop_error").get("Error")
        return f"The stop failed, and people are being asked: {failure(error)}; {finding(known)}"
    if held.get("on_error") == "stop" and not known.slot("stop"):
        return f"Being stopped, as the policy wants where nobody can look: {finding(known)}"
    if held:
        return f"Nobody could judge it, and what the policy wants then is done: {finding(known)}"
    if "error" in known.state:
        error = known.slot("error").get("Error")
        return f"Nobody could judge it, and it is being held: {failure(error)}"
    if verdict.get("may_stop") and not known.slot("stop"):
        return f"Being stopped: {finding(known)}"
    if verdict:
        at = known.after(verdict.get("judged_at"))
        found = f"{finding(known)}{not_stopped(known)}"
        return f"Judged {verdict.get('severity')}{at}, and going on: {found}"
    if "analysis" in known.state:
        return f"Analysed, and being judged; put{_ago(known)}"
    return f"Being analysed; put{_ago(known)}"


def _ago(known: Known) -> str:
    put_at = moment_of(mapping(known.frame).get("put_at"))
    if put_at is None:
        return " at an unknown time"
    return f" {lasted(max(0.0, (known.now - put_at).total_seconds()))} ago"
