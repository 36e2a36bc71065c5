"""What an agent says otherwise on one channel."""

from flowyte.agents.publish import Pinned

SNAPSHOT = {
    "name": "clinic", "greeting": "Good day.", "tone": "warm", "goals": ["Help"],
    "channelOverrides": {"voice": {"greeting": "Hello.", "goals": []}, "chat": {"tone": None}},
}  # fmt: skip


def test_each_channel_meets_its_own_agent() -> None:
    """Laid over the pinned version: a field is replaced whole, an empty list included; the rest stays."""
    pinned = Pinned(agent_id="agt_1", name="clinic", version_id="ver_1", number=1, snapshot=SNAPSHOT)
    voice, chat, sms = (pinned.on(channel) for channel in ("voice", "chat", "sms"))
    assert (voice["greeting"], voice["tone"], voice["goals"]) == ("Hello.", "warm", [])
    assert (chat["greeting"], chat["tone"], chat["goals"]) == ("Good day.", "warm", ["Help"])
    assert sms["greeting"] == "Good day."
    assert {voice["id"], chat["id"]} == {"agt_1"}
    assert SNAPSHOT["greeting"] == "Good day."


def test_a_version_from_before_has_none() -> None:
    """What was frozen without the field, or with something else in it, is answered as it stands."""
    for overrides in (None, {}, {"voice": None}, []):
        snapshot = {"greeting": "Good day.", "channelOverrides": overrides}
        pinned = Pinned(agent_id="agt_1", name="a", version_id=None, number=None, snapshot=snapshot)
        assert pinned.on("voice")["greeting"] == "Good day."
