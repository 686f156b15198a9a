"""How much a page may send: little as a rule, more where files of a release are sent."""

from __future__ import annotations

from flask import request

from web import auth
from web.machines import is_machine

#: The most one page may send: long forms are text.
LARGEST_POST = 2 * 1024 * 1024
MOST_FIELDS = 2000
#: The most a machine may send that answers about one thing.
LARGEST_CALL = 16 * 1024
_MEGABYTE = 1024 * 1024
#: The most a page may send that takes files in, in MB: the whole of our release is less than 1.
_LARGEST_UPLOAD = 8
#: Endpoints that take whole files of a release.
_TAKE_FILES = frozenset(
    {
        "draft_files.write",
        "draft_saving.save",
        "draft_saving.check",
        "draft_preview.preview",
        "draft_transfer.upload",
    }
)
#: Endpoints that take files of evidence.
_TAKE_EVIDENCE = frozenset({"evidence.add"})
#: How many files of the largest size one page takes at once; more are sent one after another.
MOST_AT_ONCE = 5
#: Endpoints that take a list in, which is kept in a file while it is read: the most, in MB.
_TAKE_LISTS = {
    "contact_imports.listed": 40,
    "register_imports.listed": 10,
    "flags.compared": 8,
    "flags.confirmed": 8,
}
#: All of them.
UPLOADS = frozenset({*_TAKE_FILES, *_TAKE_EVIDENCE, *_TAKE_LISTS})


def make_room() -> None:
    """Let the pages send more that take files in; asked before anything is read."""
    if is_machine():
        request.max_content_length = LARGEST_CALL
    if request.endpoint in _TAKE_LISTS:
        request.max_content_length = _TAKE_LISTS[request.endpoint] * _MEGABYTE
    if request.endpoint in _TAKE_FILES:
        request.max_content_length = _LARGEST_UPLOAD * _MEGABYTE
        request.max_form_memory_size = _LARGEST_UPLOAD * _MEGABYTE
    if request.endpoint in _TAKE_EVIDENCE:
        request.max_content_length = _largest_evidence() * _MEGABYTE + LARGEST_POST


def too_much() -> str:
    """Say what was too large and what to do; "" where the page of the error says it itself."""
    if is_machine():
        return f"Expected at most {LARGEST_CALL} bytes, but more were sent."
    sent = (request.content_length or 0) / _MEGABYTE
    if request.endpoint in _TAKE_LISTS:
        most = _TAKE_LISTS[request.endpoint]
        return (
            f"Expected at most {most} MB, but {sent:.1f} MB were sent. Nothing was kept. "
            "Keep the columns that are needed, or send the file in parts."
        )
    if request.endpoint in _TAKE_EVIDENCE:
        return (
            f"Expected at most {_largest_evidence()} MB at a time, but {sent:.1f} MB were sent. "
            "Nothing was kept. Send fewer files at a time, or save them smaller."
        )
    if request.endpoint not in _TAKE_FILES:
        return ""
    return (
        f"Expected at most {_LARGEST_UPLOAD} MB, but {sent:.1f} MB were sent. Nothing was kept. "
        "A diagram, a table, a form or a letter is far smaller: check that it is the right file, "
        "or send the files one by one."
    )


def _largest_evidence() -> int:
    return auth.settings().files.largest_mb * MOST_AT_ONCE
