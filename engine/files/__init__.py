"""Files of evidence: added once their content was looked at, read by few, removed for a reason."""

from __future__ import annotations

from engine.files.keeping import Limits, add, remove
from engine.files.reading import FileBrief, FileToSend, Record, file_to_remove, open_file, record

__all__ = [
    "FileBrief",
    "FileToSend",
    "Limits",
    "Record",
    "add",
    "file_to_remove",
    "open_file",
    "record",
    "remove",
]
