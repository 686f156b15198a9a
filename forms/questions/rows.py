"""Answers that repeat: a group of questions, once for each thing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from forms.marked import Section
from forms.questions.asked import asked, check_questions
from forms.questions.question import Around, Choice, NotReadable, Question, Raw, Refused

#: As many rows as a group takes when its file names no limit.
USUAL_MOST = 20


@dataclass(frozen=True, kw_only=True)
class Rows(Question):
    """A group of questions that can be answered several times; empty rows do not count."""

    type: ClassVar[str] = "rows"
    says: ClassVar[Mapping[str, str]] = {
        **Question.says,
        "required": "Add at least one entry to “{label}”",
        "invalid": "Enter “{label}” as a list of entries",
        "too_few": "Add at least {at_least} entries to “{label}”",
        "too_many": "“{label}” takes {at_most} entries at most",
    }

    at_least: int = 0
    at_most: int = USUAL_MOST

    @classmethod
    def keys(cls, section: Section) -> dict[str, Any]:
        """Read how many entries there may be; the columns are read by the one who knows types."""
        least, most = section.number("at_least") or 0, section.number("at_most") or USUAL_MOST
        if not 0 <= least <= most <= 10 * USUAL_MOST:
            section.tell("Expected at_least to be 0 or more and at_most not to be less.")
        return {"at_least": least, "at_most": most}

    def rows_of(self, raw: Raw) -> list[dict[str, Raw]]:
        """Give the rows as they were sent, one dict a row; NotReadable when they are none."""
        if raw is None or raw == "":
            return []
        if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
            raise NotReadable
        return raw

    def texts(self, raw: Raw) -> list[str]:
        """Give one text for each row that holds anything."""
        return [str(number) for number, _ in self._filled(self.rows_of(raw))]

    def answer(self, raw: Raw, around: Around, name: str) -> Any:
        """Give a list of dicts, None when there is no entry; Refused names ``group.0.column``."""
        try:
            sent = self.rows_of(raw)
        except NotReadable as error:
            raise Refused([(name, self.say(error.code))]) from error
        if len(sent) > self.at_most:
            raise Refused([(name, self.say("too_many", at_most=self.at_most))])
        rows, problems = [], []
        for number, row in self._filled(sent):
            values, found = check_questions(
                asked(self.columns, row), row, around, f"{name}.{number}."
            )
            rows.append(values)
            problems.extend(found)
        if problems:
            raise Refused(problems)
        self._count(len(rows), name)
        return rows or None

    def from_post(self, name: str, post: Mapping[str, Sequence[str]]) -> Raw:
        """Take every row sent, after the buttons ``add.name`` and ``remove.name.0``."""
        place = re.compile(rf"{re.escape(name)}\.(\d{{1,3}})\.", re.ASCII)
        numbers = sorted({int(found[1]) for key in post if (found := place.match(key))})
        rows = [
            {
                column.id: sent
                for column in self.columns
                if (sent := column.from_post(f"{name}.{number}.{column.id}", post)) is not None
            }
            for number in numbers
            if f"remove.{name}.{number}" not in post
        ]
        return [*rows, {}] if f"add.{name}" in post else rows

    def shown(self, raw: Raw, choices: Mapping[str, Sequence[Choice]]) -> str:
        """Give each answer on a line after its question, with an empty line between two rows."""
        return "\n\n".join(
            "\n".join(
                f"{column.label}{'' if column.label.endswith('?') else ':'} {said}"
                for column in asked(self.columns, row)
                if (said := column.shown(row.get(column.id), choices))
            )
            for _, row in self._filled(self._readable(raw))
        )

    def _readable(self, raw: Raw) -> list[dict[str, Raw]]:
        try:
            return self.rows_of(raw)
        except NotReadable:
            return []

    def _filled(self, rows: list[dict[str, Raw]]) -> list[tuple[int, dict[str, Raw]]]:
        return [
            (number, row)
            for number, row in enumerate(rows)
            if any(_holds_something(row.get(column.id)) for column in self.columns)
        ]

    def _count(self, count: int, name: str) -> None:
        if count == 0 and not self.optional:
            raise Refused([(name, self.say("required"))])
        if 0 < count < self.at_least:
            raise Refused([(name, self.say("too_few", at_least=self.at_least))])


def _holds_something(raw: Raw) -> bool:
    if isinstance(raw, dict):
        return any(_holds_something(part) for part in raw.values())
    if isinstance(raw, list):
        return any(_holds_something(part) for part in raw)
    return raw is not None and raw is not False and str(raw).strip() != ""
