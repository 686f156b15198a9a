"""What tests of drafts share: a draft that is started, scripts that send, two people at work."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.web.visitor import Page, Visitor

LETTER = "forms/letters/review.md"
FORM = "forms/definitions/decide_appeal.yaml"
DIAGRAM = "bpmn/appeal.bpmn"
TABLE = "bpmn/decisions/policy.dmn"


def start(visitor: Visitor, title: str = "Clearer letters") -> Page:
    """Start a draft and give its page."""
    return visitor.get("/drafts").press("Start a draft", title=title)


def text_of(visitor: Visitor, path: str, draft_id: int = 2) -> str:
    """Give a file of a draft as it was saved."""
    answer = visitor.client.get(f"/drafts/{draft_id}/raw/{path}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def write(visitor: Visitor, path: str, content: str, draft_id: int = 2) -> Page:
    """Open a file as text, put a text in its place and press Save."""
    page = visitor.get(f"/drafts/{draft_id}/files/{path}?as=text")
    return page.press("Save", content=content)


def token_of(visitor: Visitor) -> str:
    """Give the token that a script finds in the head of a page."""
    return str(visitor.get("/drafts").one("//meta[@name='csrf-token']/@content"))


def send(visitor: Visitor, path: str, body: Any, token: str | None = None) -> TestResponse:
    """Send JSON as a script of ours does."""
    header = token_of(visitor) if token is None else token
    return visitor.client.post(path, json=body, headers={"X-CSRFToken": header})


def hand_in(visitor: Visitor, note: str = "Plainer words.", draft_id: int = 2) -> Page:
    """Hand a draft in."""
    return visitor.get(f"/drafts/{draft_id}/hand-in").press(
        "Hand it in", note=note, exemption="Words alone."
    )
