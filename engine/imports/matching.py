"""Whose contact a row is: the customers and open cases that the rows of one slice name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.tables.casefile import CaseFile, Customer
from engine.tables.customer_words import with_numbers


@dataclass(frozen=True)
class Known:
    """One case of a customer, as a row may name it."""

    case_id: int
    reference: str
    tenancy_reference: str
    name: str
    is_open: bool


class Cases:
    """The cases that some rows may mean, read with two statements."""

    def __init__(
        self, session: Session, tenancies: Collection[str], references: Collection[str]
    ) -> None:
        """Read every case of these tenancies and of these references."""
        self._of_tenancy: dict[str, list[Known]] = defaultdict(list)
        self._of_reference: dict[str, Known] = {}
        wanted = {one for one in tenancies if one}
        for known in _cases(session, with_numbers(Customer.id, wanted), wanted):
            self._of_tenancy[_plain(known.tenancy_reference)].append(known)
        named = {one.upper() for one in references if one}
        for known in _cases(session, CaseFile.reference.in_(named), named):
            self._of_reference[known.reference.upper()] = known

    def find(self, cells: Mapping[str, str]) -> int | tuple[str, str]:
        """Give the open case a row is about, or the column at fault with a sentence."""
        reference = cells.get("case_reference", "")
        if reference:
            return self._by_reference(cells, reference)
        tenancy = cells.get("tenancy_reference", "")
        if not tenancy:
            return "tenancy_reference", "Expected a tenancy reference, but it is empty."
        return self._by_tenancy(cells, tenancy)

    def _by_reference(self, cells: Mapping[str, str], reference: str) -> int | tuple[str, str]:
        known = self._of_reference.get(reference.upper())
        if known is None:
            return "case_reference", f"Expected a case here, but there is no “{reference}”."
        tenancy = cells.get("tenancy_reference", "")
        if tenancy and _plain(tenancy) != _plain(known.tenancy_reference):
            return (
                "tenancy_reference",
                f"Expected the tenancy of {known.reference}, but “{tenancy}” is another one.",
            )
        if not known.is_open:
            return "case_reference", f"Expected an open case, but {known.reference} is closed."
        return known.case_id

    def _by_tenancy(self, cells: Mapping[str, str], tenancy: str) -> int | tuple[str, str]:
        there = self._of_tenancy.get(_plain(tenancy), [])
        if not there:
            return "tenancy_reference", f"Expected a tenancy with a case here, but not “{tenancy}”."
        name = cells.get("name", "")
        if name:
            there = [one for one in there if _same_name(one.name, name)]
            if not there:
                return "name", f"Expected somebody on the tenancy {tenancy}, but not “{name}”."
        people = {one.name for one in there}
        if len(people) > 1:
            return (
                "name",
                f"Expected one of {', '.join(sorted(people))}, who share the tenancy {tenancy}. "
                "Say whose contact it is.",
            )
        open_ = [one for one in there if one.is_open]
        if not open_:
            closed = there[-1].reference
            return "tenancy_reference", f"Expected an open case, but {closed} is closed."
        return open_[-1].case_id


def _cases(
    session: Session, condition: ColumnElement[bool], wanted: Collection[str]
) -> Iterator[Known]:
    if not wanted:
        return
    rows = session.execute(
        select(
            CaseFile.id,
            CaseFile.reference,
            Customer.tenancy_reference,
            Customer.name,
            CaseFile.closed_on,
        )
        .join(Customer, Customer.id == CaseFile.customer_id)
        .where(condition, CaseFile.deleted_on.is_(None))
        .order_by(CaseFile.id)
    )
    for case_id, reference, tenancy, name, closed_on in rows:
        yield Known(case_id, reference, tenancy, name, closed_on is None)


def _plain(reference: str) -> str:
    return "".join(reference.upper().split())


def _same_name(ours: str, theirs: str) -> bool:
    """Tell whether two ways to write a name mean the same: CARTER, Jo is Jo Carter."""
    return sorted(ours.casefold().replace(",", " ").split()) == sorted(
        theirs.casefold().replace(",", " ").split()
    )
