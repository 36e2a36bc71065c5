"""The sentences around the values, in two parts that share no sentence: one to tune on, one to report on.

`{v}` is the value; `{1}` `{2}` are its halves, given in two turns. A sample is a list of turns, the agent's and the
caller's, in which the value stands between « and ». `{order}` and the like are numbers that are nobody's business.
"""

# What the agent asks and how the caller answers, by entity.
ASKED = {
    "tuned": {
        "card": [
            ("Could I have your card number, please?", "{v}"),
            ("What is the long number on the card?", "Sure, it's {v}."),
            ("I need the card's number to go on.", "Okay so that would be {v}."),
            ("Which card would you like to pay with? Please read me the digits.", "{v}"),
            ("Can you give me the sixteen digits?", "Yeah, one second. {v}"),
        ],
        "ssn": [
            ("What is your social security number?", "{v}"),
            ("Please tell me your social.", "It's {v}."),
            ("To verify you, I need your full social security number.", "Alright, {v}."),
            ("Can I get your SSN?", "Uh, {v}, I think."),
        ],
        "account": [
            ("What is your account number?", "{v}"),
            ("May I have the customer number?", "Yes, {v}."),
            ("Could you read me your account number?", "Hold on. {v}."),
            ("What's the member number on your statement?", "The one here says {v}."),
        ],
        "phone": [
            ("And what number can we call you back on?", "{v}"),
            ("What is your phone number?", "My number is {v}."),
            ("What's the best number to reach you?", "That'd be {v}."),
            ("Can I have a callback number?", "{v} please."),
            ("Which mobile number should we text?", "Use {v}."),
        ],
        "email": [
            ("What is your e-mail address?", "{v}"),
            ("Where shall I send it?", "My email is {v}."),
            ("Could you spell your email for me?", "Of course, {v}."),
            ("And the e-mail we have for you?", "That one is {v}, thanks."),
        ],
        "address": [
            ("What is your address?", "{v}"),
            ("Where should the plumber come to?", "It's {v}."),
            ("What street address should we ship to?", "Send it to {v}."),
            ("Can you confirm your home address?", "Yes, {v}."),
        ],
        "birth": [
            ("What is your date of birth?", "{v}"),
            ("When were you born?", "It's {v}."),
            ("Can you confirm your birth date for me?", "Sure, {v}."),
            ("And your date of birth?", "That's {v}."),
        ],
        "name": [
            ("What is your name, please?", "{v}"),
            ("Who am I speaking with?", "This is {v}."),
            ("May I have your full name?", "Yes, it is {v}."),
            ("And you are?", "{v}."),
            ("Can you tell me your name?", "I'm {v}."),
        ],
    },
    "held": {
        "card": [
            ("Please give me the number of the card you are paying with.", "Right, {v}."),
            ("And the card number?", "The number is {v}, I hope that is right."),
            ("What's the card number on file?", "I believe {v}."),
        ],
        "ssn": [
            ("Could you tell me the social security number on the application?", "{v} is what it says."),
            ("And your social?", "My social, okay, {v}."),
        ],
        "account": [
            ("Would you read out your bank account number?", "Let me find it. It is {v}."),
            ("I can look that up by your policy number.", "Great, that is {v}."),
        ],
        "phone": [
            ("And a phone number where we can reach you?", "Sure thing, {v}."),
            ("What is your mobile number, please?", "You can have {v}."),
            ("Which number should we call?", "{v}, that is my cell."),
        ],
        "email": [
            ("What e-mail address can we send the confirmation to?", "{v} would be best."),
            ("May I have your email?", "Let me spell it, {v}."),
        ],
        "address": [
            ("What is the address of the property?", "The property is {v}."),
            ("Where do you live?", "We live at {v}, the blue house."),
        ],
        "birth": [
            ("For the record, when is your birthday?", "It is {v}."),
            ("Would you tell me the patient's date of birth?", "He was born {v}."),
        ],
        "name": [
            ("Whose name is the booking under?", "It should be under {v}."),
            ("What name shall I put down?", "Put down {v}, please."),
            ("Could I take your name?", "{v}, thanks."),
        ],
    },
}

