"""email: one plain letter to the addresses that the operator wrote, by the installation's mail server.

A recipient that comes from the conversation is a parameter in `to`; guardrails decide where its value may come from.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from flowyte.providers.smtp import Letter, MailRefused
from flowyte.skills.address import one_address
from flowyte.skills.kinds.template import filled, text_of
from flowyte.skills.runner import Order, Outside, SkillFailed

MOST_RECIPIENTS = 10
MOST_SUBJECT = 200


class Posts(Protocol):
    """`providers.smtp.Outbox`, or what looks on in its place."""

    async def send(self, letter: Letter, *, id: str) -> None: ...


def sending(outbox: Posts | None) -> Outside:
    async def email(order: Order, run_id: str) -> Mapping[str, Any]:
        if outbox is None:
            raise SkillFailed("No mail server is set (smtp_url).", kind="no_mail_server", happened="no")
        recipients = addresses(filled(str(order.skill.execution_config["to"]), order.arguments))
        if not recipients:
            raise SkillFailed("There is nobody to write to.", kind="no_recipient", happened="no")
        try:
            await outbox.send(letter(order, recipients), id=run_id)
        except MailRefused as error:
            raise SkillFailed(
                error.message, kind="mail_refused", happened="no" if error.nothing_sent else "unknown"
            ) from error
        return {"sent": True, "recipients": len(recipients)}

    return email


def letter(order: Order, recipients: list[str]) -> Letter:
    """The subject and the introduction are the operator's; below them the fields that the skill declares."""
    config, given = order.skill.execution_config, order.arguments
    subject = " ".join(filled(str(config["subject"]), given).split())[:MOST_SUBJECT]
    lines = [filled(str(config.get("intro") or ""), given), ""]
    lines += [
        f"{name}: {text_of(value)}"
        for name, value in given.items()
        if name in order.skill.parameters_schema["properties"]
    ]
    lines += ["", f"From the conversation {order.conversation_id}"]
    return Letter(
        to=", ".join(recipients),
        subject=subject or order.skill.name,
        text="\n".join(lines).strip() + "\n",
        sender_name=str(config.get("from_name") or ""),
        reply_to=one_address(filled(str(config.get("reply_to") or ""), given)) or "",
    )


def addresses(text: str) -> list[str]:
    """SkillFailed for one that is none: better no letter than one to somebody else."""
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        address = one_address(part)
        if address is None:
            raise SkillFailed("An address to write to is no e-mail address.", kind="bad_address", happened="no")
        found.append(address)
    if len(found) > MOST_RECIPIENTS:
        raise SkillFailed(f"More than {MOST_RECIPIENTS} addresses.", kind="bad_address", happened="no")
    return list(dict.fromkeys(found))
