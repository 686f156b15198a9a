"""The letterhead: the landlord's own address beside its name, clear of both kinds of window."""

from __future__ import annotations

import io

import pypdf
import pytest

from engine.casework import letter_pdf
from engine.casework.letter_page import framed
from engine.casework.letter_pdf import Window

_HEAD = ["Northfield Homes Ltd", "Unit 4", "1 Market Street", "Northfield", "NF1 1AA"]
#: The longest a landlord is likely to say: an address, a number and a mailbox.
HEAD = [*_HEAD, "01632 960 700", "contact@northfield-homes.example"]
FACTS = {
    "landlord_name": "Northfield Homes",
    "landlord_head": HEAD,
    "customer_name": "Jo Carter",
    "customer_address": "4 Elm Court\nNorthfield\nNF1 2AB",
    "letter_date": "Friday 10 April 2026",
    "case_reference": "SP-2026-001",
    "author_name": "Dorothy Pell",
}


@pytest.mark.parametrize("window", ["dl", "notify"])
def test_the_letterhead_stands_beside_the_name_and_above_the_date(window: Window) -> None:
    pdf = letter_pdf.bound([(framed("A letter", "<p>Text</p>", FACTS), "A letter")], window=window)
    assert pdf is not None
    placed = _placed(pdf)
    lines = [placed[line] for line in HEAD]
    assert all(left > 120 for left, _ in lines), lines
    tops = [top for _, top in lines]
    assert tops == sorted(tops)
    assert tops[0] < 25
    assert tops[-1] < placed["Friday 10 April 2026"][1] - 2


def _placed(pdf: bytes) -> dict[str, tuple[float, float]]:
    """Give where each line begins on the first page: millimetres from the left and the top."""
    found: dict[str, tuple[float, float]] = {}

    def note(said: str, page: list[float], line: list[float], _font: object, _size: object) -> None:
        x = line[4] * page[0] + line[5] * page[2] + page[4]
        y = line[4] * page[1] + line[5] * page[3] + page[5]
        if said.strip():
            found.setdefault(said.strip(), (x * 25.4 / 72, 297 - y * 25.4 / 72))

    pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=note)
    return found
