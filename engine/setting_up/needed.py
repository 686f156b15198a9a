"""Which roles somebody must hold, because the published processes give them work."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from engine.casework.holders import CASE_OWNERS
from engine.commands.outcomes import ROLE_NAMES
from engine.releases import Bundle, bundle, current_release_id

#: Roles that the house itself needs, whatever is drawn: whom a customer is put through to, who
#: changes processes, who sets all this up.
_OF_THE_HOUSE = frozenset({"officer", "process_owner", "administrator"})
#: The unit of a figure that names roles, and those that name them in a list.
_ROLE = "role"
_DECIDERS = "refusal.decider"
#: How many people a role needs where one is not enough: two publish, and a director must be free
#: of the decision (R-075).
AT_LEAST = {"process_owner": 2, "assistant_director": 2}


def needed_roles(session: Session) -> frozenset[str]:
    """Give the roles without which a task of the current release would have nobody."""
    parsed = bundle(session, current_release_id(session))
    return frozenset({*_OF_THE_HOUSE, *CASE_OWNERS, *_drawn(parsed), *_figures(parsed)})


def _drawn(parsed: Bundle) -> Iterator[str]:
    for process_id in parsed.definitions.process_ids:
        for element in parsed.definitions.diagram(process_id).elements.values():
            # A called process leaves it to the caller, who names the author.
            for named in (element.held_by, element.properties.get("author")):
                if named in ROLE_NAMES:
                    yield named


def _figures(parsed: Bundle) -> Iterator[str]:
    for figures in parsed.figures.values():
        for figure in figures.values():
            if figure.unit == _ROLE:
                yield figure.text
            elif figure.name == _DECIDERS and isinstance(figure.value, list):
                yield from figure.value
