"""A visitor of a site is known by the chat that their browser holds, and by nothing else."""

from tests.postgres.compliance.conftest import CANARY_PHONE, Place
from tests.postgres.compliance.test_requests import answered, asked

from flowyte.compliance.find_person import joined
from flowyte.tenancy.principal import Principal


async def test_a_visitors_chat_is_deleted_and_nobody_elses(place: Place, organization: Principal) -> None:
    """By the id that their browser holds."""
    theirs = await place.conversation(organization, "Do you sell stamps?", channel="chat", recorded=False)
    other = await place.conversation(organization, "Do you sell stamps?", channel="chat", recorded=False)
    request = await asked(place, organization, "deletion", phone="", email="", visitor=theirs)
    done = await answered(place, organization, request)
    assert done.state == "done"
    assert done.person.visitor == ""
    assert await place.left(organization) == {other}


async def test_what_went_on_from_the_chat_is_the_visitors_too(place: Place, organization: Principal) -> None:
    """A chat that was taken up as a call: both are found from either."""
    chat = await place.conversation(organization, "Hello", channel="chat", recorded=False)
    call = await place.conversation(organization, "Hello again", continues=chat)
    await place.conversation(organization, "Hello", caller=CANARY_PHONE)
    for visitor in (chat, call):
        done = await answered(
            place, organization, await asked(place, organization, "access", phone="", email="", visitor=visitor)
        )
        assert done.report is not None
        assert done.report["conversations"] == 2
    await answered(place, organization, await asked(place, organization, "deletion", phone="", email="", visitor=chat))
    assert len(await place.left(organization)) == 1


async def test_another_organizations_chat_is_nobodys(
    place: Place, organization: Principal, other_organization: Principal
) -> None:
    """Its id finds nothing here and changes nothing there."""
    theirs = await place.conversation(other_organization, "Hello", channel="chat", recorded=False)
    request = await asked(place, organization, "deletion", phone="", email="", visitor=theirs)
    done = await answered(place, organization, request)
    assert done.report is not None
    assert done.report["conversations"] == 0
    assert await place.left(other_organization) == {theirs}


def test_what_hangs_together_is_followed_both_ways() -> None:
    """And no further."""
    links = {"b": "a", "c": "b", "e": "d"}
    assert joined("b", links) == {"a", "b", "c"}
    assert joined("c", links) == {"a", "b", "c"}
    assert joined("d", links) == {"d", "e"}
    assert joined("x", links) == {"x"}
