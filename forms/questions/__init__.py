"""The answer types, one class each, and how a form file's question becomes one of them."""

from __future__ import annotations

from forms.questions.asked import asked, check_questions
from forms.questions.choices import (
    Checkboxes,
    Confirm,
    EvidenceItems,
    People,
    Person,
    Radios,
    Select,
    YesNo,
)
from forms.questions.date import Date
from forms.questions.question import Around, Choice, Question, Raw, Refused
from forms.questions.reading import TYPES, read_questions
from forms.questions.rows import Rows
from forms.questions.text import Email, Number, Phone, Text, TextArea, Time

__all__ = [
    "TYPES",
    "Around",
    "Checkboxes",
    "Choice",
    "Confirm",
    "Date",
    "Email",
    "EvidenceItems",
    "Number",
    "People",
    "Person",
    "Phone",
    "Question",
    "Radios",
    "Raw",
    "Refused",
    "Rows",
    "Select",
    "Text",
    "TextArea",
    "Time",
    "YesNo",
    "asked",
    "check_questions",
    "read_questions",
]
