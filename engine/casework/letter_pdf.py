"""Letters as PDF: A4, tagged for screen readers, made from the HTML that is kept."""

from __future__ import annotations

import contextlib
import html
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from engine.tables.decisions import Letter

_LOG = logging.getLogger("spoc.letters")
_LATER: ContextVar[bool] = ContextVar("letters_without_pdf", default=False)


def letter_pdf(letter: Letter) -> bytes | None:
    """Give an issued letter as PDF: the one kept, else one made now from its HTML.

    None when this machine cannot make PDFs, because WeasyPrint does not find Pango.
    """
    return letter.pdf or as_pdf(letter.html, letter.title)


def can_be_made() -> bool:
    """Tell whether this machine can make PDFs."""
    return _weasyprint() is not None


@contextlib.contextmanager
def made_when_asked() -> Iterator[None]:
    """Keep letters without a PDF while the block runs; each is made when somebody asks for it.

    For issuing many at once: making a PDF takes longer than everything else about a letter.
    """
    token = _LATER.set(True)
    try:
        yield
    finally:
        _LATER.reset(token)


def as_pdf(article: str, title: str) -> bytes | None:
    """Give the HTML of a letter as PDF; None when it is not made now, or cannot be made here."""
    weasyprint = None if _LATER.get() else _weasyprint()
    if weasyprint is None:
        return None
    page = (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title></head><body>{article}</body></html>"
    )
    nothing_from_elsewhere = weasyprint.urls.URLFetcher(allowed_protocols=[])
    sheet = weasyprint.CSS(string=_style(), url_fetcher=nothing_from_elsewhere)
    document = weasyprint.HTML(string=page, url_fetcher=nothing_from_elsewhere)
    return bytes(document.write_pdf(stylesheets=[sheet], pdf_tags=True))


@cache
def _weasyprint() -> Any:
    """Load WeasyPrint on first use: it is slow to load, and not everywhere installed whole."""
    try:
        import weasyprint  # noqa: PLC0415
    except OSError as missing:
        _LOG.warning("Letters are kept without a PDF, because Pango is missing: %s", missing)
        return None
    return weasyprint


@cache
def _style() -> str:
    return Path(__file__).with_name("letter.css").read_text()
