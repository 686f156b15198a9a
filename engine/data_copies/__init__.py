"""Copies of all we hold about a person: gathered, other people taken out, made, kept, given."""

from __future__ import annotations

from engine.data_copies.listing import (
    DataRequestPage,
    DataRequestRow,
    DataRequests,
    HoldRow,
    listed,
    page,
)
from engine.data_copies.making import decide, make
from engine.data_copies.opening import CopyToSend, open_copy

__all__ = [
    "CopyToSend",
    "DataRequestPage",
    "DataRequestRow",
    "DataRequests",
    "HoldRow",
    "decide",
    "listed",
    "make",
    "open_copy",
    "page",
]
