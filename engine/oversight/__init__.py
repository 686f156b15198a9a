"""Watching over the record: who saw what, whether it still holds, and access in an emergency."""

from __future__ import annotations

from engine.casework.visibility import opens
from engine.oversight import retention
from engine.oversight.emergency import (
    Emergency,
    ask,
    emergencies,
    end,
    mark_seen,
    my_emergencies,
)
from engine.oversight.log import LogFilter, LogPage, LogRow, log
from engine.oversight.matrix_text import who_sees_what
from engine.oversight.reads import Export, note_export, note_look_ups
from engine.oversight.resealing import Resealed, first_unopened, reseal
from engine.oversight.touched import Touched
from engine.oversight.verifying import Verified, count_links, verify

__all__ = [
    "Emergency",
    "Export",
    "LogFilter",
    "LogPage",
    "LogRow",
    "Resealed",
    "Touched",
    "Verified",
    "ask",
    "count_links",
    "emergencies",
    "end",
    "first_unopened",
    "log",
    "mark_seen",
    "my_emergencies",
    "note_export",
    "note_look_ups",
    "opens",
    "reseal",
    "retention",
    "verify",
    "who_sees_what",
]
