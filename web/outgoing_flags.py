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
    systems = {name: values[-1] for name, values in named(given, SYSTEMS, wrong).items()}
    secrets, answers = named(given, SECRETS, wrong), named(given, ANSWERS, wrong)
    private = given.get("SPOC_WEBHOOK_PRIVATE", "").strip().lower() in _YES
    webhooks: list[engine.outbox.FlagWebhook] = []
    ways: dict[str, str] = {}
    for name, said in systems.items():
        if said == _WORKLIST or _MAILBOX.fullmatch(said):
            ways[name] = said
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
        wrong.append(f"Expected an address for {name} in {SYSTEMS}, because it has a secret.")
    return tuple(webhooks), ways


def _shared(name: str, ours: list[str], theirs: list[str]) -> list[str]:
    """Refuse one secret for both ways: what we sent could come back as an answer."""
    if not set(ours) & set(theirs):
        return []
    return [f"Expected other secrets for {name} in {ANSWERS} than in {SECRETS}. Make new ones."]
