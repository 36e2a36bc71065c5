"""The mind of every conversation of a process: the policy mind, with a language model in front where one is set."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from flowyte.live.ports import Mind
from flowyte.minds.grounded import PolicyMind
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import Foundation


@asynccontextmanager
async def open_mind(base: Foundation) -> AsyncIterator[Mind]:
    embedder = Embedder(base.settings.models_dir)
    try:
        yield PolicyMind(base.database, base.sealer, embedder, base.clock)
    finally:
        embedder.close()
