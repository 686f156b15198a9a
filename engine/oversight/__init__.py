"""Watching over the record: who saw what, whether it still holds, and access in an emergency."""

from __future__ import annotations

from engine.casework.visibility import opens
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
from engine.oversight.resealing import Resealed, reseal
from engine.oversight.verifying import Touched, Verified, count_links, verify

__all__ = [
    "Emergency",
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
    "log",
    "mark_seen",
    "my_emergencies",
    "opens",
    "reseal",
    "verify",
    "who_sees_what",
]
