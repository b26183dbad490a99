## Where complaining begins.

start-title = Something went wrong? Tell us.
start-promise = A person reads it. You get a first answer { $when }.
start-begin = Tell us what went wrong
start-how = How it works
start-how-own-words = You tell us in your own words. It takes about three minutes, and you need no account.
start-how-read = A person reads it, and tells you by when you hear more.
start-how-agree = We agree what is fair.
start-how-solved = It is solved when you say so.
start-stands = See where my problem stands
start-stands-how = Open the link in any message from us about it: it shows who has it and what happens next. If you cannot find it, just answer that message, or tell us here.

# When somebody gets a first answer.
first-answer-hour = within an hour, while we are open
first-answer-hours = within { NUMBER($hours) } hours, while we are open
first-answer-next-day = by the end of the next working day
first-answer-days = within { NUMBER($days) } working days

## What happened?

story-title = What happened?
story-hint = Use your own words. Dates and names help if you have them. Up to { NUMBER($most) } characters.
story-trap = Website (leave this empty)
story-trap-filled = Leave the field “Website” empty: it is there to keep programs out
story-missing = Tell us what happened, in your own words
shorten-to = Shorten this to { NUMBER($most) } characters; it has { NUMBER($long, useGrouping: "false") }

## What would make it right?

wish-title = What would make it right?
wish-hint = Pick any. You can change your mind later.
wish-refund = My money back
wish-repair = Fix or replace it
wish-apology = An apology
wish-explanation = An explanation
wish-nothing = Nothing – I just want you to know
wish-fair = What do you think would be fair? (optional)
wish-unsure = I don't know yet

## Anything that shows it?

files-title = Anything that shows it?
files-label = Photos or files (optional)
files-hint = Any kind, up to 25 MB each and 100 in all: photos, letters, bills, recordings.
files-added = Added so far
files-take-out = Take out
files-more = Add and choose more
file-too-many = { $name } was not added: 100 files fit here
file-too-much = { $name } was not added: all files together may have 200 MB
file-too-large = { $name } was not added: a file may have 25 MB

## What a customer adds to their case.

further-title = Add words and files
further-words = Your words (optional)
further-send = Send it
further-missing = Write something, or choose a file
# What stands in the case where only files came.
further-only-files = Files: { $names }

## How do we reach you?

reach-title = How do we reach you?
reach-name = Your name
reach-by = Answer me by
reach-by-email = E-mail
reach-by-phone = Telephone
reach-by-letter = Letter
reach-one = Fill in the one that you chose.
reach-email = E-mail address
reach-phone = Telephone number
reach-post = Postal address
reach-best-time = Best time to reach you (optional)
reach-helped = Someone is helping me with this
reach-name-missing = Enter your name, so that we know how to address you
reach-name-long = Shorten the name to 120 characters
reach-email-wrong = Enter an e-mail address like name@example.com
reach-phone-wrong = Enter a telephone number like +44 20 7946 0000
reach-phone-long = Shorten the telephone number to 40 characters
reach-post-wrong = Enter your postal address, with street and town
reach-post-long = Shorten the address to 500 characters
reach-best-time-long = Shorten the best time to 200 characters

## Check your answers.

check-title = Check your answers
check-story = What happened
check-wish = What would make it right
check-fair = What would be fair
check-files = Files
check-name = Your name
check-reach = How we reach you
check-best-time = Best time
check-help = Help
check-helped = Someone is helping me
check-change = Change
# Heard after "Change", not seen.
check-change-story = what happened
check-change-wish = what would make it right
check-change-fair = what would be fair
check-change-files = files
check-change-name = your name
check-change-reach = how we reach you
check-change-best-time = best time
check-change-help = help
check-send = Send my complaint

## What the answers say together, after the story.

said-wishes = What would make it right: { $wishes }.
said-fair = What would be fair: { $fair }
said-unsure = What would be fair: not known yet.
said-by-letter = Please answer by letter to:
said-best-time = Best time to be reached: { $time }
said-helped = Someone is helping me with this.

## "We have it."

received-title = We have it, { $name }.
received-reference = Your reference is { $reference }
received-reference-soon = Your reference will be here in a minute.
received-reader = { $reader } will read it.
received-somebody-of = Somebody of { $team }
received-a-person = A person
received-hear = You'll hear from a person { $when }.
received-kept = Nothing is lost: what you sent is kept. { $link } for your reference, or keep this address.
# The link in the sentence before.
received-look-again = Look again
received-next = What happens next
received-next-read = A person reads what you wrote.
received-next-tell = They tell you what they will do, and by when.
received-next-solved = It is solved when you say so.
received-see = See where it stands
received-by-mail = We also write to { $address }, with a link to this. To add something, answer that message.
received-by-other = We reach you at { $address }.
received-open-again = You can open this page again for seven days, or print it.

## A complaint that is not there any more.

gone-tab = Start again
gone-title = This complaint isn't here any more
gone-how = What you write is kept for seven days until you send it. If you have sent it, nothing is lost: look for our message, or tell us again.
gone-again = Start again
