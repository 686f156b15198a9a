"""Plays the steps of stories: what scenarios can do, and the small things of a working day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import clock, commands, daily, files, oversight
from engine.demo import other_systems, paperwork
from engine.outbox import print_packs
from engine.queries import Person, person
from engine.scenario import DOING, Scenario
from engine.tables.casefile import Evidence
from engine.tables.emergency import EmergencyAccess

#: What a step of a story can do.
VERBS = (
    *sorted(DOING),
    *("draft", "claim", "comment", "hand_over", "put_off", "add_files"),
    *("print_letters", "open_in_emergency", "look_at_emergency", "import_contacts"),
    *("import_register", "ask_for_flags_by", "flag_calls_fail", "compare_flags"),
)


class Player(Scenario):
    """One story against one database, on a clock that is held."""

    def draft(self, arguments: Mapping[str, Any]) -> None:
        """Begin to fill in an open task and save what there is so far."""
        by = arguments["as"]
        commands.save_draft(self.db, self._task(arguments), arguments["answers"], by=by)

    def claim(self, arguments: Mapping[str, Any]) -> None:
        """Take on an open task that anybody of its role may do."""
        commands.claim(self.db, self._task(arguments), by=arguments["as"])

    def comment(self, arguments: Mapping[str, Any]) -> None:
        """Write a remark for colleagues on the case."""
        daily.comment(self.db, self.case_id or 0, arguments["text"], by=arguments["as"])

    def hand_over(self, arguments: Mapping[str, Any]) -> None:
        """Hand an open task over to somebody, with a note."""
        by, to = arguments["as"], arguments["to"]
        daily.reassign(self.db, self._task(arguments), to, by=by, note=arguments["note"])

    def put_off(self, arguments: Mapping[str, Any]) -> None:
        """Take an open task off one's own list until a day."""
        until = dt.date.fromisoformat(arguments["until"])
        daily.put_off(self.db, self._task(arguments), until, by=arguments["as"])

    def add_files(self, arguments: Mapping[str, Any]) -> None:
        """Add files, or an e-mail that came in now, to the newest record of the case."""
        given = [paperwork.shipped(name) for name in arguments.get("files", ())]
        if "email" in arguments:
            given.append(paperwork.email(arguments["email"], clock.now()))
        newest = (
            select(Evidence.id)
            .where(Evidence.case_id == self.case_id, Evidence.corrected_at.is_(None))
            .order_by(Evidence.id.desc())
        )
        with self.db.reading() as session:
            record = session.scalars(newest.limit(1)).one()
        is_restricted = arguments.get("restricted") == "yes"
        by = self._person(arguments)
        files.add(self.db, record, given, by, limits=files.Limits(), is_restricted=is_restricted)

    def print_letters(self, arguments: Mapping[str, Any]) -> None:
        """Put the letters that wait on a list; with a proof, they were posted today."""
        by = self._person(arguments)
        made = print_packs.make_pack(self.db, by)
        if "proof" in arguments:
            on, proof = clock.today(), arguments["proof"]
            print_packs.post(self.db, made, by, on=on, proof=proof, not_posted=())

    def open_in_emergency(self, arguments: Mapping[str, Any]) -> None:
        """Ask for emergency access to the case of a tenancy."""
        reference, reason = arguments["reference"], arguments["reason"]
        oversight.ask(self.db, self._person(arguments), reference, reason)

    def look_at_emergency(self, arguments: Mapping[str, Any]) -> None:
        """Look, for those who watch over the log, at the first access that nobody looked at."""
        unseen = select(EmergencyAccess.id).where(EmergencyAccess.seen_at.is_(None))
        with self.db.reading() as session:
            first = session.scalars(unseen.order_by(EmergencyAccess.id).limit(1)).one()
        oversight.mark_seen(self.db, self._person(arguments), first)

    def import_contacts(self, arguments: Mapping[str, Any]) -> None:
        """Take in a file of contacts; with ``begin`` the rows that are right are logged."""
        paperwork.take_in(
            self.db,
            arguments["file"],
            arguments["rows"],
            by=arguments["as"],
            begin=bool(arguments.get("begin")),
        )

    def import_register(self, arguments: Mapping[str, Any]) -> None:
        """Take in a file of an old register and have it checked; nothing is taken over yet."""
        given = (self.db, arguments["file"], arguments["rows"])
        paperwork.take_in_register(*given, by=arguments["as"])

    def ask_for_flags_by(self, arguments: Mapping[str, Any]) -> None:
        """Say how each system is asked for flags from now on; nothing for by hand."""
        other_systems.ask_by(self.db, arguments.get("ways") or {})

    def flag_calls_fail(self, arguments: Mapping[str, Any]) -> None:
        """Let the calls about the flags of this case fail, so that a person has to set them."""
        other_systems.calls_fail(self.db, self.case_id or 0, arguments["because"])

    def compare_flags(self, arguments: Mapping[str, Any]) -> None:
        """Compare our flags with a list of what a system shows; begin the next that are due."""
        other_systems.compare(
            self.db,
            arguments["system"],
            by=arguments["as"],
            missing=int(arguments.get("missing", 0)),
            old=arguments.get("old", ""),
            left_on=arguments.get("left_on") or {},
        )
        commands.start_flag_comparisons(self.db)

    def _task(self, arguments: Mapping[str, Any]) -> int:
        return self._open_item(arguments["task"], arguments.get("about", ""), arguments["as"])

    def _person(self, arguments: Mapping[str, Any]) -> Person:
        return person(self.db, arguments["as"])
