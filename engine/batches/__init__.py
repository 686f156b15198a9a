"""Long changes of many runs: looked at first, then done one by one; stopped, resumed, undone."""

from engine.batches.asking import NothingToDo, begin, discard, resume, start, stop
from engine.batches.choices import (
    LostStep,
    MoveChoices,
    lost_steps,
    move_choices,
    with_renames,
)
from engine.batches.giving_over import Owner, give_over, owners
from engine.batches.kind import Done, Item, Kind, Planned
from engine.batches.kinds import KINDS
from engine.batches.leaving_contacts import (
    HeldArrangement,
    LeavingContact,
    Named,
    contacts_held,
    held_by,
    name_others,
)
from engine.batches.reading import BatchBrief, BatchItemRow, BatchPage, batch, batches
from engine.batches.working import work

__all__ = [
    "KINDS",
    "BatchBrief",
    "BatchItemRow",
    "BatchPage",
    "Done",
    "HeldArrangement",
    "Item",
    "Kind",
    "LeavingContact",
    "LostStep",
    "MoveChoices",
    "Named",
    "NothingToDo",
    "Owner",
    "Planned",
    "batch",
    "batches",
    "begin",
    "contacts_held",
    "discard",
    "give_over",
    "held_by",
    "lost_steps",
    "move_choices",
    "name_others",
    "owners",
    "resume",
    "start",
    "stop",
    "with_renames",
    "work",
]
