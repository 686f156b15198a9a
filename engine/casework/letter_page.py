"""The frame of a letter: sender, address, reference, greeting and signature around its text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence

from forms import Gap

#: What stands in the frame: placeholder -> requirement and the words that mark it as missing.
_FRAME = {
    "landlord_name": "R-045",
    "customer_name": "R-045",
    "customer_address": "R-045",
    "letter_date": "R-045",
    "case_reference": "R-045",
    "author_name": "R-045",
}
#: The last words of every letter (R-056): nobody has to know beforehand that it can be had so.
_HELP = (
    "You can have this letter in large print, in Easy Read, in Braille, as audio or in another "
    "language. Somebody can also help you with it, or speak for you. Ask anybody who works here: "
    "no limit on your contact applies to that."
)
_ADDRESS = re.compile(r'<p class="letter__address">(.*?)</p>', re.S)


def framed(
    title: str,
    text: str,
    facts: Mapping[str, str | Sequence[str]],
    *,
    copy_to: str = "",
    logo: str = "",
) -> str:
    """Give the letter as one HTML article; what is missing in its frame is marked.

    text: the blocks, already HTML. copy_to: who gets a copy, named in the letter; "" for nobody.
    logo: the landlord's, already HTML; "" for none.
    """
    said = {name: _said(name, facts) for name in _FRAME}
    sender = [said["author_name"], _escaped(facts.get("author_title", "")), said["landlord_name"]]
    head = _escaped(facts.get("landlord_head", ""))
    head = f'<p class="letter__head">{head}</p>\n' if head else ""
    copy = f'<p class="letter__copy">Copy to: {html.escape(copy_to)}</p>\n' if copy_to else ""
    logo = f"<br>\n{logo}" if logo else ""
    whom = _escaped(facts.get("for_whom", ""))
    whom = f'<p class="letter__whom">{whom}</p>\n' if whom else ""
    return (
        '<article class="letter" lang="en-GB">\n'
        f'<p class="letter__landlord">{said["landlord_name"]}{logo}</p>\n'
        f"{head}"
        f'<p class="letter__address">{said["customer_name"]}<br>\n{said["customer_address"]}</p>\n'
        f'<p class="letter__meta">{said["letter_date"]}<br>\n'
        f"Our reference: {said['case_reference']}</p>\n"
        f'<h2 class="letter__title">{html.escape(title)}</h2>\n'
        f"<p>Dear {said['customer_name']}</p>\n"
        f"{whom}{text}\n"
        '<p class="letter__close">Yours sincerely</p>\n'
        f'<p class="letter__author">{"<br>".join(part for part in sender if part)}</p>\n'
        f"{copy}"
        f'<p class="letter__help">{_HELP}</p>\n'
        "</article>\n"
    )


def cover_of(name: str, address: str) -> str:
    """Give the sheet that carries the address of somebody who gets a copy, as HTML."""
    lines = address if name and name in address else f"{name}\n{address}"
    return (
        '<article class="letter" lang="en-GB">\n'
        f'<p class="letter__address">{_escaped(lines)}</p>\n'
        '<p class="letter__cover">A copy of our letter to the person you speak for follows.</p>\n'
        "</article>\n"
    )


def address_in(article: str) -> str:
    """Give the address a letter prints, name first, a line a line; "" where it prints none."""
    found = _ADDRESS.search(article)
    return html.unescape(found[1].replace("<br>\n", "\n")) if found else ""


def is_same_address(one: str, other: str) -> bool:
    """Tell whether two ways to write an address mean the same, with commas or without."""
    return _plain(one) == _plain(other)


def gaps_in_frame(facts: Mapping[str, str | Sequence[str]]) -> Iterator[Gap]:
    """Give what the frame of a letter still lacks."""
    for name, source in _FRAME.items():
        if not facts.get(name):
            yield Gap("frame", source, name, f"Missing: {name.replace('_', ' ')}")


def _said(name: str, facts: Mapping[str, str | Sequence[str]]) -> str:
    value = facts.get(name, "")
    if not value:
        words = html.escape(f"Missing: {name.replace('_', ' ')}")
        return f'<mark class="letter__missing">{words}</mark>'
    return _escaped(value)


def _plain(address: str) -> str:
    return " ".join(address.replace(",", " ").casefold().split())


def _escaped(value: str | Sequence[str]) -> str:
    text = value if isinstance(value, str) else "\n".join(value)
    return html.escape(text.strip()).replace("\n", "<br>\n")
