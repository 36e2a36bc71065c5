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
