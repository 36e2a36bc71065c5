"""What callers say about being recorded, in many wordings, and what sounds like it and is not."""

import pytest

from flowyte.conversation.on_record import answer_of, beside_answer, request_of

STOP = """
please stop recording
stop recording
stop recording me
stop recording this call
can you stop recording please
could you please stop the recording
I want you to stop recording
would you mind not recording this
I don't want to be recorded
I do not want this call recorded
I'd rather not be recorded
I would prefer not to be recorded
don't record me
don't record this
please do not record this call
do not record
don't record
no recording please
no recording
turn off the recording
turn the recording off
switch that recording off please
turn off the recorder
shut off the recording
I don't consent to being recorded
I do not consent to this being recorded
I don't consent
I withdraw my consent
I revoke my permission
I no longer consent to the recording
I object to being recorded
I object to the recording
I refuse to be recorded
I am not comfortable being recorded
I'm not comfortable with this being recorded
I'm not okay with being recorded
I am not okay with you recording me
you can't record me
you cannot record this conversation
you may not record this
you do not have my permission to record
you don't have permission to record me
I never agreed to be recorded
I didn't agree to be recorded
I did not agree to being recorded
I never gave consent to be recorded
nobody asked me if I want to be recorded so stop recording
stop taping
stop taping this call
I don't want this on tape
please don't tape this
end the recording
cease recording
quit recording me
I don't like being recorded
I hate being recorded
can we do this without recording
can we talk without being recorded
let's do this off the record
this should be off the record
I want to opt out of being recorded
opt out of recording
I'd like to opt out of the recording
disable recording
disable the call recording please
cancel the recording
the recording needs to stop
please stop, I don't want to be recorded
wait, stop recording
hey stop recording now
um, could you, uh, stop recording
Stop. Don't record this.
no don't record this
not on a recorded call please I do not want to be recorded
I'd prefer if you didn't record this
I would prefer that this not be recorded
is there any way to not be recorded
I'm uncomfortable being recorded
I am against being recorded
recording is not okay
I do not give permission to record
I don't agree to the recording
I don't want you recording this
why are you recording me, stop it
don't you record me
kill the recording
I want the recording stopped
please have the recording turned off
stop this recording immediately
I take back my consent
I did not consent to being recorded
my lawyer says no recording
leave me out of the recording
I do not wish to be recorded
I don't wish to have this call recorded
not recording please
I need you to stop recording this conversation
you are not allowed to record me
you have no right to record me
I'd feel better without the recording
hey could you not record this please
sorry but I'd really prefer we weren't recorded
can you make sure this isn't being recorded
I thought you said you'd stop recording
look I really don't want any of this recorded
turn that recording thing off
please turn off your recording
stop the tape
quit taping me
no I'm not going to be recorded
I do not authorize you to record me
I don't allow recording
I won't talk if this is recorded
I'd rather you didn't tape this
would you please end the recording now
I am withdrawing my consent to the recording
I changed my mind about the recording, please stop
actually I changed my mind I don't want to be recorded
remove me from the recording
can we go off the record
I want this off the record
you're recording this? please don't
I do not want you to keep a recording of this
don't keep a recording
no recordings
I'm asking you to stop recording me
I never said you could record me
who said you could record me, stop
can you switch the recorder off
it makes me nervous to be recorded
I don't feel comfortable with the call being recorded
please discontinue recording
stop your recording right now
I'd like the recording to stop
recording needs to be off
please don't be recording this
I am not giving consent
there's no consent from me to record
my wife does not want to be recorded
not recorded please
I insist that you stop recording
don't you dare record this
please cease and desist recording
can this call go unrecorded
please make this call unrecorded
kindly stop recording our conversation
before we go on I'd like the recording turned off
could I ask you not to record
is it possible to turn the recorder off
I must insist this call not be recorded
nobody should be recording this
I did not say you could record
can we continue without you recording
you may not tape this conversation
I'm not giving you permission to record
would it be okay if you didn't record
don't you think you should stop recording
I'd like to talk off record
enough with the recording
let me talk to you without the tape running
I really hate that you record this
please disable recording for this call
please keep this conversation off the record
hold on are you recording me? stop that
um yeah please don't record
for privacy reasons do not record this call
I have a right not to be recorded
take me off the recording
I want the recording to be turned off right now
nope I'm not okay with being taped
stop, stop recording
I am telling you I don't consent to a recording
we don't want to be recorded
I would appreciate it if you stopped recording
please have this call not recorded
would you kindly turn the recording off
hey no recording okay
I need this to be a private call, no recording
can I decline the recording
I'd like to decline being recorded
how do I turn off the recording
how can I opt out of the call recording
am I allowed to say no to recording
you cannot keep recording me
do not continue recording
please don't continue to record
I'm in California and I don't consent to recording
it is illegal to record me without my consent
you are recording without my consent
I wasn't told this was recorded, stop
oh is this recorded? then please stop
never record my calls
from now on no more recording
recording off please
end recording
halt the recording
please cut the recording
could we not be on tape
I'd be more comfortable without recording
I would like not to be recorded
let's not record this
we shouldn't be recording this
could this part of the call be unrecorded
""".strip().splitlines()
DELETE = """
please delete the recording
erase what you recorded
delete this recording
get rid of the recording please
can you delete the recording of this call
""".strip().splitlines()
PAUSE = """
pause the recording
please pause recording
can you pause the recording for a second
stop recording for a moment
stop the recording for a minute please
don't record this part
do not record the next part
hold the recording
could you suspend the recording
turn off the recording for a second
don't record what I say next
pause recording while I give you my card
off the record for a moment
""".strip().splitlines()
RESUME = """
resume recording
you can record again
continue recording
you may record this
start recording again
turn the recording back on
go ahead and record
I'm fine with being recorded
I don't mind being recorded
I do not mind if you record
recording is fine
keep recording
you can start recording again
I consent to being recorded
don't stop recording
okay to record now
back on the record
""".strip().splitlines()
ASKS = """
is this call being recorded
are you recording this
am I being recorded
is this recorded
are we being recorded
is anyone recording this
do you record calls
will this call be recorded
are you taping this
""".strip().splitlines()
NOT_ABOUT_IT = """
I need my medical records
can you look up my record
I want to book a recording studio
do you sell record players
please stop calling me
stop
I don't want to book that
stop it
I did not record my appointment
my vaccination record is not up to date
they didn't record my appointment
you never recorded my last visit
do you have a record of my booking
I'd like a copy of my records
don't you have my record
cancel my appointment
please cancel my order
I heard a recorded message
the recording said you open at nine
I called and got a recording that said you were closed
when do you open
I do not have a record of that
there is no record of my payment
my record is clean
I have no criminal record
no
yes
I don't mind
can you record my address as Main Street
please record a message for the doctor
record the appointment under my name
I would like to leave a recorded message
what is your track record
does the dentist keep records
do not cancel my appointment
turn off the lights
please stop the delivery
pause my subscription
resume my subscription
hold on a second
I never got a confirmation
I'd rather come on Monday
I object to this charge
delete my account
I don't agree with this invoice
could you note that down
is this the dental office
my band is recording an album
I want to record an album
no problem
without my glasses I can't read it
I'm not sure what you mean
I am a recording engineer
we offer recording sessions
The doctor never recorded my allergy
what time do you close
I'd like to reschedule to Tuesday
do you take my insurance
no I don't have that with me
can you check whether my file is complete
my son broke a tooth
I don't want the morning slot
please stop sending me letters
is there parking
my new patient record form is not signed
could you send the records to my new dentist
don't put me on hold
I'm not able to come
I never received the invoice
I'd rather not say
the line is bad
I'm recording a podcast tomorrow so mornings are bad
no thanks that's all
I want to withdraw money
turn off the reminders please
don't delete my appointment
I don't remember the number
we talked yesterday
can I speak with a person
I agree with that
that is fine with me
go ahead
never mind
I object
I'm against the wall here
how long do you keep the recording
can I get a copy of this recording
I recorded the serial number
my record shows two visits
the doctor recorded my blood pressure
did you record my new address
where can I listen to your recording of the concert
is the address on record correct
please keep a record of my order
put it on record that I called
I'd like to record a complaint
I'm calling about a record player
no records were found
for the record I paid on time
that isn't in my record
you have the wrong birthday on record
""".strip().splitlines()
YES = """
yes
yeah
yes please
sure
sure, go ahead
okay
ok
that's fine
yes that's fine
of course
no problem
I don't mind
fine by me
yep
yeah sure
go ahead
all right
I agree
I consent
you may
yes you can
absolutely
yes, I would like to book an appointment
1
no objection
you can record
why not
I have no objection
uh yes
um, sure
it's okay
yes it may
please do
yes of course
I do not mind at all
okay yes
no I don't mind
that is okay with me
I guess so
""".strip().splitlines()
NO = """
no
nope
no thank you
no thanks
I'd rather not
please don't
I don't want that
no, please don't
absolutely not
of course not
not really
I do not agree
I don't agree
no you may not
never
I decline
I refuse
I'd prefer not to be recorded
no recording
don't record
nah
2
no way
I do not consent
I don't think so
no, I need an appointment for tomorrow
uh no
no I'm not comfortable with that
please do not
better not
certainly not
you may not
you can not
no sorry
rather not
no I'd rather you didn't
I would rather not
no not at all
nope sorry
I don't want to
that's not okay
not today
I do mind
I'd prefer not to
no that's not fine
please no
hell no
I'd say no
uh I don't think so
not okay with that
""".strip().splitlines()
NEITHER = """
what
why do you record
I need an appointment
hello
who is this
pardon
I'm not sure
I don't know
maybe
can I speak to a person
is this the dentist
I have no appointment yet
yes and no
could you repeat that
when do you open
what did you say
sorry what
can you hear me
I'd like to know your hours
mhm
no, that's fine, I suppose not
yes but no
""".strip().splitlines()


