"""Reads the questions of a form file, and tells everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forms.marked import Section
from forms.questions.choices import (
    Checkboxes,
    Confirm,
    EvidenceItems,
    People,
    Person,
    Radios,
    Select,
    YesNo,
)
from forms.questions.date import Date
from forms.questions.question import SNAKE_CASE, Question
from forms.questions.rows import Rows
from forms.questions.text import Email, Number, Phone, Text, TextArea, Time

#: Every type a form file may name.
TYPES: Mapping[str, type[Question]] = {
    cls.type: cls
    for cls in (
        Text,
        TextArea,
        Number,
        Date,
        Time,
        Radios,
        Checkboxes,
        Select,
        YesNo,
        Person,
        People,
        EvidenceItems,
        Email,
        Phone,
        Confirm,
        Rows,
    )
}
#: Types a condition may look at: those whose answers are known beforehand.
_STEERING = (Radios, Confirm)


def read_questions(
    sections: Iterable[Section], earlier: Iterable[Question] = (), *, in_rows: bool = False
) -> tuple[Question, ...]:
    """Read questions one after the other; the problems are told to their sections.

    earlier: questions asked before these, which a condition may name.
    in_rows: these are the columns of a group, which may hold less.
    """
    before = {question.id: question for question in earlier}
    found: list[Question] = []
    for section in sections:
        question = _read(section, in_rows=in_rows)
        _check_conditions(section, question, before)
        if question.id in before:
            section.tell(f"Expected the id {question.id} once, but it stands twice.", "id")
        elif question.id:
            before[question.id] = question
            found.append(question)
        section.finish()
    return tuple(found)


def _read(section: Section, *, in_rows: bool) -> Question:
    name = section.text("type", required=True)
    if name and name not in TYPES:
        section.tell(f"Expected one of {', '.join(TYPES)}, but the type is “{name}”.", "type")
        section.known.update(section.keys)
    cls = TYPES.get(name, Text)
    of_type: dict[str, Any] = cls.keys(section) if name in TYPES else {}
    if cls is Rows:
        of_type |= _columns(section, in_rows=in_rows)
    question = cls(
        id=section.text("id", required=True),
        label=section.text("label", required=True),
        hint=section.text("hint"),
        optional=section.flag("optional"),
        restricted=section.flag("restricted"),
        when=_when(section),
        default_from=section.text("default_from"),
        variable=section.text("variable"),
        source=section.text("source"),
        messages=_messages(section, cls),
        line=section.line,
        **of_type,
    )
    _check_names(section, question)
    _check_place(section, question, in_rows=in_rows)
    return question


def _columns(section: Section, *, in_rows: bool) -> dict[str, tuple[Question, ...]]:
    if in_rows:
        section.tell("Expected no group inside a group. Make it a group of its own.", "type")
        section.known.add("columns")
        return {}
    columns = read_questions(section.sections("columns", "this column"), in_rows=True)
    if not columns:
        section.tell("Expected columns, the questions of each entry, but there are none.")
    return {"columns": columns}


def _when(section: Section) -> dict[str, tuple[str, ...]]:
    conditions = section.section("when")
    return {name: conditions.texts(name) for name in conditions.keys} if conditions else {}


def _messages(section: Section, cls: type[Question]) -> dict[str, str]:
    messages = section.section("messages")
    if messages is None:
        return {}
    found = {code: messages.text(code) for code in cls.says}
    messages.finish()
    return {code: sentence for code, sentence in found.items() if sentence}


def _check_names(section: Section, question: Question) -> None:
    for key, name in (("id", question.id), ("variable", question.variable)):
        if name and not SNAKE_CASE.fullmatch(name):
            section.tell(
                f"Expected {key} to be small letters, digits and _, starting with a letter, "
                f"but it is “{name}”.",
                key,
            )
    if (question.variable or question.restricted) and not question.source:
        section.tell(
            f"Expected a source for {question.id or 'this question'}, because it "
            f"{'steers the process' if question.variable else 'asks restricted details'}. "
            "Name the rule it comes from, such as R-020."
        )


def _check_place(section: Section, question: Question, *, in_rows: bool) -> None:
    if in_rows and (question.variable or question.restricted or question.default_from):
        section.tell("Expected no variable, restricted or default_from inside a group.")
    if question.variable and question.restricted:
        section.tell("Expected a restricted answer not to enter the engine. Drop one of the two.")
    if question.variable and isinstance(question, Rows | TextArea):
        section.tell("Expected a variable to be a short answer, not a passage or a group.")


def _check_conditions(section: Section, question: Question, before: Mapping[str, Question]) -> None:
    for name, values in question.when.items():
        asked = before.get(name)
        if asked is None:
            section.tell(
                f"Expected when to name a question asked before this one, but “{name}” is none.",
                "when",
            )
            continue
        if not isinstance(asked, _STEERING):
            section.tell(f"Expected when to look at a question with options, not {name}.", "when")
        known = {option.value for option in getattr(asked, "options", ())}
        for value in set(values) - known if known else ():
            section.tell(
                f"Expected when to name an answer of {name} ({', '.join(sorted(known))}), "
                f"but it names “{value}”.",
                "when",
            )
