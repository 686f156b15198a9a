"""The workflow engine behind one door: parse the diagrams of a release, run their instances."""

from engine.spiff.decisions import DecisionTable
from engine.spiff.definitions import Definitions, parse
from engine.spiff.diagram import Diagram, Element, Flow, Lane, Multiple
from engine.spiff.drive import Run
from engine.spiff.host import (
    Happened,
    Host,
    Rearmed,
    SentMessage,
    WaitingMessage,
    WaitingTask,
    WaitingTimer,
)
from engine.spiff.language import Unreadable, check_expression, names_in
from engine.spiff.state import UnreadableState

__all__ = [
    "DecisionTable",
    "Definitions",
    "Diagram",
    "Element",
    "Flow",
    "Happened",
    "Host",
    "Lane",
    "Multiple",
    "Rearmed",
    "Run",
    "SentMessage",
    "Unreadable",
    "UnreadableState",
    "WaitingMessage",
    "WaitingTask",
    "WaitingTimer",
    "check_expression",
    "names_in",
    "parse",
]
