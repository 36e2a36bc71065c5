"""The first start's demo: an organization with the published agent *clinic*, found at once and answered from."""

from collections.abc import Callable

from flowyte.agents.publish import create, publish
from flowyte.kit.settings import Settings
from flowyte.knowledge.ingest import index_source
from flowyte.knowledge.sources import create_source
from flowyte.minds.demo import load_clinic
from flowyte.tenancy.organizations import all_organizations, create_organization, system_principal
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import foundation
from flowyte.wiring.parts import parts_of


async def create_demo(settings: Settings, say: Callable[[str], None]) -> None:
    """Only where there is no organization yet. All in one transaction: either the demo is there or it is not."""
    async with foundation(settings) as base:
        async with base.database.platform() as platform:
            if await all_organizations(platform):
                return
        say("Creating the demo organization and its agent clinic")
        clinic = load_clinic()
        owner = system_principal((await create_organization(base.database, "Demo")).org)
        embedder = Embedder(settings.models_dir)
        try:
            async with base.database.tenant(owner) as tx:
                agent = await create(tx, owner, clinic.agent)
                for source in clinic.sources:
                    made = await create_source(tx, agent_id=agent.id, **source)
                    await index_source(tx, embedder, made.id)
                more = await parts_of(tx, agent.id)
                await publish(tx, owner, agent.id, note="The demo as it comes", more=more)
        finally:
            embedder.close()
