"""What stands in the letters that people get. Plain text: a letter with a link should look like nothing else."""

from flowyte.providers.smtp import Letter


def invitation(to: str, organization: str, url: str) -> Letter:
    return Letter(
        to=to,
        subject=f"{organization} invites you to Flowyte",
        text=f"You are invited to {organization} on Flowyte. Within seven days, choose a password here:\n\n{url}\n\n"
        "The link works once. If you did not expect this, do nothing.\n",
    )


def new_password(to: str, url: str) -> Letter:
    return Letter(
        to=to,
        subject="A new password for Flowyte",
        text=f"Somebody, you we hope, asked for a new password. Within the hour, choose it here:\n\n{url}\n\n"
        "Until then nothing changes. If it was not you, do nothing.\n",
    )


def welcome(to: str, url: str) -> Letter:
    return Letter(
        to=to,
        subject="Your Flowyte organization",
        text=f"Within the hour, name your organization and choose a password here:\n\n{url}\n\n"
        "If you have an account already, give its password there. If it was not you, do nothing.\n",
    )


def named_list(to: str, url: str, days: int) -> Letter:
    return Letter(
        to=to,
        subject="Sub-processors by name",
        text=f"You accepted the agreement behind the list of sub-processors by name. For {days} days it is here:\n\n"
        f"{url}\n\nThe link is yours; who has it can read the list. If it was not you, do not open it.\n",
    )


def subscription(to: str, url: str) -> Letter:
    return Letter(
        to=to,
        subject="Letters about sub-processors",
        text="Somebody, you we hope, asked for a letter whenever the list of sub-processors changes. Within two days, "
        f"say yes here:\n\n{url}\n\nIf it was not you, do nothing: the address is kept nowhere.\n",
    )
