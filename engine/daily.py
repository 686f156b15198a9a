"""What people do with tasks and cases beside doing them: comment, hand over, put off."""

from __future__ import annotations

from engine.commands import LONGEST_COMMENT, comment, put_off, reassign
from engine.queries.comments import CommentRow, HandOver, handing_over, may_comment

__all__ = [
    "LONGEST_COMMENT",
    "CommentRow",
    "HandOver",
    "comment",
    "handing_over",
    "may_comment",
    "put_off",
    "reassign",
]
