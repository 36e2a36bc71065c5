"""How what a mind reports is written to the timeline."""

from collections.abc import Mapping
from typing import assert_never

from flowyte.conversation.commands import EntryType
from flowyte.conversation.reply import Captured, Fallback, Judged, Retrieved, SkillCalled, SkillReturned, Verified

Reported = Retrieved | SkillCalled | SkillReturned | Captured | Fallback | Judged | Verified


def entry_of(part: Reported) -> tuple[EntryType, Mapping[str, object]]:
    match part:
        case Retrieved(query=query, passages=passages, top_score=top, doubt=doubt):
            found = [
                {"sourceId": p.source_id, "chunkId": p.chunk_id, "title": p.title, "score": p.score}
                | ({"url": p.url} if p.url else {})
                for p in passages
            ]
            data: dict[str, object] = {"query": query, "passages": found, "topScore": top}
            return "kb_retrieval", data | ({"doubt": doubt} if doubt else {})
        case SkillCalled(call_id=call_id, name=name, arguments=arguments):
            return "tool_call", {"phase": "called", "callId": call_id, "name": name, "arguments": dict(arguments)}
        case SkillReturned(call_id=call_id, name=name, ok=ok, result=result):
            returned: dict[str, object] = {"phase": "returned", "callId": call_id, "name": name}
            return "tool_call", returned | {"ok": ok, "result": dict(result)}
        case Captured(slot=slot, value=value, display=display):
            return "tool_call", {"phase": "captured", "slot": slot, "value": value, "display": display}
        case Fallback(reason=reason):
            return "error", {"cause": "model_fallback", "detail": reason}
        case Judged(act=act, outcome=outcome, policy=policy, reason=reason):
            return "guardrail", {"act": act, "outcome": outcome, "policy": policy, "reason": reason}
        case Verified(method=method, outcome=outcome, level=level, reason=reason):
            return "verification", {"method": method, "outcome": outcome, "level": level, "reason": reason}
        case _:
            assert_never(part)
