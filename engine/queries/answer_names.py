"""Names for what a form offered from the case when it was answered, so that no page shows an id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import flag_comparisons
from engine.casework.open_matters import KINDS
from engine.queries.kinds import NAMES
from engine.queries.reading import Reading
from engine.tables.casefile import Evidence, LegalHold, OwedAction, ThirdParty
from engine.tables.complaints import Complaint
from engine.tables.flagging import FlagReconciliation
from forms import Choice, Form, Question

#: Rows of the case that a list offers by id: the list -> table, and the text of a row.
_ROWS: dict[str, tuple[Any, str]] = {
    "complaints_open": (Complaint, "reference"),
    "complaints_to_go_on_with": (Complaint, "reference"),
    "owed_actions_open": (OwedAction, "what"),
    "holds_open": (LegalHold, "reason"),
    "third_parties_current": (ThirdParty, "name"),
}
_EVIDENCE = frozenset(
    {
        *("evidence", "evidence_citable", "evidence_since_review"),
        *("breaches_since_letter", "evidence_to_class", "evidence_to_correct"),
    }
)
#: Comparisons of flags with a system, of no case.
_COMPARISONS = "kept_comparisons"
#: People and roles something can be passed on to.
_TAKERS = "pass_takers"
_WORDS = {
    "matters_open": KINDS,
    "disagreement_ways": NAMES["way"],
    "restriction_kinds": NAMES["restriction"],
    "decisions_appealable": NAMES["decision"],
}


def names_for(look: Reading, form: Form, case_id: int | None) -> dict[str, Sequence[Choice]]:
    """Give list -> what each of its values is called, for the lists that this form offers.

    One statement a list of rows; people are known already. What was ended or done since is
    named all the same.
    """
    return {name: _named(look, name, case_id) for name in set(_lists(form.questions))}


def _lists(questions: Iterable[Question]) -> Iterator[str]:
    for question in questions:
        yield from filter(None, [str(getattr(question, "choices", "") or "")])
        yield from _lists(getattr(question, "columns", ()))


def _named(look: Reading, name: str, case_id: int | None) -> Sequence[Choice]:
    if name in _WORDS:
        return [Choice(value, label) for value, label in _WORDS[name].items()]
    if name in _EVIDENCE:
        rows = look.session.scalars(select(Evidence).where(Evidence.case_id == case_id))
        return [Choice(str(row.id), f"{said(row.on)}: {row.text}") for row in rows]
    if name in _ROWS:
        table, column = _ROWS[name]
        found = look.session.scalars(select(table).where(table.case_id == case_id))
        return [Choice(str(row.id), str(getattr(row, column))) for row in found]
    if name == _COMPARISONS:
        kept = select(FlagReconciliation).where(FlagReconciliation.kept_at.is_not(None))
        return [flag_comparisons.choice_of(row) for row in look.session.scalars(kept)]
    people = look.full_names.items()
    if name == _TAKERS:
        teams = [Choice(f"team:{role}", called) for role, called in NAMES["role"].items()]
        return [*teams, *(Choice(f"person:{user}", full) for user, full in people)]
    return [Choice(user, full) for user, full in people]