@pytest.mark.parametrize("text", STOP)
def test_who_does_not_want_to_be_recorded_is_understood(text: str) -> None:
    """In whatever way they say it, and with a capital letter and a full stop too, as some recognizers write."""
    for said in (text, f"{text[0].upper()}{text[1:]}."):
        request = request_of(said)
        assert request is not None
        assert request.wish in ("stop", "delete", "pause")


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        *((text, "delete") for text in DELETE),
        *((text, "pause") for text in PAUSE),
        *((text, "resume") for text in RESUME),
        *((text, "ask") for text in ASKS),
    ],
)
def test_other_wishes_are_told_apart(text: str, wish: str) -> None:
    """A pause is no withdrawal, and asking whether there is a recording is neither."""
    request = request_of(text)
    assert request is not None
    assert request.wish == wish


@pytest.mark.parametrize("text", NOT_ABOUT_IT)
def test_records_of_patients_and_musicians_are_not_meant(text: str) -> None:
    """Nor is a "stop" or a "no" that is about something else."""
    assert request_of(text) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [*((text, True) for text in YES), *((text, False) for text in NO), *((text, None) for text in NEITHER)],
)
def test_only_a_clear_yes_is_one(text: str, answer: bool | None) -> None:
    """What is neither, or both, is asked again."""
    assert answer_of(text) is answer


@pytest.mark.parametrize(
    ("text", "words", "rest"),
    [
        (
            "Please stop recording, and when do you open on Saturday?",
            "Please stop recording",
            "when do you open on Saturday",
        ),
        (
            "I want to book a visit. Do not record this, my number is private.",
            "Do not record this",
            "I want to book a visit my number is private",
        ),
        ("Stop recording, please.", "Stop recording", ""),
    ],
)
def test_what_else_is_said_in_the_same_breath_is_kept_apart(text: str, words: str, rest: str) -> None:
    """The consent record has the words about the recording alone; the rest is still to be answered."""
    request = request_of(text)
    assert request is not None
    assert (request.words, request.rest) == (words, rest)


def test_an_answer_and_a_matter_in_one_breath() -> None:
    """A yes does not swallow what the caller came for, and politeness is no matter."""
    assert beside_answer("Yes, I would like to book a visit.") == "I would like to book a visit"
    assert beside_answer("Yes, that is fine.") == ""
