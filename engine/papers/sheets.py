"""Papers as PDF: A4, tagged for screen readers, with a line on each page that says whose it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine.casework import letter_pdf


def can_be_made() -> bool:
    """Tell whether this machine can make PDFs."""
    return letter_pdf.can_be_made()


def as_pdf(article: str, title: str) -> bytes | None:
    """Give the HTML of a paper as PDF; None when this machine cannot make PDFs.

    article: our own HTML with everything in it escaped; nothing is fetched from elsewhere.
    """
    return letter_pdf.as_pdf(article, title, style=_style())


@cache
def _style() -> str:
    return Path(__file__).with_name("sheets.css").read_text()
