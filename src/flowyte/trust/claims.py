"""The registry: every promise of the trust page, in the order of the page, with what checks it.

A sentence here is public. It says what is done and not how well; whatever is missing stands in `missing`, and then the
claim reads as in progress. Rows of OWASP ASVS 5.0 are by number.
"""

from flowyte.trust.model import Claim

BOUNDARY = "tests/postgres/tenancy/test_boundary.py"
TWO = "tests/postgres/api/test_two_organizations.py"
MODEL = "docs/explanation/threat-model.md"

CLAIMS = (
    Claim(
        id="T1", title="Every record belongs to one organization",
        sentence="Each row of the database carries the organization that it belongs to. The few tables without one "
        "hold no content, and each is listed with its reason.",
        probes=("tables_name_an_organization",),
        tests=("tests/postgres/proof/test_catalogue.py", "tests/postgres/proof/test_isolation.py"),
        code="src/flowyte/proof/catalogue.py", document="docs/decisions/0004-one-tenant-transaction.md",
        asvs=("8.4.1",),
    ),
    Claim(
        id="T2", title="One identity for each request",
        sentence="A dashboard session, a secret key and a visitor's key each lead to one identity that is bound to one "
        "organization. An address that asks for none is on a short list, with the reason.",
        probes=("every_route_asks_who",), tests=("tests/postgres/api/test_credentials.py", BOUNDARY),
        code="src/flowyte/tenancy/principal.py", document="docs/reference/who-may-do-what.md",
        asvs=("8.2.1", "8.3.1"),
    ),
    Claim(
        id="T3", title="Row-level security on every query",
        sentence="PostgreSQL itself refuses rows of other organizations, for the role that serves and for the owner of "
        "the tables. A query that forgets to ask for its own organization finds nothing.",
        probes=("row_security_is_forced", "strangers_see_nothing"),
        tests=("tests/postgres/proof/test_isolation.py", "tests/postgres/tenancy/test_churn.py", BOUNDARY),
        code="migrations/0001_tenancy.sql", document="docs/howto/prove-isolation.md", asvs=("8.4.1", "8.2.2"),
    ),
    Claim(
        id="T4", title="A key reads its own organization alone",
        sentence="Asked for another organization's object by its very id, the API answers as it does for an id that "
        "does not exist, byte for byte.",
        probes=("ids_open_nothing_elsewhere",), tests=(TWO, "tests/postgres/dashboard/test_pages.py"),
        code="src/flowyte/kit/db.py", document=MODEL, asvs=("8.2.2", "8.3.1"),
    ),
    Claim(
        id="T5", title="Calls are recorded and transcribed for review",
        sentence="A call leaves a two-track recording, where the agent's owner has recording switched on, a "
        "transcript, and a receipt: who holds it finds any later change of it without asking anybody.",
        probes=("recordings_open", "receipts_hold"),
        tests=("tests/acceptance/test_first_call.py", "tests/unit/observe/test_recording.py",
               "tests/postgres/receipts/test_log.py", "tests/fuzz/receipts/test_verify.py"),
        code="src/flowyte/receipts", document="docs/explanation/receipts.md",
    ),
    Claim(
        id="T6", title="Recordings have no public address",
        sentence="A recording is reached by an address that is authorised each time and leads to a signed one of at "
        "most five minutes. A changed, outdated or revoked one is refused. Each listening is in the audit log.",
        probes=("recording_addresses_are_short_lived", "sound_is_nobodys_to_list"),
        tests=("tests/postgres/api/test_recording.py", "tests/postgres/api/test_recording_kept.py",
               "tests/postgres/proof/test_urls.py", "tests/unit/vault/test_sign.py"),
        code="src/flowyte/observe/access.py", document=MODEL, asvs=("8.2.2",),
    ),
    Claim(
        id="T7", title="Notice before anything is recorded",
        sentence="Every call opens with the platform's own words: that an AI answers, and that the call is recorded if "
        "it is, or the question whether it may be. Nothing is kept before these words were played to their end, and "
        "where it is asked, before a yes. Who says no, at any time, is not recorded from then on.",
        probes=("notice_comes_first", "a_no_is_heeded", "recordings_rest_on_consent"),
        tests=("tests/unit/compliance/test_consent.py", "tests/unit/live/test_recording_permission.py",
               "tests/unit/conversation/test_on_record.py", "tests/unit/proof/test_consent.py"),
        code="src/flowyte/compliance/consent.py", document="docs/explanation/consent-and-recordings.md",
    ),
    Claim(
        id="T8", title="Recording can be switched off",
        sentence="For each agent by itself. Of a call of such an agent no byte of sound is kept.",
        probes=("nothing_is_left_of_the_unrecorded",),
        tests=("tests/unit/live/test_session.py", "tests/postgres/api/test_recording_kept.py"),
        code="src/flowyte/observe/evidence.py", document="docs/explanation/consent-and-recordings.md",
    ),
    Claim(
        id="T9", title="Traffic is over TLS",
        sentence="Reached from elsewhere, this installation takes https only: with its own certificate, or behind a "
        "proxy that is declared.",
        probes=("requests_come_by_tls",), tests=("tests/unit/wiring/test_tls.py",),
        code="src/flowyte/wiring/tls.py", document="docs/howto/serve-over-https.md", asvs=("12.1.1", "12.2.1"),
    ),
    Claim(
        id="T10", title="Secrets are sealed and never told",
        sentence="Credentials, transcripts and recordings are sealed by AES-256-GCM, bound to their place. No answer "
        "of the API contains a secret; it tells that one is set.",
        probes=("sealed_values_stay_where_they_are", "key_files_are_closed", "what_left_is_sealed"),
        tests=("tests/postgres/vault/test_swap.py", "tests/postgres/vault/test_canary.py",
               "tests/postgres/api/test_canary.py", "tests/postgres/objects/test_move.py"),
        code="src/flowyte/vault/seal.py", document="docs/howto/keys-and-kms.md", asvs=("11.3.2", "11.3.3"),
    ),
    Claim(
        id="T11", title="Only what a skill needs is collected",
        sentence="A skill stores and sends the fields that it declares. A field that it does not declare stops it.",
        probes=("undeclared_is_not_collected",),
        tests=("tests/unit/skills/test_arguments.py", "tests/unit/guardrails/test_engine.py"),
        code="src/flowyte/skills/arguments.py", document="docs/howto/skills.md",
    ),
    Claim(
        id="T12", title="Verified before disclosed",
        sentence="What is for verified callers does not reach the model before the caller is verified. Answers are "
        "compared in code, and tries are counted by account.",
        probes=("unverified_learn_nothing",),
        tests=("tests/unit/minds/test_verifying.py", "tests/unit/minds/test_judged.py",
               "tests/postgres/skills/test_attempts.py", "tests/unit/proof/test_guardrails.py"),
        code="src/flowyte/guardrails/verification.py", document="docs/howto/verify-callers.md",
    ),
    Claim(
        id="T13", title="Keys are shown once",
        sentence="A key is kept as a keyed digest. It is shown when it is made and cannot be shown again, also not by "
        "repeating the request.",
        probes=("keys_are_kept_as_digests",),
        tests=("tests/unit/tenancy/test_keys.py", "tests/postgres/api/test_idempotency.py",
               "tests/postgres/api/test_keys_life.py"),
        code="src/flowyte/tenancy/keys.py", document="docs/howto/keys.md",
    ),
    Claim(
        id="T14", title="Kept as long as was decided, where it was decided",
        sentence="An organization sets how long recordings and conversations are kept, for all its agents or for one. "
        "What is past its window is gone within two hours, unless a legal hold keeps it. It is kept in the region "
        "where it was made: the database itself gives no row of it to an installation of another one.",
        probes=("windows_are_kept_to", "regions_are_kept_to"),
        tests=("tests/postgres/compliance/test_retention.py", "tests/postgres/residency/test_regions.py"),
        code="src/flowyte/compliance/retention.py", document="docs/howto/privacy.md", asvs=("14.2.7",),
    ),
    Claim(
        id="T15", title="Deleted when asked",
        sentence="A conversation is deleted with everything that belongs to it, and a person with every conversation "
        "that they are in. The account of a deletion is signed.",
        probes=("every_table_is_declared", "buckets_lose_what_was_deleted"),
        tests=("tests/postgres/api/test_what_belongs.py", "tests/postgres/compliance/test_requests.py",
               "tests/postgres/objects/test_gone.py", "tests/architecture/test_folders.py"),
        code="src/flowyte/compliance/erase.py", document="docs/explanation/deletion.md",
    ),
    Claim(
        id="T16", title="Sub-processors are declared",
        sentence="Whoever receives data of an organization is listed by category; nothing else is sent anywhere. The "
        "list by name is shown to who accepts an agreement, and each change is told of.",
        probes=("every_party_is_declared", "acceptances_have_their_text", "changes_are_told"),
        tests=("tests/unit/trust/test_processors.py", "tests/architecture/test_outgoing.py",
               "tests/unit/egress/test_client.py", "tests/postgres/dashboard/test_papers.py",
               "tests/postgres/trust/test_changes.py"),
        code="src/flowyte/trust/processors.py", document="docs/explanation/subprocessors.md",
    ),
    Claim(
        id="T17", title="Payments through Stripe",
        sentence="Card data goes to Stripe and never through this installation.",
        code="src/flowyte", document=MODEL, missing="Billing does not exist yet.",
    ),
    Claim(
        id="T18", title="Mail is sent by your own server",
        sentence="Letters and e-mail skills go through the mail server that the operator connected, and through no "
        "other.",
        probes=("mail_is_connected",),
        tests=("tests/postgres/dashboard/test_letters.py", "tests/unit/skills/kinds/test_email.py"),
        code="src/flowyte/providers/smtp.py", document="docs/howto/members-and-sign-in.md",
    ),
    Claim(
        id="T19", title="Product analytics is ours, masked and off",
        sentence="How the dashboard is used is not observed unless an organization turns it on.",
        code="src/flowyte/dashboard", document=MODEL,
        missing="There is no product analytics in this version: nothing is observed.",
    ),
    Claim(
        id="T20", title="SOC 2 is in progress",
        sentence="There is no report yet. The controls are listed, each with its date and the evidence that there is.",
        probes=("soc2_says_only_in_progress",), tests=("tests/unit/trust/test_soc2.py",),
        code="src/flowyte/trust/papers/controls.py", document="docs/explanation/papers.md",
        missing="SOC 2 is in progress. There is no report yet.",
    ),
    Claim(
        id="T21", title="Rights of persons under GDPR and CCPA",
        sentence="Requests for access and deletion are taken, verified and answered in time. The agreement on data "
        "is there for everybody, its annexes filled from this installation.",
        probes=("requests_are_answered_in_time", "agreement_is_there"),
        tests=("tests/postgres/compliance/test_requests.py", "tests/unit/compliance/test_person.py",
               "tests/unit/trust/test_dpa.py"),
        code="src/flowyte/compliance/requests.py", document="docs/howto/privacy.md",
    ),
    Claim(
        id="T22", title="SMS waits for registration",
        sentence="No text message leaves before the organization's brand and campaign are registered.",
        tests=("tests/unit/skills/test_spec.py",), code="src/flowyte/skills/kinds/sms.py",
        document="docs/howto/skills.md",
        missing="There is no messaging in this version: an SMS skill answers that it is not registered, and sends "
        "nothing.",
    ),
    Claim(
        id="T23", title="Vulnerabilities can be reported",
        sentence="There is a contact, a policy with safe harbour, and a form that answers with a number.",
        probes=("security_txt_holds",), tests=("tests/postgres/dashboard/test_trust.py",),
        code="src/flowyte/trust/reports.py", document="SECURITY.md",
    ),
    Claim(
        id="T24", title="Numbers are taken out before they are kept",
        sentence="Where an agent's owner asks for it, cards, social security and account numbers, telephones, "
        "addresses, dates of birth and names are looked for, and what is found is taken out of words and sound before "
        "either is stored or sent to a language model. How much is found is measured and published. An answer that a "
        "playbook marks as sensitive goes to one skill and is kept nowhere.",
        probes=("cards_are_taken_out",),
        tests=("tests/unit/live/test_discreet.py", "tests/unit/minds/test_sensitive.py",
               "tests/postgres/api/test_redaction.py", "tests/acceptance/test_pay_by_key.py"),
        code="src/flowyte/live/discreet.py", document="docs/explanation/redaction.md",
    ),
)  # fmt: skip
