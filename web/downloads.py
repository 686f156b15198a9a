"""Files of a release as somebody keeps them on their own machine."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from flask import Response
from werkzeug.http import dump_options_header

#: What a browser is told a file of a release is, whatever is in it: it draws an XML file that says
#: it is a page as one, and people would take that for a page of ours.
AS_TEXT = "text/plain"
#: The same of a file that is kept: no browser changes the ending of its name.
TO_KEEP = "application/octet-stream"


def downloaded(content: bytes, name: str, mimetype: str) -> Response:
    """Give an answer that the browser keeps as a file of that name."""
    answer = Response(content, mimetype=mimetype)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    names = {"filename": plain} if plain == name else {"filename": plain, "filename*": _said(name)}
    answer.headers["Content-Disposition"] = dump_options_header("attachment", names)
    return answer


def _said(name: str) -> str:
    """Write a name with other signs than ASCII as RFC 5987 has it: a header holds nothing else."""
    return f"UTF-8''{quote(name, safe='')}"
