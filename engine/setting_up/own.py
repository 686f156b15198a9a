"""What the landlord says of itself: read for a form, and kept with who changed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.commands.tries import keeps_trying
from engine.errors import NotFound
from engine.installation import DEFAULT_SET, PARAMETER_SET, read_surroundings
from engine.own_values import GROUPS, OwnValue, as_text, checked, own_text, setting_of
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.releases import bundle, current_release_id
from engine.setting_up.rights import keep, need_right, refuse
from engine.tables.database import Database
from engine.tables.process import Setting


@dataclass(frozen=True)
class SaidValue:
    """One own value as it counts now."""

    value: OwnValue
    #: As a form shows it: a list a line each; "" for nothing.
    text: str
    #: Said by this installation; else it is what the release says.
    is_own: bool


def own_values(database: Database, person: Person, group: str) -> tuple[SaidValue, ...]:
    """Give the values of a group as they count now.

    Raises NotFound when there is no such group, or for those who do not set the house up.
    """
    if group not in GROUPS:
        raise NotFound
    with reading(database, person) as look:
        need_right(look.session, person.name, look.today)
        return said_values(look, group)


def said_values(look: Reading, group: str) -> tuple[SaidValue, ...]:
    """Give the values of a group within a look that is allowed already."""
    settings = read_surroundings(look.session).settings
    figures = bundle(look.session, current_release_id(look.session)).figures
    of_release = figures.get(settings.get(PARAMETER_SET, DEFAULT_SET), {})
    return tuple(
        SaidValue(
            one,
            own_text(settings, one.name)
            or (as_text(of_release[one.name].value) if one.name in of_release else ""),
            setting_of(one.name) in settings,
        )
        for one in GROUPS[group]
    )


@keeps_trying
def keep_own(db: Database, group: str, raw: Mapping[str, str], *, by: str) -> int:
    """Keep what was typed for a group; gives how many values changed.

    Letters written from now on say it; what was issued stays as it is, and so do the terms of
    arrangements. What is saved unchanged counts as said: the release no longer answers for it.
    Raises NotFound, InvalidAnswers with every problem by the name of its value.
    """
    if group not in GROUPS:
        raise NotFound
    with db.writing() as session:
        around = read_surroundings(session)
        need_right(session, by, around.today)
        values, problems = checked(group, raw)
        refuse(problems)
        old = {
            name: around.settings.get(setting_of(name))
            for name, text in values.items()
            if around.settings.get(setting_of(name)) != text
        }
        for name in old:
            session.merge(Setting(name=setting_of(name), value=values[name]))
        if old:
            new = {name: values[name] for name in old}
            keep(session, "own_values_set", "setting", by=by, at=around.now, old=old, new=new)
        return len(old)
