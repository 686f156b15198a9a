"""What the list of everything that runs can be narrowed to: processes, their steps, versions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.casework.visibility import opens
from engine.errors import NotFound
from engine.queries import words
from engine.queries.flow_order import in_reading_order
from engine.queries.people import Person
from engine.releases import Bundle, bundle
from engine.tables.database import Database
from engine.tables.releases import Release

#: Kinds of elements at which a run can be.
_PLACES = frozenset(
    {
        *("user_task", "manual_task", "service_task", "business_rule_task", "catch_event"),
        *("call_activity", "subprocess"),
    }
)


@dataclass(frozen=True)
class RunningChoices:
    """What one can choose from; each a value of ``RunningFilter`` with its words."""

    #: (process id, name), by name.
    processes: tuple[tuple[str, str], ...]
    #: (element id, name) of one process in reading order; () while no process is chosen.
    steps: tuple[tuple[str, str], ...]
    #: Numbers of the published versions, newest first.
    versions: tuple[int, ...]


def running_choices(
    database: Database, person: Person, process: str = "", release: int | None = None
) -> RunningChoices:
    """Give what there is to choose from; one statement.

    process, release: what is chosen already; the steps are those of that process as that
    version draws it, or the newest. Raises NotFound for those the list does not exist for.
    """
    if not opens(person, "running"):
        raise NotFound
    with database.reading() as session:
        published = select(Release.number, Release.id).where(Release.number.is_not(None))
        numbered = session.execute(published.order_by(Release.number.desc())).all()
        ids = {number: release_id for number, release_id in numbered if number is not None}
        newest = next(iter(ids.values()), None)
        if newest is None:
            return RunningChoices((), (), ())
        chosen = bundle(session, ids.get(release or 0, newest))
        names = {**_names(chosen), **_names(bundle(session, newest))}
    processes = sorted(names.items(), key=lambda one: one[1])
    return RunningChoices(tuple(processes), _steps(chosen, process), tuple(ids))


def _names(release: Bundle) -> dict[str, str]:
    definitions = release.definitions
    return {
        process_id: definitions.diagram(process_id).name or words.plain(process_id)
        for process_id in definitions.process_ids
    }


def _steps(release: Bundle, process: str) -> tuple[tuple[str, str], ...]:
    if process not in release.definitions.process_ids:
        return ()
    return tuple(
        (element.id, element.name)
        for element, _ in in_reading_order(release.definitions.diagram(process))
        if element.kind in _PLACES and element.name
    )
