"""Invitations: what a calendar library reads, and changes by the same uid (RFC 5545, RFC 5546)."""

from __future__ import annotations

import datetime as dt
from email.message import EmailMessage
from typing import Any

import icalendar

from engine.outbox import deliver_outbox
from engine.tables.database import Database
from tests.engine.outbox.conftest import mail_to, put_mail
from tests.outside import Postbox

MEETING: dict[str, Any] = {
    "uid": "meeting-5f2c",
    "sequence": 0,
    "on": "2026-04-10",
    "at_time": "14:00",
    "minutes": 60,
    "place": "Room 2",
    "subject": "Case review SP-2026-001",
    "made_at": "2026-04-01T09:00:00+00:00",
}


class Diary:
    """A calendar that does with invitations what RFC 5546 says."""

    def __init__(self) -> None:
        #: Its library's own types say of nothing what it is.
        self.entries: dict[str, Any] = {}

    def take(self, message: EmailMessage) -> None:
        """Take in, change or take out what the message is about; older ones count for nothing."""
        [part] = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
        content: Any = icalendar.Calendar.from_ical(part.get_content())
        assert part.get_param("method") == content["method"]
        [event] = content.walk("VEVENT")
        known = self.entries.get(str(event["uid"]))
        if known is not None and int(known["sequence"]) >= int(event["sequence"]):
            return
        if content["method"] == "CANCEL":
            self.entries.pop(str(event["uid"]), None)
        else:
            self.entries[str(event["uid"])] = event


def sent(db: Database, box: Postbox, **changed: Any) -> EmailMessage:
    put_mail(db, content={"meeting": {**MEETING, **changed}})
    assert deliver_outbox(db, mail_to(box.port)) == 1
    return box.taken[-1]


def test_a_calendar_takes_an_invitation_changes_it_and_takes_it_out(
    sqlite_database: Database, box: Postbox
) -> None:
    diary = Diary()
    diary.take(sent(sqlite_database, box))
    [event] = diary.entries.values()
    assert str(event["summary"]) == "Case review SP-2026-001"
    assert event["dtstart"].dt.isoformat() == "2026-04-10T14:00:00+01:00"
    assert event["dtend"].dt - event["dtstart"].dt == dt.timedelta(hours=1)
    assert str(event["organizer"]) == "mailto:spoc@homes.example"
    assert str(event["attendee"]) == "mailto:dorothy@homes.example"
    diary.take(sent(sqlite_database, box, sequence=1, at_time="15:30", place="Online"))
    [event] = diary.entries.values()
    assert event["dtstart"].dt.isoformat() == "2026-04-10T15:30:00+01:00"
    assert str(event["location"]) == "Online"
    diary.take(sent(sqlite_database, box, sequence=0))
    assert str(next(iter(diary.entries.values()))["location"]) == "Online"
    diary.take(sent(sqlite_database, box, sequence=2, is_cancelled=True))
    assert diary.entries == {}


def test_the_file_is_there_too_and_names_the_time_zone(
    sqlite_database: Database, box: Postbox
) -> None:
    message = sent(sqlite_database, box, on="2026-11-10")
    [file] = [one for one in message.walk() if one.get_content_type() == "application/ics"]
    content: Any = icalendar.Calendar.from_ical(file.get_content())
    assert [str(zone["tzid"]) for zone in content.walk("VTIMEZONE")] == ["Europe/London"]
    [event] = content.walk("VEVENT")
    assert event["dtstart"].dt.utcoffset() == dt.timedelta(0)
    assert str(event["uid"]) == "meeting-5f2c@homes.example"
    text = message.get_body(("plain",))
    assert text is not None
    assert "/cases/1" in text.get_content()
