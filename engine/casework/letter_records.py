"""What is kept of a letter beside its text, and of how it left, as one mark the log repeats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from engine.tables.decisions import Letter
from engine.tables.leaving import Sending

_OF_LETTER = ("title", "template", "channel", "sent_to", "proof", "issued_by")
_OF_SENDING = ("to_name", "channel", "way", "sent_to", "proof", "asked_on", "asked_by")
#: What the log calls the mark of an issued letter beside ``sha256``, the one of its text.
RECORD = "record"


def of_letter(letter: Letter | Mapping[str, Any], pdf: bytes | None) -> str:
    """Give the SHA-256 of a letter's PDF, address, proof and what else never changes.

    letter: its object, or its columns. What may be noted later (that it arrived) is not in it.
    """
    printed = hashlib.sha256(pdf).hexdigest() if pdf else ""
    return of_text(json.dumps([*_said(letter, _OF_LETTER), printed], ensure_ascii=False))


def of_sending(sending: Sending | Mapping[str, Any]) -> str:
    """Give the SHA-256 of to whom, where and which way one copy left, and a person's proof.

    sending: its object, or its columns. What a machine or a later day tells is not in it.
    """
    return of_text(json.dumps(_said(sending, _OF_SENDING), ensure_ascii=False, default=str))


def of_text(text: str) -> str:
    """Give the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _said(row: Any, names: tuple[str, ...]) -> list[Any]:
    if isinstance(row, Mapping):
        return [row[name] for name in names]
    return [getattr(row, name) for name in names]
