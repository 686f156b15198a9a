"""The workflow engine behind one door: parse the diagrams of a release, run their instances."""

from engine.spiff.copying import copied_state, copied_task_id
from engine.spiff.decisions import DecisionTable
from engine.spiff.definitions import Definitions, parse, read_diagrams, read_tables, survey
from engine.spiff.diagram import Diagram, Element, Flow, Lane, Multiple
from engine.spiff.documents import (
    BPMN,
    LARGEST_FILE,
    SPIFF,
    Document,
    is_dmn,
    line_of,
    local_name,
    namespace,
    open_document,
)
from engine.spiff.drive import Run
from engine.spiff.expressions import Scope, evaluate
from engine.spiff.extensions import EDITED_EXTENSIONS, PROPERTIES
from engine.spiff.host import (
    Happened,
    Host,
    Place,
    Rearmed,
    SentMessage,
    WaitingMessage,
    WaitingTask,
    WaitingTimer,
)
from engine.spiff.kinds import KINDS
from engine.spiff.language import Unreadable, check_expression, names_in, parse_expression
from engine.spiff.reader import KINDS as KIND_OF_TAG
from engine.spiff.state import UnreadableState
from engine.spiff.timers import literal_timer, moment_of
from engine.spiff.vocabulary import FUNCTIONS, ExpressionError

__all__ = [
    "BPMN",
    "EDITED_EXTENSIONS",
    "FUNCTIONS",
    "KINDS",
    "KIND_OF_TAG",
    "LARGEST_FILE",
    "PROPERTIES",
    "SPIFF",
    "DecisionTable",
    "Definitions",
    "Diagram",
    "Document",
    "Element",
    "ExpressionError",
    "Flow",
    "Happened",
    "Host",
    "Lane",
    "Multiple",
    "Place",
    "Rearmed",
    "Run",
    "Scope",
    "SentMessage",
    "Unreadable",
    "UnreadableState",
    "WaitingMessage",
    "WaitingTask",
    "WaitingTimer",
    "check_expression",
    "copied_state",
    "copied_task_id",
    "evaluate",
    "is_dmn",
    "line_of",
    "literal_timer",
    "local_name",
    "moment_of",
    "names_in",
    "namespace",
    "open_document",
    "parse",
    "parse_expression",
    "read_diagrams",
    "read_tables",
    "survey",
]
