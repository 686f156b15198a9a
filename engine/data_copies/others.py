"""Other people in somebody's data: found, decided on one by one, taken out (R-104)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework.plain_names import plain_name
from engine.data_copies import gathering
from engine.tables.casefile import Evidence, ThirdParty
from engine.tables.data_requests import DataMark, DataRequest
from engine.tables.files import EvidenceFile
from engine.tables.people import User

#: What stands in the place of a name that was taken out.
TAKEN_OUT = "[taken out]"
#: How the name of a file's mark begins; its number follows.
FILE = "file "
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr)\.? [A-Z][\w'\u2019-]+(?: [A-Z][\w'\u2019-]+)?")
_TAG = re.compile(r"(<[^>]*>)")
_ALT = re.compile(r'(?<=\salt=")[^"]*')
_PARTS = re.compile(r"\s*(?:[,;\n]|\band\b)\s*")


@dataclass(frozen=True)
class Mark:
    """Somebody else, or a file that may show somebody else, and what is decided about it."""

    name: str
    #: Where it comes from, in words.
    kind: str
    #: redact, keep; "" while nobody decided.
    decision: str = ""
    reason: str = ""


def found(session: Session, request: DataRequest, *, staff: bool) -> list[Mark]:
    """Give everybody else named in the person's data, with what was decided so far.

    staff: whether the policy wants names of our own people decided too.
    """
    decided = {
        mark.name: mark
        for mark in session.scalars(
            select(DataMark).where(DataMark.data_request_id == request.id).order_by(DataMark.id)
        )
    }
    names = dict(_known(session, request))
    names.update(_in_words(session, request, names, staff=staff))
    for name in decided:
        names.setdefault(name, "Named by us")
    return [
        Mark(
            name,
            kind,
            decided[name].decision if name in decided else "",
            decided[name].reason if name in decided else "",
        )
        for name, kind in names.items()
    ]


def without(names: Iterable[str]) -> re.Pattern[str] | None:
    """Give the pattern of what is taken out; None where nothing is."""
    words = [r"\s+".join(map(re.escape, name.split())) for name in names if name.strip()]
    if not words:
        return None
    longest = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.I)


def cleaned(value: Any, out: re.Pattern[str] | None) -> Any:
    """Give a value without the names that are taken out, at whatever depth they stand."""
    if out is None:
        return value
    if isinstance(value, str):
        return out.sub(TAKEN_OUT, value)
    if isinstance(value, Mapping):
        return {name: cleaned(inner, out) for name, inner in value.items()}
    if isinstance(value, list):
        return [cleaned(inner, out) for inner in value]
    return value


def cleaned_html(article: str, out: re.Pattern[str] | None) -> str:
    """Give HTML without those names, marks escaped: each text between two tags, as it is read.

    What a picture is called is such a text too.
    """
    if out is None:
        return article
    return "".join(
        _ALT.sub(lambda alt: _cleaned_text(alt.group(), out), part)
        if part.startswith("<")
        else _cleaned_text(part, out)
        for part in _TAG.split(article)
    )


def texts_of(article: str) -> list[str]:
    """Give what people read in HTML, without tags and what stands in them (R-104)."""
    return [html.unescape(part) for part in _TAG.split(article) if not part.startswith("<")]


def _cleaned_text(text: str, out: re.Pattern[str]) -> str:
    read = html.unescape(text)
    cleaned_of = out.sub(TAKEN_OUT, read)
    return text if cleaned_of == read else html.escape(cleaned_of)


def _known(session: Session, request: DataRequest) -> Iterator[tuple[str, str]]:
    """Give whom our own columns name, and the files."""
    cases = gathering.cases_in(session, request)
    ids = [case.id for case in cases]
    customer = gathering.customer_of(session, request)
    own = plain_name(customer.name)
    staff = {plain_name(one) for one in session.scalars(select(User.full_name))}
    for name in session.scalars(select(ThirdParty.name).where(ThirdParty.case_id.in_(ids))):
        yield name, "Spoke for the customer"
    others = [*_PARTS.split(customer.other_tenants), *(n for c in cases for n in c.also_applies_to)]
    for name in others:
        if name.strip() and plain_name(name) != own:
            yield name.strip(), "On the same tenancy"
    seen = select(Evidence.witness).where(Evidence.case_id.in_(ids)).distinct()
    for name in session.scalars(seen.order_by(Evidence.witness)):
        if name.strip() and plain_name(name) not in {own, *staff}:
            yield name.strip(), "Saw or heard something"
    files = select(EvidenceFile).where(
        EvidenceFile.case_id.in_(ids), EvidenceFile.removed_at.is_(None)
    )
    for file in session.scalars(files.order_by(EvidenceFile.id)):
        yield f"{FILE}{file.id}: {file.name}", "A file; look at it before it goes"


def _in_words(
    session: Session, request: DataRequest, known: Mapping[str, str], *, staff: bool
) -> Iterator[tuple[str, str]]:
    """Give names that free words hold: with a title, and of our own people where they count."""
    customer = gathering.customer_of(session, request)
    own = {part.lower() for part in customer.name.split()}
    ours = without(session.scalars(select(User.full_name))) if staff else None
    for item in gathering.items(session, request):
        for text in _texts(item):
            for match in _TITLED.finditer(text):
                name = match.group()
                if name not in known and not own & {part.lower() for part in name.split()}:
                    yield name, "Named in the text"
            for match in ours.finditer(text) if ours else ():
                yield match.group(), "Works here"


def _texts(item: gathering.Item) -> Iterator[str]:
    yield from texts_of(item.html)
    yield from _strings(list(item.values.values()))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings(list(value.values()))
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
