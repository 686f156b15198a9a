"""Every law of every process: sentences of the policy that hold whatever an owner draws."""

from __future__ import annotations

from engine.checks.laws_beside import BESIDE
from engine.checks.laws_of_appeals import OF_APPEALS
from engine.checks.laws_of_arrangements import OF_ARRANGEMENTS
from engine.checks.laws_of_data import OF_DATA
from engine.checks.laws_of_partners import OF_PARTNERS
from engine.checks.laws_of_refusals import OF_REFUSALS
from engine.checks.laws_of_stages import OF_STAGES
from engine.checks.rules import Law

#: What holds whatever a process owner draws (requirements C, and R-110 throughout).
LAWS: tuple[Law, ...] = (
    *(*OF_REFUSALS, *OF_STAGES, *OF_ARRANGEMENTS, *OF_APPEALS, *OF_DATA, *OF_PARTNERS),
    *BESIDE,
)
