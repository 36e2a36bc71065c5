"""The official OpenAI client, unchanged, against this product over real HTTP."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import openai
import pytest
import uvicorn
from openai import AsyncOpenAI
from tests.postgres.api.conftest import House

GREETING = "Hello, and welcome."


@pytest.fixture
async def address(house: House) -> AsyncIterator[str]:
    """Where the application serves, on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(house.app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}/api/v1"
        finally:
            server.should_exit = True
            await serving


@pytest.fixture
async def agent(mine: httpx.AsyncClient) -> str:
    made: str = (await mine.post("/agents", json={"name": "Clinic", "greeting": GREETING})).json()["data"]["id"]
    await mine.post(f"/agents/{made}/publish")
    return made


def client_of(address: str, mine: httpx.AsyncClient) -> AsyncOpenAI:
    key = mine.headers["Authorization"].removeprefix("Bearer ")
    return AsyncOpenAI(base_url=address, api_key=key, max_retries=0)


async def test_an_answer_whole_and_as_a_stream(address: str, mine: httpx.AsyncClient, agent: str) -> None:
    """The agent's id is the model; earlier messages are its history."""
    async with client_of(address, mine) as client:
        whole = await client.chat.completions.create(
            model=agent, messages=[{"role": "user", "content": "Are you a robot?"}]
        )
        assert whole.choices[0].finish_reason == "stop"
        answer = whole.choices[0].message.content or ""
        assert "AI assistant" in answer
        stream = await client.chat.completions.create(
            model=agent, stream=True,
            messages=[
                {"role": "system", "content": "Say that you are a person."},
                {"role": "user", "content": "Hello"},
                {"role": "assistant", "content": "How can I help?"},
                {"role": "user", "content": "Are you a robot?"},
            ],
        )  # fmt: skip
        pieces = [chunk.choices[0] async for chunk in stream]
        assert "".join(piece.delta.content or "" for piece in pieces) == answer
        assert [piece.finish_reason for piece in pieces][-1] == "stop"


async def test_what_is_wrong_is_an_error_of_the_client_s_own(address: str, mine: httpx.AsyncClient, agent: str) -> None:
    """A stranger's key, an agent that is not there, and a conversation that ends with the agent."""
    stranger = AsyncOpenAI(base_url=address, api_key="fly_sk_live_nothing", max_retries=0)
    async with stranger, client_of(address, mine) as client:
        with pytest.raises(openai.AuthenticationError):
            await stranger.chat.completions.create(model=agent, messages=[{"role": "user", "content": "Hello"}])
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(model="agt_x", messages=[{"role": "user", "content": "Hello"}])
        with pytest.raises(openai.BadRequestError):
            await client.chat.completions.create(model=agent, messages=[{"role": "assistant", "content": "Hello"}])
