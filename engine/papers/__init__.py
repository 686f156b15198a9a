"""Papers to be printed: the agenda of a meeting, and who told the customer what."""

from __future__ import annotations

from engine.papers.agenda import Agenda, CitedRecord, Concern, agenda
from engine.papers.sheets import as_pdf, can_be_made
from engine.papers.told import Told, ToldPage, told

__all__ = [
    "Agenda",
    "CitedRecord",
    "Concern",
    "Told",
    "ToldPage",
    "agenda",
    "as_pdf",
    "can_be_made",
    "told",
]
