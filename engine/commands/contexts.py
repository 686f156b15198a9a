"""The context of each kind of transaction: of one instance, or of a case without one."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from engine.casework.context import Context
from engine.commands.host import make_context
from engine.installation import Surroundings
from engine.releases import Bundle
from engine.tables.process import ProcessInstance


def context_of_instance(
    session: Session, around: Surroundings, instance: ProcessInstance, bundle: Bundle, actor: str
) -> Context:
    """Make the context of one instance's unit of work."""
    return make_context(
        session,
        actor=actor,
        now=around.now,
        calendar_=around.calendar,
        settings=around.settings,
        bundle=bundle,
        parameter_set=instance.parameter_set,
        case_id=instance.case_id,
        instance_id=instance.id,
        arrangement_id=instance.arrangement_id,
        appeal_id=instance.appeal_id,
        third_party_id=instance.third_party_id,
    )


def context_of_case(
    session: Session, around: Surroundings, bundle: Bundle, actor: str, **ids: Any
) -> Context:
    """Make the context of a change that belongs to a case and to no instance."""
    return make_context(
        session,
        actor=actor,
        now=around.now,
        calendar_=around.calendar,
        settings=around.settings,
        bundle=bundle,
        **ids,
    )
