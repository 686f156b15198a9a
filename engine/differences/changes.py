"""What differs between two versions of a file, as values for pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Label in words, what it was, what it is; "" where there was or is nothing.
Detail = tuple[str, str, str]
What = Literal["added", "changed", "moved", "removed"]
State = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class ElementChange:
    """One element of a diagram that is new, gone, otherwise, or merely drawn elsewhere."""

    #: As in the file; "" for the file itself and for what has no id.
    element_id: str
    #: What people call it; of a flow without a name, where it leads.
    name: str
    #: In words: Task, Question, Flow, Lane, Pool, Process, Message, File ...
    kind: str
    what: What
    details: tuple[Detail, ...]
    #: The process around it; "" for what belongs to the whole file.
    process_id: str = ""


@dataclass(frozen=True)
class CellChange:
    """One cell, row, column or other part of a decision table that differs."""

    #: What the decision is called; ``File`` for what stands beside every table.
    table: str
    #: In words: ``appeal.sla, NPH_2022`` or ``row 2: "change"``; "" for a column or a table.
    row: str
    #: The column, or what else of the row or table differs; "" for a whole row.
    column: str
    old: str
    new: str
    what: What


@dataclass(frozen=True)
class DiffLine:
    """One line of a comparison by line."""

    #: A gap stands for lines that are left out; its text says how many.
    what: Literal["same", "added", "removed", "gap"]
    #: Count from 1; None on the side where the line is not.
    old_number: int | None
    new_number: int | None
    text: str


@dataclass(frozen=True)
class FileDifference:
    """One file that differs between two versions of a release."""

    path: str
    #: diagram, decision, form, letter, scenario or other.
    kind: str
    state: State
    elements: tuple[ElementChange, ...] = ()
    cells: tuple[CellChange, ...] = ()
    lines: tuple[DiffLine, ...] = ()
    #: Nothing the engine reads differs: only places in the drawing, comments or formatting.
    is_layout_only: bool = False
    #: Sentences that hold for the whole file: only its formatting differs, it cannot be read as
    #: a diagram and so is compared by line, its process has another id; "" for none.
    note: str = ""
