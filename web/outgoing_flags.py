"""How each system that shows flags is asked, as the environment says it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import engine
from web.named_systems import named, wrong_secrets, wrong_url

#: Where systems are named, what our calls are signed with, what their answers are signed with.
SYSTEMS, SECRETS, ANSWERS = "SPOC_FLAG_SYSTEMS", "SPOC_FLAG_SECRETS", "SPOC_FLAG_ANSWER_SECRETS"
_WORKLIST, _WEBHOOK = "worklist", "webhook"
_MAILBOX = re.compile(r"[!-?A-~]+@[a-zA-Z0-9.-]+")
_SECONDS = 15.0
_YES = frozenset({"1", "yes", "true", "on"})


def flags_of(
    given: Mapping[str, str], wrong: list[str], *, demo: bool
) -> tuple[tuple[engine.outbox.FlagWebhook, ...], dict[str, str]]:
    """Read which systems are asked by webhook, and how each is asked; the rest is by hand.

    Gives the webhooks, and short name -> ``webhook``, ``worklist`` or the address of a mailbox.
    What cannot be used goes to `wrong`; no secret is repeated in it.
    """
    said_of = named(given, SYSTEMS, wrong)
    wrong.extend(_wrong_names(said_of))
    systems = {name: values[-1] for name, values in said_of.items()}
    secrets, answers = named(given, SECRETS, wrong), named(given, ANSWERS, wrong)
    private = given.get("SPOC_WEBHOOK_PRIVATE", "").strip().lower() in _YES
    webhooks: list[engine.outbox.FlagWebhook] = []
    ways: dict[str, str] = {}
    for name, said in systems.items():
        if said == _WORKLIST or _MAILBOX.fullmatch(said):
            ways[name] = said
            continue
        if "://" not in said:
            wrong.append(
                f"Expected https://HOST/PATH, {_WORKLIST} or the address of a mailbox for {name} "
                f"in {SYSTEMS}, but it is none of them. Correct it, or leave {name} out to have it "
                "asked by a task."
            )
            continue
        wrong.extend(wrong_url(name, said, demo=demo, setting=SYSTEMS))
        ours, theirs = secrets.get(name, []), answers.get(name, [])
        wrong.extend(wrong_secrets(name, ours, setting=SECRETS))
        wrong.extend(wrong_secrets(name, theirs, setting=ANSWERS))
        wrong.extend(_shared(name, ours, theirs))
        ways[name] = _WEBHOOK
        webhooks.append(
            engine.outbox.FlagWebhook(
                name=name,
                url=said,
                secrets=tuple(ours),
                events=frozenset(),
                may_be_private=private,
                seconds=_SECONDS,
                answer_secrets=tuple(theirs),
            )
        )
    called = {one.name for one in webhooks}
    for name in sorted({*secrets, *answers} - called):
        wrong.append(
            f"Expected an address for {name} in {SYSTEMS}, because it has a secret. Add "
            f"{name}=https://HOST/PATH there, or take its secrets out."
        )
    wrong.extend(_of_two(secrets, SECRETS))
    wrong.extend(_of_two(answers, ANSWERS))
    return tuple(webhooks), ways


def _wrong_names(systems: Mapping[str, list[str]]) -> list[str]:
    """Say which names no system can have, and which are said twice."""
    wrong = []
    for name, values in systems.items():
        if "_" in name:
            wrong.append(
                f"Expected hyphens and no underscores in names of {SYSTEMS}, but one is {name}. "
                f"Write {name.replace('_', '-')}."
            )
        if len(values) > 1:
            wrong.append(
                f"Expected one way for {name} in {SYSTEMS}, but there are {len(values)}. Keep one."
            )
    return wrong


def _of_two(secrets: Mapping[str, list[str]], setting: str) -> list[str]:
    """Refuse one secret for two systems: each could answer for the other."""
    owners: dict[str, set[str]] = {}
    for name, theirs in secrets.items():
        for secret in theirs:
            owners.setdefault(secret, set()).add(name)
    shared = sorted({" and ".join(sorted(names)) for names in owners.values() if len(names) > 1})
    return [
        f"Expected a secret of its own for each system in {setting}, but {names} share one. Make "
        "new ones."
        for names in shared
    ]


def _shared(name: str, ours: list[str], theirs: list[str]) -> list[str]:
    """Refuse one secret for both ways: what we sent could come back as an answer."""
    if not set(ours) & set(theirs):
        return []
    return [f"Expected other secrets for {name} in {ANSWERS} than in {SECRETS}. Make new ones."]
