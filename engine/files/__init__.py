"""Files brought in: evidence, looked at, read by few, removed for a reason; the logo of letters."""

from __future__ import annotations

from engine.casework.letter_logo import VARIABLE as LOGO
from engine.files.keeping import Limits, add, remove
from engine.files.logos import fault_of_logo
from engine.files.reading import FileBrief, FileToSend, Record, file_to_remove, open_file, record

__all__ = [
    "LOGO",
    "FileBrief",
    "FileToSend",
    "Limits",
    "Record",
    "add",
    "fault_of_logo",
    "file_to_remove",
    "open_file",
    "record",
    "remove",
]