# What the caller says unasked.
VOLUNTEERED = {
    "tuned": {
        "card": [
            "My card number is {v}.",
            "Please charge {v}.",
            "I want to pay with my visa, {v}, thank you.",
            "Can you put it on the mastercard ending, no, here is all of it, {v}.",
            "The number on the front is {v}, did you get that?",
            "Use this credit card, {v}, for the deposit.",
            "{v} is the card I paid with.",
        ],
        "ssn": [
            "My social security number is {v}.",
            "My social is {v}, can you look me up?",
            "You will find me under social security number {v}.",
            "SSN {v}.",
            "The last form had my social as {v}, which is right.",
        ],
        "account": [
            "My account number is {v}.",
            "It's about account {v}, I have a question.",
            "Please transfer it to account number {v}.",
            "My policy number is {v} and I want to renew.",
            "The routing number is {v}.",
        ],
        "phone": [
            "My number is {v}.",
            "You can call me at {v} after lunch.",
            "Please text me on {v}.",
            "Reach me at {v}, any time.",
            "If we get cut off, ring me back on {v}.",
            "My cell is {v} and I am home all day.",
            "It's best to phone {v}.",
        ],
        "email": [
            "My email is {v}.",
            "You can write to me at {v}.",
            "Send the invoice to {v} please.",
            "Could you email it to {v} today?",
            "My e-mail address is {v}, all small letters.",
            "The account is under {v}.",
        ],
        "address": [
            "I live at {v}.",
            "My address is {v}.",
            "The leak is at {v}, please hurry.",
            "We have just moved to {v}.",
            "Please deliver it to {v} before noon.",
            "I'm calling from {v}, the boiler is out.",
        ],
        "birth": [
            "My date of birth is {v}.",
            "I was born on {v}.",
            "I was born {v}, in case you need it.",
            "The patient's birthday is {v}.",
            "Her date of birth, that is {v}.",
            "She was born on {v}, so she is covered.",
        ],
        "name": [
            "My name is {v} and I have a question.",
            "Hello, this is {v} speaking.",
            "Hi, my name's {v}.",
            "Yes hello, {v} speaking, I have a problem with my order.",
            "Good morning, my name is {v}, I called yesterday.",
            "You can put it under the name {v}.",
        ],
    },
    "held": {
        "card": [
            "I'd like to pay for it now, the card is {v}.",
            "Here is my debit card: {v}.",
            "You charged the wrong card, it should have been {v}.",
            "Okay, {v}, and the name on it is mine.",
        ],
        "ssn": [
            "It says my social security number is {v} and I do not know why.",
            "My husband's social security number, which is {v}, is wrong in your file.",
            "Look up social {v}.",
        ],
        "account": [
            "I have a problem with account {v}.",
            "The customer number on the bill is {v}.",
            "It went to the IBAN {v} by mistake.",
            "My membership number is {v}.",
        ],
        "phone": [
            "I can be reached at {v} in the evening.",
            "Tell him to call {v} when he is back.",
            "You have my old phone number, the new one is {v}.",
            "My husband's mobile is {v}.",
        ],
        "email": [
            "Please forward everything to {v}.",
            "My address for e-mail is {v}.",
            "Contact me by email at {v}, that is fastest.",
        ],
        "address": [
            "There is a burst pipe at {v}.",
            "The parcel went to {v} instead of here.",
            "Our new address will be {v}.",
        ],
        "birth": [
            "My son's date of birth is {v}.",
            "I need to correct my birth date, it is {v}.",
            "I was born {v}, so I should get the discount.",
        ],
        "name": [
            "My full name is {v}, in case you need it.",
            "Hi there, this is {v} calling about my car.",
            "The appointment is for my mother, her name is {v}.",
        ],
    },
}

# The value in two pieces, with the agent's encouragement between.
BACKCHANNELS = {
    "tuned": (
        "Go on.",
        "Uh-huh.",
        "Okay.",
        "Yes?",
        "Mhm, go ahead.",
        "Got it, and the rest?",
        "I have that. And then?",
        "Right.",
    ),
    "held": ("Yes, and then?", "Okay, I am ready for the rest.", "Good, continue.", "Uh huh, go on."),
}

PIECES = {
    "tuned": [
        ("It starts with {1}", "and then {2}."),
        ("{1}", "{2}"),
        ("Okay, first {1}", "then {2}, that's all of it."),
        ("{1}, just a moment", "sorry, the rest is {2}"),
    ],
    "held": [
        ("The first part is {1}", "and the last part {2}."),
        ("{1} so far", "okay and then {2}"),
        ("Well, {1}", "{2}"),
    ],
}

