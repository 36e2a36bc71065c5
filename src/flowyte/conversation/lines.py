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
