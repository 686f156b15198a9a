"""Files that hold others and are not looked into: Outlook messages and Office files of old."""

from __future__ import annotations

#: How a compound file begins: .msg of Outlook, and .doc, .xls and .ppt as Office once made them.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: How Outlook packs attachments for other Outlooks: winmail.dat.
_TNEF = b"\x78\x9f\x3e\x22"
#: The names such files go by, so that one within an archive is told as well.
COMPOUND_ENDINGS = (".msg", ".oft", ".doc", ".dot", ".xls", ".xlt", ".ppt", ".pot", "winmail.dat")
_MSG = ".msg"


def is_compound(content: bytes, name: str = "") -> bool:
    """Tell whether it may hold other files or macros that nobody here can look into."""
    is_named = name.lower().rstrip(". ").endswith((_MSG, "winmail.dat"))
    return is_named or content.startswith((_COMPOUND, _TNEF))


def fault_of_compound(content: bytes, name: str) -> str:
    """Say how to keep such a file in another form; "" for a file of another kind.

    Its content says what it is; its name only how people call it.
    """
    if not is_compound(content):
        return ""
    if name.lower().rstrip(". ").endswith(_MSG):
        return (
            "Expected an e-mail saved as .eml, but this is an Outlook message (.msg), and nobody "
            "here can look into what is attached to it. Save it as .eml from the mailbox, or print "
            "it as a PDF, and add that."
        )
    return (
        "Expected a PDF, but this is an Outlook or Office file of an old kind, and nobody here can "
        "look into it for macros. Print it as a PDF and add that."
    )
