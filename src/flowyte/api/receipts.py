"""/receipts and the receipt of a conversation as a file: checkpoints, keys, proofs and witnesses of the log.

What a verifier takes (receipt, keys, consistency proof, checkpoint) comes as the file itself, without the envelope.
"""

from typing import Annotated, Any

from litestar import Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from flowyte.api.agents import Limit
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, decode_cursor, one, page
from flowyte.compliance import checkpoints
from flowyte.kit.errors import FieldError, Invalid, NotFound
from flowyte.observe.receipt import receipt_file
from flowyte.receipts import keys, proofs, store, witness
from flowyte.receipts.advance import MERGE_DELAY_S
from flowyte.receipts.leaf import origin_of
from flowyte.receipts.note import LOG, SignedHead, vkey

READ = {"scope": "analytics:read"}
Size = Annotated[int | None, QueryParameter(ge=1, le=2**53 - 1)]
Text = dict[str, str]
Place = Annotated[str | None, QueryParameter(max_length=1_100)]
BUCKET = {"bucketUrl", "region", "accessKey", "secretKey"}


def shown_head(head: SignedHead) -> dict[str, Any]:
    return {"size": head.size, "signedAt": keys.time_text(head.signed_at), "key": head.key, "checkpoint": head.note}


def shown_witness(found: witness.Witness) -> dict[str, Any]:
    return {"name": found.name, "key": found.key, "url": found.url, "seen": found.seen, "problem": found.problem}


def as_file(content: Any, name: str, media_type: str = "application/json") -> Response[Any]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


@get("/conversations/{conversation_id:str}/receipt/file", opt=READ, operation_id="getReceiptFile")
async def get_receipt_file(
    services: Services, principal: Asker, conversation_id: str, since: Size = None
) -> Response[dict[str, Any]]:
    """One file that is verified without us. `since` is the size of a checkpoint that you hold."""
    async with services.database.tenant(principal) as tx:
        file = await receipt_file(tx, services.sealer, services.clock, conversation_id, since=since)
    return as_file(file, f"{conversation_id}.receipt.json")


