"""What the platform says by itself, when no mind is asked: reminders, apologies, the last words.

Authored here so that it can be read in one place; English until an agent's language brings its own.
"""

REMINDERS = ("Are you still there?", "I am still here if you need anything.")
NO_RESPONSE = "I have not heard anything for a while, so I will end the call now. Goodbye."
SILENT_TRANSFER = "I have not heard anything for a while, so I am putting you through to {label}."
NOT_PUT_THROUGH = "I am sorry, I could not put you through. Shall I take a message, or is there anything else?"
MAX_DURATION = "I am sorry, we have reached the longest time a call may take. Please call again. Goodbye."
GOODBYE = "Thank you for calling. Goodbye."
FILLERS = ("One moment, please.", "I am still looking, thank you for waiting.")
NOT_UNDERSTOOD = "Sorry, I did not catch that. Could you say it again?"
APOLOGY = "I am sorry, something went wrong on my side. Could you say that once more, or shall I take a message?"
GIVING_UP = "I am sorry, I cannot help you right now. Please call again later. Goodbye."
NOTICE = "Hello. You are speaking with an automated assistant, an AI."

# What the platform says about the recording. That it stopped is said after it did.
ASK_AGAIN = "May this call be recorded? Please say yes or no, or press one for yes and two for no."
AGREED = "Thank you."
UNRECORDED = "All right, this call is not recorded."
UNANSWERED = "I take that as a no, so this call is not recorded."
STOPPED = "All right, I have stopped recording."
DELETES_LATER = "All right, I have stopped recording. What was recorded before is kept; you can ask for its deletion."
ERASED = "All right, I have stopped recording, and what was recorded is erased."
NOT_RECORDED = "This call is not being recorded."
IS_RECORDED = "Yes, this call is being recorded. If you would rather not, say: stop recording."
IS_PAUSED = "The recording is paused at the moment."
PAUSED = "All right, the recording is paused."
GOES_ON = "All right, the recording goes on."
STAYS_PAUSED = "The recording stays paused for now."
ENDS_UNRECORDED = "Calls on this line have to be recorded, so I have to end the call here. Goodbye."
REFUSED_TRANSFER = "I am putting you through to {label}."
