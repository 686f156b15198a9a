"""What a scenario may expect of the exceptions report (R-063; script B.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.queries import exceptions
from engine.queries.people import Person
from engine.scenario.expectations import Unexpected
from engine.tables.database import Database

#: Sees every case, as the keeper of the register does.
_READER = Person("the scenario", "The scenario", "", ("dmo",), is_demo=True)
_MOST = 10_000


def check(db: Database, wanted: Mapping[str, Any]) -> None:
    """Raise Unexpected unless the report of all cases is so.

    wanted: ``at_least`` numbers that stand in it, ``none_of`` that do not, ``exactly`` all there
    are, ``says`` words of its reasons; ``as_of`` a day, as it was known then.
    """
    asked = exceptions.ExceptionFilter(as_of=wanted.get("as_of"))
    rows = exceptions.report(db, _READER, asked, size=_MOST).found.items
    there = {row.number for row in rows}
    missing = sorted(_listed(wanted.get("at_least")) - there)
    too_many = sorted(_listed(wanted.get("none_of")) & there)
    if "exactly" in wanted:
        missing += sorted(_listed(wanted["exactly"]) - there)
        too_many += sorted(there - _listed(wanted["exactly"]))
    reasons = [row.why for row in rows]
    unsaid = [
        text for text in _listed(wanted.get("says")) if not any(text in why for why in reasons)
    ]
    if missing or too_many or unsaid:
        told = "; ".join(f"{row.number} {row.case_reference}: {row.why}" for row in rows)
        raise Unexpected(
            f"Expected exceptions, but missing are {missing}, too many {too_many}, unsaid "
            f"{unsaid}. There are: {told or 'none'}."
        )


def _listed(given: Any) -> set[str]:
    if given is None or given == "":
        return set()
    return {str(one) for one in given} if isinstance(given, list) else {str(given)}
