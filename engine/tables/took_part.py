"""Who took part in what is decided about a case, a row a person, so that their cases are found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, delete, event, insert, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from engine.tables.casefile import Stage
from engine.tables.columns import Row
from engine.tables.decisions import Decision


class TookPart(Row):
    """One person named in ``decision.took_part`` or ``stage.attendees``: those lists, searchable.

    Written with the list it repeats and never by anybody else (R-102).
    """

    __tablename__ = "took_part"
    __table_args__ = (Index("ix_took_part_person", "user_name", "case_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    user_name: Mapped[str]
    #: The one of the two whose list names them.
    decision_id: Mapped[int | None]
    stage_id: Mapped[int | None]


@event.listens_for(Decision, "after_insert")
@event.listens_for(Decision, "after_update")
def _decision_written(_: Mapper[Any], connection: Connection, decision: Decision) -> None:
    if inspect(decision).attrs.took_part.history.has_changes():
        _write_anew(connection, decision.case_id, decision.took_part, decision_id=decision.id)


@event.listens_for(Stage, "after_insert")
@event.listens_for(Stage, "after_update")
def _stage_written(_: Mapper[Any], connection: Connection, stage: Stage) -> None:
    if inspect(stage).attrs.attendees.history.has_changes():
        _write_anew(connection, stage.case_id, stage.attendees, stage_id=stage.id)


def _write_anew(
    connection: Connection, case_id: int, names: Sequence[str] | None, **of: int
) -> None:
    (column, id_), *_ = of.items()
    mine = (TookPart.case_id == case_id, getattr(TookPart, column) == id_)
    connection.execute(delete(TookPart).where(*mine))
    rows = [{"case_id": case_id, "user_name": name, **of} for name in dict.fromkeys(names or ())]
    if rows:
        connection.execute(insert(TookPart), rows)
