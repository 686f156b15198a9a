"""The documents the policy is read with: the newest of each and its earlier versions (R-012)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select

from engine.casework.policy_documents import web_address
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.policy_documents import PolicyDocument


@dataclass(frozen=True)
class DocumentVersion:
    """One version of a document, as it was recorded."""

    number: str
    dated_on: dt.date
    since: dt.date
    found_at: str
    #: The same where it is an http or https address, else "".
    link: str


@dataclass(frozen=True)
class Document:
    """One document the policy is read with."""

    title: str
    #: Whose it is, in words.
    whose: str
    newest: DocumentVersion
    #: The newest of them first; () for none.
    earlier: tuple[DocumentVersion, ...]


def read_with(look: Reading) -> tuple[Document, ...]:
    """Give every document the policy is read with, ours first, each list by title (R-012)."""
    rows = look.session.scalars(
        select(PolicyDocument).order_by(
            PolicyDocument.owner,
            PolicyDocument.title,
            PolicyDocument.dated_on.desc(),
            PolicyDocument.id.desc(),
        )
    )
    found = []
    for (owner, title), theirs in groupby(rows, lambda row: (row.owner, row.title)):
        newest, *earlier = (_version(row) for row in theirs)
        whose = words.name_of("document_owner", owner)
        found.append(Document(title, whose, newest, tuple(earlier)))
    return tuple(found)


def _version(row: PolicyDocument) -> DocumentVersion:
    link = web_address(row.found_at)
    return DocumentVersion(row.number, row.dated_on, row.since, row.found_at, link)
