"""The scopes that exist, and which of them each role of a person holds."""

READ_WRITE = (
    "agents", "knowledge", "skills", "guardrails", "playbooks", "pubkeys", "widgets", "numbers", "billing", "analytics",
    "integrations", "keys", "members", "webhooks", "messaging", "privacy", "audit", "calls", "chat",
)  # fmt: skip
SECRET_KEY_SCOPES = frozenset([f"{name}:{verb}" for name in READ_WRITE for verb in ("read", "write")] + ["voices:read"])
OWN_ACCOUNT = "account:own"
"""Of every session and of no key: one's own password, second factor and sessions."""
PUBLIC_SCOPES = frozenset(["chat:public"])

ROLE_SCOPES: dict[str, frozenset[str]] = {
    "owner": SECRET_KEY_SCOPES,
    "admin": SECRET_KEY_SCOPES,
    "builder": frozenset(
        scope for scope in SECRET_KEY_SCOPES
        if scope.split(":")[0]
        in {"agents", "knowledge", "skills", "guardrails", "playbooks", "widgets", "chat", "voices"}
    ) | {"calls:read", "calls:write", "analytics:read"},
    "analyst": frozenset({"analytics:read", "calls:read", "agents:read", "chat:read", "voices:read"}),
    "billing": frozenset({"billing:read", "billing:write", "agents:read"}),
}  # fmt: skip
