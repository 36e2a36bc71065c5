"""What a letter of a skill looks like, and what is not an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.skills.orders import order

from flowyte.skills.address import one_address
from flowyte.skills.kinds.email import addresses, letter
from flowyte.skills.runner import SkillFailed

CONFIG = {
    "to": "desk@example.com", "subject": "A request from {name}", "intro": "{name} asked:", "from_name": "The clinic",
    "reply_to": "{email}",
}  # fmt: skip


def test_the_letter_is_the_operators_with_the_declared_fields_below() -> None:
    asked = order("email", CONFIG, {"name": "A. Caller", "email": "caller@example.org", "urgent": True},
                  types={"urgent": {"type": "boolean"}})  # fmt: skip
    written = letter(asked, ["desk@example.com"])
    assert (written.to, written.subject, written.sender_name) == (
        "desk@example.com", "A request from A. Caller", "The clinic",
    )  # fmt: skip
    assert written.reply_to == "caller@example.org"
    assert written.text.splitlines() == [
        "A. Caller asked:", "", "name: A. Caller", "email: caller@example.org", "urgent: yes", "",
        "From the conversation cnv_1",
    ]  # fmt: skip


def test_a_caller_cannot_add_a_header() -> None:
    """Line ends in what a caller said become spaces in the subject, and no address to reply to."""
    said = "x\r\nBcc: everybody@example.org"
    written = letter(order("email", CONFIG, {"name": said, "email": said}), ["desk@example.com"])
    assert written.subject == "A request from x Bcc: everybody@example.org"
    assert written.reply_to == ""


@pytest.mark.parametrize(
    "text",
    ["nobody", "a@b", "a b@example.com", "a@example.com>", "<a@example.com", "a@exa\nmple.com", "ü@example.com",
     "@example.com", "x" * 250 + "@example.com"],
)  # fmt: skip
def test_what_is_no_address_is_written_to_by_nobody(text: str) -> None:
    assert one_address(text) is None
    with pytest.raises(SkillFailed) as refused:
        addresses(f"desk@example.com, {text}")
    assert (refused.value.kind, refused.value.happened) == ("bad_address", "no")


def test_several_addresses_are_written_to_once_each() -> None:
    assert addresses("a@example.com, b@example.com,, a@example.com") == ["a@example.com", "b@example.com"]
    with pytest.raises(SkillFailed):
        addresses(",".join(f"a{n}@example.com" for n in range(11)))


@given(text=st.text())
def test_an_address_holds_nothing_that_a_header_could_end_with(text: str) -> None:
    found = one_address(text)
    assert found is None or not set(found) & set("\r\n,;<> ")