# Nothing here is anybody's.
NEGATIVE = {
    "tuned": [
        [("caller", "Can I come on {day} the {ord} at {time}?")],
        [("caller", "I would like an appointment on {month} {dom} at {hour} in the morning.")],
        [("caller", "How much is it for {small} people, more than {price} dollars?")],
        [("caller", "My order number is {order}, where is it?")],
        [("caller", "Do you have the model {code} in size {small}?")],
        [("caller", "Are you open from {hour} to {hour2} on {day}?")],
        [("agent", "What is your order number?"), ("caller", "{order}")],
        [("agent", "How many people will come?"), ("caller", "There are {small} of us, and {small2} children.")],
        [("agent", "Which day would suit you?"), ("caller", "The {ord} of {month}, at {time}, please.")],
        [("caller", "I waited {small} days and paid {price} dollars and {cents} cents.")],
        [("caller", "This is about the invoice {order} of {month} {dom}, {year}.")],
        [("caller", "The part is called {code}, and I need {small} of them by {day}.")],
        [("caller", "Is the bus number {small} still going to your street?")],
        [("caller", "This is a question about the delivery, it is {small} weeks late.")],
        [("caller", "My washing machine has been broken for {small} weeks and I am fed up.")],
        [("caller", "Can you look at the page on your website for me?")],
        [
            ("agent", "What is your phone number?"),
            ("caller", "I would rather not say that."),
            ("agent", "That is fine. What can I do for you?"),
            ("caller", "I want to book a table for {small} at {time}."),
        ],
        [("caller", "I am calling because my name is spelled wrong in your letter.")],
        [("caller", "We need a room for {small} nights from {month} {dom} to {month} {dom2}.")],
        [("caller", "Does the {code} cost {price} or {price2} dollars now?")],
        [("caller", "My confirmation number is {order} and the tracking number is {order2}.")],
        [("caller", "Could you move my appointment from {time} to {time2} on {day}?")],
        [("agent", "Could you read me the reference number on the letter?"), ("caller", "Yes, it is {order}.")],
        [("agent", "What time works for you?"), ("caller", "{time} or {time2}, whatever is free on the {ord}.")],
        [("agent", "How much did you pay?"), ("caller", "It was {price} dollars, plus {small} percent tax.")],
        [("caller", "It weighs {small} pounds and is {price} inches long, is that a problem?")],
        [("caller", "In {year} you repaired it for {price} dollars, and it has {small} years of warranty left.")],
        [("caller", "I am at work until {hour} so please do not come before {time}.")],
        [("caller", "The serial number on the back says {code} {order}.")],
        [("caller", "I am looking for the manager, is this the right place?")],
        [("caller", "Can I speak to somebody at the front desk about the price of a filling?")],
        [
            ("agent", "What is your date of birth?"),
            ("caller", "Why do you need that?"),
            ("agent", "To find your file. Shall we go on without it?"),
            ("caller", "Yes, my visit was on {month} {dom} at {time}."),
        ],
        [("caller", "It is the {ord} time that I call, and each time I wait {small} minutes.")],
        [("caller", "This is ridiculous, I was told it would be done by {day} at {hour}.")],
        [("caller", "Please send two of article {code}, and the catalogue of {year}.")],
        [("caller", "Thanks, that is all, have a good day, bye.")],
    ],
    "held": [
        [("caller", "I booked two rooms for the {ord} of {month} and paid {price} dollars in advance.")],
        [("caller", "The ticket says gate {small}, seat {small2}, at {time}.")],
        [("caller", "Which of the two is cheaper, the {code} at {price} or the other at {price2} dollars?")],
        [("caller", "You sent me case number {order}, and before that {order2} as the reference.")],
        [("agent", "Do you have the booking code?"), ("caller", "I do, it is {order}.")],
        [("agent", "How long have you had the problem?"), ("caller", "About {small} weeks, since {month} {dom}.")],
        [("agent", "When would you like to come in?"), ("caller", "{day} at {time}, or the {ord} if that is full.")],
        [("caller", "I need {small} boxes of {small2} hundred sheets and one toner.")],
        [("caller", "The meter reads {order}, it was {order} in {month}.")],
        [("caller", "Is the sale on until {month} {dom}, {year}, or only until {day}?")],
        [("caller", "It takes me {small} minutes by car and {small2} hours by train to get there.")],
        [("caller", "He is {small} years old and she is twenty one, do they need a ticket each?")],
        [("caller", "I am calling about the letter that you sent in {month} {year}.")],
        [("caller", "Good morning, this is about a parcel that has not arrived yet.")],
        [
            ("agent", "Could I have your e-mail address?"),
            ("caller", "I do not have one."),
            ("agent", "No problem. How else can I help?"),
            ("caller", "Tell me whether the {code} is in stock at {price} dollars."),
        ],
        [("caller", "The recipe needs {price} grams of flour, {small} eggs, and {small2} spoons of sugar.")],
        [("caller", "My flight is {code} on {month} {dom} at {time}, can I still change it?")],
        [("caller", "I would like to speak with someone who can help me, please.")],
    ],
}

# Said to the built-in recognizer: only carriers without a digit or a name of their own.
SPOKEN = {
    "card": ["My card number is {v}.", "Use this credit card, {v}.", "{v}"],
    "ssn": ["My social security number is {v}.", "It's {v}.", "You will find me under social security number {v}."],
    "account": ["My account number is {v}.", "Please look at account number {v}.", "{v}"],
    "phone": ["You can call me at {v}.", "My number is {v}.", "{v}"],
    "email": ["My email address is {v}.", "Please send it to {v}.", "{v}"],
    "address": ["I live at {v}.", "My address is {v}.", "{v}"],
    "birth": ["My date of birth is {v}.", "I was born on {v}.", "{v}"],
    "name": ["My name is {v}.", "This is {v} speaking.", "Hello, my name is {v} and I have a question."],
}
