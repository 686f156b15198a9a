"""Flags in other systems: what stands where, what they answer, what they were found to show."""

from __future__ import annotations

from engine.casework.flag_systems import short_name
from engine.commands.flag_answers import FlagAnswer, take_flag_answer

__all__ = ["FlagAnswer", "short_name", "take_flag_answer"]
