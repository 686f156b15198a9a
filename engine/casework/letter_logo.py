"""The landlord's logo on its letters, part of each letter from the moment it is issued."""

from __future__ import annotations

import base64
import html
import os
from functools import cache
from pathlib import Path

#: The environment variable that names the file; empty for letters without a logo.
VARIABLE = "SPOC_LETTER_LOGO"
#: The most a logo may be, in bytes: it is kept with every letter.
LARGEST = 50 * 1024
PNG = b"\x89PNG\r\n\x1a\n"
#: How high it is on a page of ours, in pixels; on paper the style of letters says it.
_HIGH = 48


def picture(landlord: str) -> str:
    """Give the logo of this installation as HTML, called by the landlord's name; "" without one.

    The picture itself is in it, so that a letter keeps the logo it was issued with.
    """
    name = os.environ.get(VARIABLE, "").strip()
    if not name:
        return ""
    content = content_of(name)
    media_type = "image/png" if content.startswith(PNG) else "image/svg+xml"
    source = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
    return (
        f'<img class="letter__logo" src="{source}" alt="{html.escape(landlord)}" height="{_HIGH}">'
    )


@cache
def content_of(name: str) -> bytes:
    """Give what the file holds, up to one byte more than it may; it counts until the next start.

    Raises OSError for a file that cannot be read.
    """
    with Path(name).open("rb") as opened:
        return opened.read(LARGEST + 1)
