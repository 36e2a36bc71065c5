"""What each field of an agent is, in words: its name for people, and what it does.

Forms, differences, the schema of the files and the reference all read it here. A field that another kind of mind or
voice would use, and this installation's does not, says so.
"""

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]

AGENT: Words = {
    "name": (
        "Name",
        "What you and your colleagues call it. A language model is told it; callers hear it only from the "
        "greeting.",
    ),
    "persona": (
        "Persona",
        "Who it is and what it answers for. Told to the language model; the built-in mind has no use for it.",
    ),
    "goals": ("Goals", "What it should get done, one a line. Told to the language model."),
    "neverDo": (
        "Never do",
        "What it must not do, one a line. Told to the language model; what must hold whatever a model does "
        "belongs to the guardrails.",
    ),
    "tone": ("Tone", "A few words, such as: warm and to the point. Told to the language model."),
    "lexicon": ("Words", "Which words it says, which it does not, and how they sound."),
    "lexicon.preferred": ("Preferred words", "Words that it uses rather than others. Told to the language model."),
    "lexicon.banned": (
        "Words that it never says",
        "A sentence with one of them in it is not spoken or written; another is said instead. Found whole, in any"
        " case, without accents.",
    ),
    "lexicon.pronunciations": (
        "Pronunciations",
        "How a word is spelled and how it should sound, such as Nguyen: win. Only the voice is given it; "
        "transcripts keep the spelling.",
    ),
    "primaryLanguage": (
        "Language",
        "A BCP 47 tag, such as en-US. Calls need a language that the built-in ears and voices know, which is "
        "English.",
    ),
    "languages": (
        "Other languages",
        "Languages that callers may use; in chats with languageMode code_switch a language model answers in them.",
    ),
    "languageMode": (
        "With another language",
        "code_switch answers in the caller's language where it is one of languages; single_language stays with "
        "its own.",
    ),
    "enabledChannels": ("Channels", "Where it answers: voice, chat. Texts (sms) are kept and not sent yet."),
    "voiceMap": (
        "Voices by language",
        "The voice for a language, by its tag or by its first letters; for others the default voice.",
    ),
    "defaultVoiceId": ("Voice", "One of GET /voices."),
    "voiceSettings": (
        "How the voice sounds",
        "The built-in voices know the speed; the other settings are kept for voices that know them.",
    ),
    "voiceSettings.stability": ("Stability", "Kept; the built-in voices do not know it."),
    "voiceSettings.similarityBoost": ("Similarity", "Kept; the built-in voices do not know it."),
    "voiceSettings.style": ("Style", "Kept; the built-in voices do not know it."),
    "voiceSettings.useSpeakerBoost": ("Speaker boost", "Kept; the built-in voices do not know it."),
    "voiceSettings.speed": ("Speed", "1 is as usual, 0.5 half as fast, 2 twice as fast."),
    "llmModel": (
        "Language model",
        "The model to ask for at the installation's model server; empty for the installation's own.",
    ),
    "llmTemperature": (
        "Temperature",
        "0 answers alike each time, 2 is as free as it gets. Sent to the language model.",
    ),
    "ttsModel": ("Model of the voice", "Kept; the built-in voices have one each."),
    "sttModel": ("Model of the ears", "Kept; the built-in ears have one."),
    "endpointing": ("Pauses", "How long a silence ends the caller's turn."),
    "endpointing.minSilenceMs": (
        "Shortest pause, in ms",
        "After this silence a caller who sounds finished is answered.",
    ),
    "endpointing.maxSilenceMs": ("Longest pause, in ms", "A caller who does not sound finished is waited for so long."),
    "endpointing.semantic": ("Listen for the end of a sentence", "Off, the shortest pause alone ends a turn."),
    "greeting": ("Greeting", "The first thing that it says, after the notice that it is an AI."),
    "handoffConfig": ("Hand-off", "How a caller is handed to a person."),
    "handoffConfig.warm": (
        "Tell the person first",
        "Whether the person hears what it is about before the caller is put through.",
    ),
    "handoffConfig.sayNumber": (
        "Tell the number", "Where a line cannot put callers through, such as a chat, they are told the number."
    ),
    "handoffConfig.transferDestination": ("Transfer to", "A phone number, or a SIP address beginning with sip:."),
    "handoffConfig.escalationThreshold": (
        "Offer a person after",
        "Turns in a row that went wrong before a person is offered.",
    ),
    "handoffConfig.contextSummaryUrl": (
        "Where the summary goes",
        "An address that is told what it is about before a caller is put through.",
    ),
    "handoffConfig.transferRules": ("Rules", "Each names a case and who takes it."),
    "handoffConfig.transferRules.label": ("Rule", "What the rule is called."),
    "handoffConfig.transferRules.when": ("When", "The case, in a sentence."),
    "handoffConfig.transferRules.destination": ("To", "A phone number or a SIP address."),
    "callControl": ("Call control", "How long a call may take, and what is done about silence."),
    "callControl.maxCallSeconds": ("Longest call, in seconds", "After it the call is ended with a sentence."),
    "callControl.maxDurationMessage": ("What is said then", "The sentence with which the longest call ends."),
    "callControl.idleReminderDelaySeconds": (
        "Ask after silence of, seconds",
        "Nobody says anything for so long, and it asks whether the caller is there.",
    ),
    "callControl.idleReminderIntervalSeconds": ("Ask again after, seconds", "Between one such question and the next."),
    "callControl.maxIdleReminders": ("Times to ask", "After so many questions without an answer the call is over."),
    "callControl.endCallPhrasesEnabled": (
        "A goodbye ends the call",
        "Whether a caller who says goodbye has ended the call.",
    ),
    "callControl.onNoResponseAction": ("When nobody answers", "end hangs up; transfer hands the call to a person."),
    "businessHours": (
        "Hours",
        "When the business is open. Questions about hours are answered from it. Empty: nothing is said of hours.",
    ),
    "businessHours.timezone": ("Time zone", "By its IANA name, such as America/New_York."),
    "businessHours.weekly": ("Opening hours", "Spans of each day; a day without any is closed."),
    "businessHours.weekly.mon": ("Monday", "Spans, each from start to end."),
    "businessHours.weekly.tue": ("Tuesday", "Spans, each from start to end."),
    "businessHours.weekly.wed": ("Wednesday", "Spans, each from start to end."),
    "businessHours.weekly.thu": ("Thursday", "Spans, each from start to end."),
    "businessHours.weekly.fri": ("Friday", "Spans, each from start to end."),
    "businessHours.weekly.sat": ("Saturday", "Spans, each from start to end."),
    "businessHours.weekly.sun": ("Sunday", "Spans, each from start to end."),
    "businessHours.weekly.start": ("From", "HH:MM of the business's own clock."),
    "businessHours.weekly.end": ("To", "HH:MM, later than the start."),
    "businessHours.holidays": ("Holidays", "Days on which other hours hold."),
    "businessHours.holidays.date": ("Day", "The only day, or the first of several, as YYYY-MM-DD."),
    "businessHours.holidays.name": ("Name", "As callers call it: a question that names it is answered from it."),
    "businessHours.holidays.endDate": ("Last day", "Of several days."),
    "businessHours.holidays.closed": ("Closed", "Whether the business is closed on it."),
    "businessHours.holidays.ranges": ("Hours", "Spans of an open holiday."),
    "businessHours.holidays.ranges.start": ("From", "HH:MM of the business's own clock."),
    "businessHours.holidays.ranges.end": ("To", "HH:MM, later than the start."),
    "businessHours.afterHours": ("After hours", "What happens while the business is closed."),
    "businessHours.afterHours.mode": ("While closed", "answer as always, take a message, or transfer."),
    "businessHours.afterHours.message": ("What is said then", "The sentence for callers while the business is closed."),
    "businessHours.afterHours.allowHumanTransfer": (
        "Transfers while closed",
        "Whether callers are put through to people then.",
    ),
    "businessHours.afterHours.number": ("Number while closed", "Who is called then, instead of the usual destination."),
    "businessHours.afterHours.emergencyNumber": (
        "Number for emergencies",
        "What callers with an emergency are told or put through to.",
    ),
    "guardrails": ("Guardrails", "Rules that hold whatever a mind does; see the guide to guardrails."),
    "callerVerification": ("Caller verification", "How callers prove who they are; see the guide to it."),
    "channelOverrides": ("What a channel says otherwise", "By channel: fields that replace those of the agent there."),
    "channelOverrides.voice": ("On calls", "What is otherwise on calls."),
    "channelOverrides.chat": ("In chats", "What is otherwise in chats."),
    "channelOverrides.sms": ("In texts", "What is otherwise in texts."),
    "recording": ("Recording", "Whether calls are kept as sound."),
    "recording.enabled": ("Record calls", "Both sides, sealed while the call runs."),
    "recording.consentMode": (
        "Before recording",
        "notice says that the call is recorded; ask asks and records after a yes alone; by_place asks where all "
        "parties have to consent, or where that is not known, and says it elsewhere; none records nothing.",
    ),
    "recording.onDenial": (
        "When a caller says no",
        "To the question, or later (stop recording): unrecorded goes on without, transfer puts them through, end ends "
        "the call.",
    ),
    "recording.onWithdrawal": (
        "What was recorded before a caller stops it",
        "keep leaves it, with silence for the rest; erase deletes it at once.",
    ),
    "recording.retentionDays": ("Keep recordings for, days", "Empty keeps them until they are deleted."),
    "recording.disclosure": (
        "What is said about it",
        "Said before anything is recorded; empty for the usual words. That it is an AI is said in any case.",
    ),
    "redaction": ("What is not kept", "What is taken out of what people say before anything of it is kept."),
    "redaction.entities": (
        "Taken out",
        "Found in English and put in brackets, such as [card], in transcripts, on screens, in webhooks, in the ledger "
        "and in what a language model is sent. Empty takes nothing out.",
    ),
    "redaction.audio": (
        "Silent in the recording too",
        "The whole utterance with such a value falls silent, on both sides, before it is stored.",
    ),
    "avgTicketCents": ("Average order, in cents", "What a customer is worth to you, for the analytics."),
}  # fmt: skip

