"""Flags in other systems: what stands where, what they answer, what they were found to show."""

from __future__ import annotations

from engine.casework.flag_systems import short_name
from engine.commands.flag_answers import FlagAnswer, take_flag_answer
from engine.flagging import comparing, confirming, records
from engine.flagging.permission import COMPARES, SETS
from engine.flagging.standing import ACTIONS, flag_systems

__all__ = [
    "ACTIONS",
    "COMPARES",
    "SETS",
    "FlagAnswer",
    "comparing",
    "confirming",
    "flag_systems",
    "records",
    "short_name",
    "take_flag_answer",
]
