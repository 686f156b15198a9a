"""The control record of the policy document: its versions, and who has read them (R-113)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from engine.calendar import said
from engine.casework import audit, own_words, policy_dates
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.policy_control import (
    PolicyDistribution,
    PolicyReading,
    PolicyVersion,
    TrainingRecord,
)
from forms import Choice

_WORDS = ("approver", "changes")


def version_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what is wrong with a version: its number, its dates, to whom it was sent (R-113)."""
    found = own_words.problems(values, _WORDS)
    approved, effective = (
        dt.date.fromisoformat(values[name]) for name in ("approved_on", "effective_on")
    )
    number = values["version"].strip()
    known = select(PolicyVersion).where(func.lower(PolicyVersion.number) == number.lower())
    if context.session.scalars(known).first() is not None:
        sentence = f"Expected another version than {number}, which is on record already."
        found.append(
            Problem("version", f"{sentence} A version is never changed: record a new one.")
        )
    last = policy_dates.newest(context.session)
    if last is not None and approved < last.approved_on:
        sentence = (
            f"Expected a date from {said(last.approved_on)} on, when version {last.number} was "
            "approved. Record versions in their order."
        )
        found.append(Problem("approved_on", sentence))
    if effective < approved:
        sentence = f"Expected a date from {said(approved)} on, when it was approved."
        found.append(Problem("effective_on", f"{sentence} Check both dates."))
    return found


def record_version(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep a version with its distribution list; nothing of it changes afterwards (R-113)."""
    version = PolicyVersion(
        number=values["version"].strip(),
        approved_on=dt.date.fromisoformat(values["approved_on"]),
        effective_on=dt.date.fromisoformat(values["effective_on"]),
        **{name: values[name] for name in (*_WORDS, "contact_officer", "responsible_officer")},
        **{name: values.get(name, "") for name in ("stated_desktop", "stated_formal")},
        recorded_by=context.actor,
        recorded_at=context.now,
    )
    context.session.add(version)
    context.session.flush()
    context.session.add_all(
        PolicyDistribution(
            version_id=version.id,
            to_whom=row["to_whom"],
            sent_on=dt.date.fromisoformat(row["sent_on"]),
        )
        for row in values["distribution"]
    )
    new = {"number": version.number, "approved_on": version.approved_on.isoformat()}
    note(context, "policy_version_recorded", "policy_version", version.id, new)


def version_to_read(context: Context) -> list[Choice]:
    """Offer the newest version to whoever has not said yet that they have read it."""
    version = policy_dates.newest(context.session)
    if version is None:
        return []
    mine = select(PolicyReading.id).where(
        PolicyReading.version_id == version.id, PolicyReading.user_name == context.actor
    )
    if context.session.scalar(mine) is not None:
        return []
    return [Choice(str(version.id), f"I have read version {version.number}", version.changes)]


def version_was_read(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep the receipt of somebody who has read the newest version (R-113)."""
    for version_id in values["read"]:
        receipt = PolicyReading(
            version_id=int(version_id), user_name=context.actor, read_at=context.now
        )
        context.session.add(receipt)
        context.session.flush()
        note(context, "policy_version_read", "policy_version", receipt.version_id, {})


def training_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when the training of somebody says nothing of its own (R-123)."""
    return own_words.problems(values, ("proof",))


def record_training(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep who was trained in what, and when (R-123)."""
    rows = [
        TrainingRecord(
            user_name=name,
            topic=values["topic"],
            held_on=dt.date.fromisoformat(values["held_on"]),
            proof=values["proof"],
            recorded_by=context.actor,
            recorded_at=context.now,
        )
        for name in values["trained"]
    ]
    context.session.add_all(rows)
    context.session.flush()
    new = {"topic": values["topic"], "people": values["trained"], "held_on": values["held_on"]}
    note(context, "training_recorded", "training_record", rows[0].id, new)


def note(context: Context, action: str, kind: str, object_id: int, new: Any) -> None:
    """Keep in the chain of administration who did what with the policy document (R-111)."""
    chain = audit.Chain.of_administration(context.session)
    chain.add(audit.Entry(action, kind, object_id, actor=context.actor, new=new), at=context.now)
