"""Letters as PDF: A4, tagged for screen readers, made from the HTML that is kept."""

from __future__ import annotations

import contextlib
import html
import logging
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Literal

from engine.tables.decisions import Letter

#: Whose envelope shows the address: a DL window, or that of GOV.UK Notify.
Window = Literal["dl", "notify"]

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


def as_pdf(article: str, title: str, *, style: str = "") -> bytes | None:
    """Give the HTML of a letter as PDF; None when it is not made now, or cannot be made here.

    style: how the page looks; that of a letter unless said otherwise.
    """
    if _LATER.get():
        return None
    laid_out = _laid_out(article, title, "dl", style)
    return None if laid_out is None else bytes(laid_out.write_pdf(pdf_tags=True))


def bound(
    articles: Sequence[tuple[str, str]], *, window: Window = "dl", both_sides: bool = False
) -> bytes | None:
    """Give several letters, each with its title, as one PDF; None when none can be made here.

    Each counts its own pages. window: whose envelope shows the address. both_sides: each begins
    on the front of a sheet, so that a printer may use both sides.
    """
    documents = [_laid_out(article, title, window) for article, title in articles]
    blank = _laid_out("", "", window) if both_sides else None
    pages: list[Any] = []
    for document in documents:
        if document is None:
            return None
        if blank is not None and len(pages) % 2:
            pages.extend(blank.pages[:1])
        pages.extend(document.pages)
    return bytes(documents[0].copy(pages).write_pdf(pdf_tags=True)) if documents else None


def _laid_out(article: str, title: str, window: Window, style: str = "") -> Any:
    """Give a letter as pages of WeasyPrint; None when this machine cannot."""
    weasyprint = _weasyprint()
    if weasyprint is None:
        return None
    page = (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title></head><body>{article}</body></html>"
    )
    nothing_from_elsewhere = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    styles = [
        style or _style("letter.css"),
        *([_style("letter_notify.css")] if window == "notify" else []),
    ]
    sheets = [weasyprint.CSS(string=one, url_fetcher=nothing_from_elsewhere) for one in styles]
    document = weasyprint.HTML(string=page, url_fetcher=nothing_from_elsewhere)
    return document.render(stylesheets=sheets)


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
def _style(name: str) -> str:
    return Path(__file__).with_name(name).read_text()
