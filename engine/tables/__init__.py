"""Every table of the product, so that the metadata is complete wherever it is read."""

from __future__ import annotations

from engine.tables import (
    absences,
    audit,
    batches,
    casefile,
    comments,
    complaints,
    customer_words,
    decisions,
    emergency,
    files,
    flagging,
    imports,
    leaving,
    ombudsman,
    people,
    process,
    refusals,
    register_imports,
    releases,
    sign_in,
    took_part,
)
from engine.tables.columns import Row

__all__ = [
    "Row",
    "absences",
    "audit",
    "batches",
    "casefile",
    "comments",
    "complaints",
    "customer_words",
    "decisions",
    "emergency",
    "files",
    "flagging",
    "imports",
    "leaving",
    "ombudsman",
    "people",
    "process",
    "refusals",
    "register_imports",
    "releases",
    "sign_in",
    "took_part",
]
