"""Meetings as calendars read them: an invitation, its change and its end (RFC 5545, RFC 5546)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

from icalendar import Calendar, Event, vCalAddress, vText

from engine.clock import LONDON

Method = Literal["REQUEST", "CANCEL"]


def method_of(meeting: Mapping[str, Any]) -> Method:
    """Say what a calendar is to do: take it in or change it, or take it out."""
    return "CANCEL" if meeting.get("is_cancelled") else "REQUEST"


def calendar_file(meeting: Mapping[str, Any], organiser: str, attendee: str) -> bytes:
    """Write one meeting for one person's calendar.

    meeting: ``uid``, ``sequence``, ``on``, ``at_time``, ``minutes``, ``place``, ``subject``,
    ``made_at`` and ``is_cancelled``; its subject names nobody. The same uid with a higher
    sequence changes what stands in the calendar already.
    """
    starts = dt.datetime.combine(
        dt.date.fromisoformat(meeting["on"]), dt.time.fromisoformat(meeting["at_time"]), LONDON
    )
    event = Event()
    event.add("uid", f"{meeting['uid']}@{organiser.rpartition('@')[2]}")
    event.add("sequence", int(meeting["sequence"]))
    event.add("dtstamp", dt.datetime.fromisoformat(meeting["made_at"]).astimezone(dt.UTC))
    event.add("dtstart", starts)
    if meeting["minutes"] is not None:
        event.add("dtend", starts + dt.timedelta(minutes=int(meeting["minutes"])))
    event.add("summary", meeting["subject"])
    event.add("location", meeting["place"])
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if meeting.get("is_cancelled") else "CONFIRMED")
    event["organizer"] = vCalAddress(f"mailto:{organiser}")
    invited = vCalAddress(f"mailto:{attendee}")
    invited.params["role"] = vText("REQ-PARTICIPANT")
    invited.params["partstat"] = vText("NEEDS-ACTION")
    event.add("attendee", invited, encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//SPOC//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method_of(meeting))
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
