"""Names of files made safe: no folder, nothing unseen, the ending of what the file is."""

from __future__ import annotations

import re
import unicodedata

from engine.files.kinds import Kind

_LONGEST = 100
_UNNAMED = "file"
#: What a folder, a shell or a header would take for something else.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|;%]')
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def clean(name: str, kind: Kind) -> str:
    """Give a name to keep a file by: visible signs, at most 100 of them, with its kind's ending.

    What turns the direction of writing goes too: with it, ``exe.pdf`` could be drawn of another.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(
        " " if unicodedata.category(sign)[0] in "CZ" else sign
        for sign in unicodedata.normalize("NFC", last)
    )
    plain = " ".join(_NOT_IN_NAMES.sub(" ", seen).split()).strip(". ")
    stem = _ENDING.sub("", plain).strip(". ")
    return f"{(stem or _UNNAMED)[: _LONGEST - len(kind.ending)].strip()}{kind.ending}"