@get("/receipts/conversations/{conversation_id:str}/proof", opt=READ, operation_id="getBareProof")
async def get_bare_proof(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    """Leaves, places and paths without what they are of: also after the conversation was deleted."""
    async with services.database.tenant(principal) as tx:
        head = await proofs.newest_head(tx)
        leaves = await proofs.inclusion_of(tx, conversation_id, head.size) if head else []
    if not leaves or head is None:
        raise NotFound
    proved = [
        {"seq": leaf.seq, "leaf": leaf.leaf.hex(), "index": leaf.index, "path": [step.hex() for step in leaf.path]}
        for leaf in leaves
    ]
    return one({"conversation": conversation_id, "checkpoint": head.note, "leaves": proved})


@get("/receipts/checkpoints", opt=READ, operation_id="listCheckpoints")
async def list_checkpoints(
    services: Services, principal: Asker, limit: Limit = 20, cursor: str | None = None
) -> dict[str, Any]:
    """The newest first. Whoever keeps one can tell later whether the log was changed behind it."""
    below = decode_cursor(cursor)
    if below is not None and not (below.isascii() and below.isdigit() and len(below) <= 16):
        raise Invalid(fields=[FieldError(field="cursor", message="is not a cursor from nextCursor")])
    async with services.database.tenant(principal) as tx:
        found = await store.heads(tx, below=int(below) if below else None, limit=limit + 1)
    return {**page(found, limit, shown_head), "log": origin_of(principal.org), "mergeDelaySeconds": MERGE_DELAY_S}


@get("/receipts/checkpoint", opt=READ, operation_id="getCheckpoint", media_type="text/plain")
async def get_checkpoint(services: Services, principal: Asker, size: Size = None) -> Response[str]:
    """The newest, or that of `size`, as the signed note that `flowyte verify --checkpoint` takes."""
    async with services.database.tenant(principal) as tx:
        head = await (store.head_of_size(tx, size) if size else proofs.newest_head(tx))
    if head is None:
        raise NotFound
    return as_file(head.note, f"checkpoint-{head.size}.txt", "text/plain")


@get("/receipts/consistency", opt=READ, operation_id="getConsistency")
async def get_consistency(
    services: Services,
    principal: Asker,
    old: Annotated[int, QueryParameter(name="from", ge=1, le=2**53 - 1)],
    size: Annotated[int, QueryParameter(name="to", ge=1, le=2**53 - 1)],
) -> Response[dict[str, Any]]:
    """That the tree of size `to` begins with the whole tree of size `from`."""
    if old > size:
        raise Invalid(fields=[FieldError(field="from", message="is larger than `to`")])
    async with services.database.tenant(principal) as tx:
        path = await proofs.consistency_between(tx, old, size)
    proof = {"from": old, "to": size, "path": [step.hex() for step in path]}
    return as_file(proof, f"consistency-{old}-{size}.json")


@get("/receipts/keys", opt=READ, operation_id="listLogKeys")
async def list_log_keys(services: Services, principal: Asker) -> Response[dict[str, Any]]:
    """The keys that have signed this log's checkpoints, the newest last; `flowyte verify --keys` takes it."""
    async with services.database.tenant(principal) as tx:
        found = await store.keys(tx)
    return as_file({"log": origin_of(principal.org), "keys": [keys.shown(key) for key in found]}, "keys.json")


@post("/receipts/keys", opt={"scope": "keys:write"}, operation_id="rotateLogKey", status_code=201)
async def rotate_log_key(services: Services, principal: Asker) -> dict[str, Any]:
    """A new key signs from here on, and the old one signs it in."""
    async with services.database.tenant(principal) as tx:
        key = await keys.rotate(tx, services.sealer, services.clock.now())
    origin = origin_of(principal.org)
    return one({"number": key.number, "vkey": vkey(origin, LOG, key.public), **keys.shown(key)})


@get("/receipts/witnesses", opt={"scope": "integrations:read"}, operation_id="listWitnesses")
async def list_witnesses(services: Services, principal: Asker) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one([shown_witness(found) for found in await witness.witnesses(tx)])


@put("/receipts/witnesses", opt={"scope": "integrations:write"}, operation_id="setWitness")
async def set_witness(services: Services, principal: Asker, data: Text) -> dict[str, Any]:
    """`url` and `key` (name+id+base64) of a c2sp.org/tlog-witness, which is asked to sign each checkpoint."""
    if set(data) != {"url", "key"}:
        raise Invalid(fields=[FieldError(field="url", message="and key are both needed, and nothing else")])
    async with services.database.tenant(principal) as tx:
        return one(shown_witness(await witness.add(tx, url=data["url"], key=data["key"])))


@delete("/receipts/witnesses", opt={"scope": "integrations:write"}, operation_id="removeWitness", status_code=200)
async def remove_witness(
    services: Services, principal: Asker, name: Annotated[str, QueryParameter(max_length=200)]
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await witness.remove(tx, name)
    return one({"name": name, "removed": True})


@get("/receipts/places", opt={"scope": "integrations:read"}, operation_id="listCheckpointPlaces")
async def list_places(services: Services, principal: Asker) -> dict[str, Any]:
    """Where checkpoints go: events once an hour, letters once a day, each when the log has grown."""
    async with services.database.tenant(principal) as tx:
        return one([camel(place) for place in await checkpoints.places(tx)])


@put("/receipts/places", opt={"scope": "integrations:write"}, operation_id="addCheckpointPlace")
async def add_place(services: Services, principal: Asker, data: Text) -> dict[str, Any]:
    """`email` gets the newest checkpoint once a day; or a bucket once an hour: `bucketUrl`, `region`, and a pair
    `accessKey` and `secretKey` that may put objects there, sealed and not given out again."""
    async with services.database.tenant(principal) as tx:
        if set(data) == {"email"}:
            return one(camel(await checkpoints.add_address(tx, data["email"])))
        if set(data) == BUCKET:
            made = await checkpoints.add_bucket(
                tx, services.sealer, url=data["bucketUrl"], region=data["region"], access_key=data["accessKey"],
                secret_key=data["secretKey"],
            )  # fmt: skip
            return one(camel(made))
    raise Invalid(fields=[FieldError(field="email", message=f"alone, or {', '.join(sorted(BUCKET))}, and no other")])


@delete("/receipts/places", opt={"scope": "integrations:write"}, operation_id="removeCheckpointPlace",
        status_code=200)  # fmt: skip
async def remove_place(
    services: Services,
    principal: Asker,
    email: Place = None,
    bucket: Annotated[Place, QueryParameter(name="bucketUrl")] = None,
) -> dict[str, Any]:
    """By one of both."""
    if (email is None) == (bucket is None):
        raise Invalid(fields=[FieldError(field="email", message="or bucketUrl says which, and not both")])
    async with services.database.tenant(principal) as tx:
        if email is not None:
            await checkpoints.remove_address(tx, email)
        else:
            await checkpoints.remove_bucket(tx, bucket or "")
    return one({"email": email, "bucketUrl": bucket, "removed": True})


ROUTES = Router(
    "/",
    route_handlers=[
        get_receipt_file, get_bare_proof, list_checkpoints, get_checkpoint, get_consistency, list_log_keys,
        rotate_log_key, list_witnesses, set_witness, remove_witness, list_places, add_place, remove_place,
    ],
)  # fmt: skip
