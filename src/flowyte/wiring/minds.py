"""The mind of every conversation of a process: the policy mind, with a language model in front where one is set."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from flowyte.kit.errors import SetupError
from flowyte.kit.settings import Settings
from flowyte.live.ports import Mind
from flowyte.minds.fallback import ModelMind
from flowyte.minds.grounded import PolicyMind
from flowyte.minds.judged import JudgedMind
from flowyte.providers.openai_chat.chat import Chat
from flowyte.providers.openai_chat.model import ChatModel
from flowyte.providers.smtp import Outbox
from flowyte.wiring.accounts import VerifiedAccounts
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import Foundation
from flowyte.wiring.skills import open_runner


@asynccontextmanager
async def open_mind(base: Foundation, outbox: Outbox | None) -> AsyncIterator[Mind]:
    """`outbox` is how skills write letters; None where no mail server is set."""
    model = chat_model(base.settings)
    async with AsyncExitStack() as stack:
        embedder = Embedder(base.settings.models_dir)
        stack.callback(embedder.close)
        runner = await stack.enter_async_context(open_runner(base, outbox, embedder))
        accounts = VerifiedAccounts(base, outbox)
        policy = PolicyMind(base.database, embedder, base.clock)
        if model is None:
            yield JudgedMind(policy, base.clock, runner, accounts)
            return
        chat = Chat(model)
        stack.push_async_callback(chat.close)
        model_mind = ModelMind(chat=chat, policy=policy, patience_s=base.settings.model_patience_ms / 1000)
        yield JudgedMind(model_mind, base.clock, runner, accounts)


def chat_model(settings: Settings) -> ChatModel | None:
    """The model that the settings name, or None; SetupError for half of one."""
    url, name = settings.model_base_url.strip(), settings.model_name.strip()
    if not url and not name:
        return None
    if not url.startswith(("http://", "https://")) or not name:
        raise SetupError(
            "A language model needs both: FLOWYTE_MODEL_BASE_URL (http:// or https://, ending in /v1 for most servers) "
            "and FLOWYTE_MODEL_NAME. Leave both empty to run without one."
        )
    return ChatModel(base_url=url, name=name, key=settings.model_api_key)
