"""Who is let in, and how a process is emptied."""

import asyncio

from flowyte.live.admission import Admission, Admit, Busy
from flowyte.live.watch import LiveCalls
from flowyte.testing.screenplay import screenplay


def test_a_call_is_refused_when_full_late_or_draining() -> None:
    """Each reason has its name; an idle process is never late."""
    rule = Admission(max_calls=2, max_late_ms=40)
    assert rule.verdict(calls=1, late_ms=5) == Admit()
    assert rule.verdict(calls=2, late_ms=5) == Busy(reason="full")
    assert rule.verdict(calls=1, late_ms=41) == Busy(reason="late")
    assert rule.verdict(calls=0, late_ms=41) == Admit()
    assert rule.verdict(calls=0, late_ms=0, draining=True) == Busy(reason="draining")


async def test_a_drain_ends_what_is_left_after_the_grace() -> None:
    """No new call begins, and a call that does not end by itself ends as drained."""
    async with screenplay() as call:
        calls = LiveCalls(call.pacer, Admission())
        await call.notice()

        async def hold() -> None:
            with calls.holding(call.session):
                while call.leg.closed is None:
                    await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            group.create_task(hold())
            await asyncio.sleep(0)
            assert len(calls) == 1
            assert await calls.drain(grace_s=0.01) == 1
        assert calls.verdict() == Busy(reason="draining")
        assert call.leg.closed == "drained"
    assert len(calls) == 0
