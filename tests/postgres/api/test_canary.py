"""A secret that was given once comes out nowhere: every operation's answer, every page, every line of the log."""

import logging
import secrets

import pytest
from tests.postgres.api.conftest import Caller, House
from tests.postgres.api.test_two_organizations import BODIES, operations

from flowyte.tenancy import members, publishable, second_factor


async def test_no_answer_and_no_log_line_holds_a_secret(
    house: House, calling: Caller, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """A carrier's token, keys, an invitation, a leaked key: made with marks, then every operation is called."""
    caplog.set_level(logging.DEBUG)
    token = secrets.token_hex(16)
    async with calling(house.principal) as client:
        agent = (await client.post("/agents", json={"name": "a", "enabledChannels": ["voice", "chat"]})).json()["data"]
        await client.post(f"/agents/{agent['id']}/publish", json={"note": ""})
        line = await client.post(
            "/numbers/import",
            json={"e164": "+12025550142", "agentId": agent["id"], "provider": "twilio", "accountSid": "AC" + "0" * 32,
                  "authToken": token},
        )  # fmt: skip
        assert line.status_code == 201, line.text
        key = (await client.post("/api-keys", json={"name": "k"})).json()["data"]
        services = house.services
        async with services.database.tenant(house.principal) as tx:
            wishes = publishable.Wishes(name="Site", allowed_origins=("https://example.com",))
            site, site_text = await publishable.create(
                tx, services.peppers, services.sealer, agent_id=agent["id"], wishes=wishes, by=house.principal
            )
            invite, invite_token = await members.invite(
                tx, services.door, house.principal, email="desk@example.com", role="builder"
            )
        marks = {"token": token, "key": key["key"], "site key": site_text, "invitation": invite_token,
                 "seed": second_factor.new_seed()}  # fmt: skip
        ids = {"agent_id": agent["id"], "key_id": key["id"], "number_id": line.json()["data"]["id"],
               "publishable_key_id": site.id, "invite_id": invite.id}  # fmt: skip
        called = 0
        for operation, method, path in sorted(operations(house.app)):
            if method == "DELETE" or "phone" in path:
                continue
            url = path.format_map(Known(ids)).removeprefix("/api/v1")
            answer = await client.request(method, url, json=BODIES.get(operation))
            body = answer.text
            assert [name for name, mark in marks.items() if mark in body] == [], operation
            called += 1
        assert called > 50
    printed = capsys.readouterr()
    told = caplog.text + printed.out + printed.err
    assert [name for name, mark in marks.items() if mark in told] == []
    assert "HTTP Request" in told, "the log was looked at"


class Known(dict[str, str]):
    """Ids of what is there, and one that is not for the rest."""

    def __missing__(self, name: str) -> str:
        return "x_0000000000000000000000"