OVERRIDES = ("greeting", "persona", "tone", "goals", "neverDo", "primaryLanguage", "languages")


def words_of(path: str) -> tuple[str, str]:
    """Label and sentence of a field by its dotted path; a channel's override is named as the field that it replaces.

    ("", "") for a path that is no field of an agent, such as a skill's.
    """
    if path in AGENT:
        return AGENT[path]
    room, _, rest = path.partition(".")
    channel, _, name = rest.partition(".")
    if room == "channelOverrides" and name in OVERRIDES:
        label, does = AGENT[name]
        return f"{AGENT[f'channelOverrides.{channel}'][0]}: {label[:1].lower()}{label[1:]}", does
    return "", ""


PARTS: Mapping[str, str] = {
    "PolicySpec.policyType": "Which rule it is.",
    "PolicySpec.appliesToSkillType": "Only for skills of this kind; empty for all.",
    "PolicySpec.config": "What the rule needs to know, by its type.",
    "PolicySpec.isEnabled": "A rule that is switched off judges nothing.",
    "DiscloseConfig.fields": "Fields of results: anyone, or verified. One that is not listed is for verified callers.",
    "AllowedFieldsConfig.fields": "Skills are given these fields and no others.",
    "WriteGateConfig.confirmFirst": "Changes only after the caller has agreed.",
    "WriteGateConfig.verifiedCaller": "Changes only for verified callers.",
    "WriteGateConfig.alwaysEscalate": "Skills, by name, that a person has to decide.",
    "RateLimitConfig.perMinute": "Skills in a minute.",
    "RateLimitConfig.perConversation": "Skills in a conversation.",
    "ContentConfig.bannedTopics": "What is neither talked about nor answered.",
    "ContentConfig.negativeSentimentTurns": "After how many dissatisfied turns a person is offered.",
    "Spec.method": "How a caller proves who they are.",
    "Spec.verifierSkillId": "The skill that brings an account's record, by id or name.",
    "Spec.requiredFields": "What is asked for, the field that names the account first; empty for the method's usual.",
    "Spec.tokenTtlSeconds": "How long a proof holds.",
    "Spec.maxAttempts": "Failed tries for one account before it is locked for a while.",
    "Spec.stepUpFor": "Skills, by name, that ask for a second proof.",
    "Sealed.sealed": "The value is set, and kept out of the file.",
    "Place.name": "As callers hear it.", "Place.postcode": "Its ZIP code.", "Place.lat": "Latitude, in degrees.",
    "Place.lng": "Longitude, in degrees.", "Place.phone": "Its number.",
    "Text.kind": "A text.", "Text.name": "What you call it.", "Text.content": "The text; it is cut into passages.",
    "Site.kind": "A website.", "Site.name": "What you call it.",
    "Site.url": "Where reading begins; what is below is read.",
    "Site.maxPages": "How many pages at most.",
    "Site.refreshSeconds": "After how long it is read again; null: only when somebody asks for it.",
    "Questions.kind": "Questions and answers.", "Questions.name": "What you call it.", "Questions.faq": "One by one.",
    "Question.question": "As callers ask it.", "Question.answer": "Given word by word.",
    "Question.alternatives": "Other ways of asking it.",
    "Playbook.name": "What you call it; a skill begins it by this name.", "Playbook.description": "What it is for.",
    "Playbook.isEnabled": "One that is switched off is never begun.", "Playbook.graph": "Its steps and ways.",
    "Graph.flowId": "For editors.", "Graph.nodes": "The steps; exactly one is the start.",
    "Graph.connections": "The ways from one step to the next.",
    "Node.id": "By which connections name it.", "Node.type": "What the step does.",
    "Node.position": "Where an editor draws it.", "Node.data": "What the step says and needs, by its type.",
    "Connection.id": "For editors.", "Connection.source": "From this node.", "Connection.target": "To this node.",
    "Connection.sourceHandle": "Which way out; empty for the usual one.", "Connection.targetHandle": "For editors.",
    "Message.text": "What is said; {slot} is filled in.",
    "Collect.slot": "The name under which the value is kept.", "Collect.kind": "What sort of value it is.",
    "Collect.ask": "The question.", "Collect.askAgain": "The question when the answer was none.",
    "Collect.options": "The choices.", "Collect.pattern": "What the value must look like.",
    "Collect.keypad": "Whether it may be keyed in.", "Collect.confirm": "When the value is read back.",
    "Collect.tries": "Answers that are none before the way fallback is taken.",
    "Collect.sensitive": "Kept, recorded, said and told to a model nowhere; it goes to one skill.",
    "Branch.cases": "The first that holds is taken; default when none does.",
    "Case.handle": "The way out.", "Case.slot": "The value that is looked at.", "Case.op": "How it is compared.",
    "Case.value": "With what.",
    "SkillCall.skill": "The skill, by name or id.", "SkillCall.arguments": "Its parameters; {slot} is filled in.",
    "SkillCall.saves": "Fields of the result that are kept, by slot.",
    "SkillCall.tries": "How often it is tried before the way failed is taken.",
    "Transfer.destination": "Who takes it; empty for the agent's own.", "Transfer.say": "What is said before.",
    "End.say": "The last words.",
}  # fmt: skip
