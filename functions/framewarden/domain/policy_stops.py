"""Read what a stop does, which chat rooms hear of it, and how many may happen by themselves."""

import re
from dataclasses import dataclass
from typing import Any, Final

from framewarden.domain.durations import FORMS, format_duration, parse_duration
from framewarden.domain.policy_document import Section, closest, shown

STOP_KEYS: Final = ("ban_for", "revoke_keys", "medialive", "slate_input")
ROOM_KEYS: Final = ("viewers", "moderators")
BREAKER_KEYS: Final = ("stops", "within")

UNTIL_REINSTATED, NO_BAN = "until_reinstated", "none"
MEDIALIVE: Final = ("stop_channel", "slate")
LONGEST_BAN: Final = 365 * 86_400
MOST_STOPS: Final = 1_000
"""Each counted stop is about 115 bytes of one row, which DynamoDB bounds at 400 KB."""
# As IVS Chat's API reference has it, in any partition.
ROOM_ARN: Final = re.compile(r"arn:aws[a-z-]*:ivschat:[a-z0-9-]+:[0-9]{12}:room/[A-Za-z0-9-]+")
A_ROOM: Final = "the ARN of an IVS Chat room, arn:aws:ivschat:REGION:ACCOUNT:room/ID"


@dataclass(frozen=True, slots=True)
class Stops:
    """What a stop does on one channel.

    `ban_for` is in seconds: None until somebody reinstates the channel, 0 for no ban at all. At
    most `breaker_stops` automatic stops of the stack happen within `breaker_within` seconds.
    """

    ban_for: int | None
    revoke_keys: bool
    medialive: str
    slate_input: str | None
    viewers: str | None
    moderators: str | None
    breaker_stops: int
    breaker_within: int

    def document(self) -> dict[str, Any]:
        """Return the terms of a stop as the state machine carries them."""
        return {
            "ban_for": self.ban_for,
            "revoke_keys": self.revoke_keys,
            "medialive": self.medialive,
            "slate_input": self.slate_input,
            "rooms": {"viewers": self.viewers, "moderators": self.moderators},
            "breaker": {"stops": self.breaker_stops, "within": self.breaker_within},
        }


DEFAULT_STOPS: Final = Stops(
    ban_for=None,
    revoke_keys=False,
    medialive="stop_channel",
    slate_input=None,
    viewers=None,
    moderators=None,
    breaker_stops=20,
    breaker_within=600,
)
"""What holds where a policy does not say, or where no policy can be read."""


def read_stops(section: Section, above: Stops = DEFAULT_STOPS) -> Stops:
    """Read `stops`, `rooms` and `breaker`; a key that is not there holds as it does above."""
    own = section.section("stops", STOP_KEYS)
    rooms = section.section("rooms", ROOM_KEYS)
    breaker = section.section("breaker", BREAKER_KEYS)
    stops = Stops(
        ban_for=_ban_for(own, above.ban_for),
        revoke_keys=own.flag("revoke_keys", above.revoke_keys),
        medialive=own.choice("medialive", MEDIALIVE, above.medialive),
        slate_input=own.text("slate_input") if own.has("slate_input") else above.slate_input,
        viewers=_room(rooms, "viewers", above.viewers),
        moderators=_room(rooms, "moderators", above.moderators),
        breaker_stops=breaker.whole("stops", 1, MOST_STOPS, above.breaker_stops),
        breaker_within=breaker.duration("within", above.breaker_within),
    )
    # What is wrong above is told there, once.
    if own.has("medialive") and stops.medialive == "slate" and stops.slate_input is None:
        own.note(("slate_input",), "missing: the name of the input attachment to show instead")
    if rooms.fields and stops.viewers and stops.viewers == stops.moderators:
        rooms.note(
            (), "viewers would read what moderators are told: give moderators a room of their own"
        )
    return stops


def _ban_for(own: Section, above: int | None) -> int | None:
    if not own.has("ban_for"):
        return above
    value = own.fields["ban_for"]
    if value == UNTIL_REINSTATED:
        return None
    if value == NO_BAN:
        return 0
    try:
        seconds = parse_duration(value)
    except ValueError:
        words = (UNTIL_REINSTATED, NO_BAN)
        hint = closest(value, words) if isinstance(value, str) else ""
        allowed = f"{UNTIL_REINSTATED}, {NO_BAN}, or a duration ({FORMS})"
        own.note(("ban_for",), f"must be {allowed}, not {shown(value)}{hint}")
        return above
    if not 1 <= seconds <= LONGEST_BAN:
        longest = format_duration(LONGEST_BAN)
        hint = f"for no ban write {NO_BAN}" if not seconds else f"for longer: {UNTIL_REINSTATED}"
        own.note(("ban_for",), f"must be 1s to {longest}, not {shown(value)}; {hint}")
        return above
    return seconds


def _room(rooms: Section, key: str, above: str | None) -> str | None:
    if not rooms.has(key):
        return above
    value = rooms.fields[key]
    if isinstance(value, str) and ROOM_ARN.fullmatch(value):
        return value
    rooms.note((key,), f"must be {A_ROOM}, not {shown(value)}")
    return above
