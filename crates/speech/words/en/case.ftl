## The customer's page.

case-tab = Your problem – { $reference }
case-your-problem = Your problem:
case-suggest = What we suggest
case-promised = What we promised you
# The words are what somebody wrote after "We will"; in other languages they stand by themselves.
case-promise = We will { $words }
case-said = What was said
case-nothing-yet = Nothing in writing yet.
case-also-to = also to { $names }
case-with-files = With files: { $names }
case-write-to = Write to { $who }
case-words = Your words
case-words-wrong = Write what you want to tell us, in up to { NUMBER($most) } letters.
case-send-to = Send to { $who }
case-add-files = Add photos or files
case-is-solved = It’s solved
case-is-not-right = This isn’t right
case-someone-else = Ask someone else to look at it
case-you = You
case-back = Back to your page

## Where it stands.

stands-new = We have it.
stands-with = { $who } is on it.
stands-waiting = { $who } has written to you. Write back here whenever you like.
stands-offer = { $who } has a suggestion for you. You choose.
stands-checking = We think it is put right. Is it? It is solved when you say so.
stands-confirmed = You told us it’s solved, so we’ve closed it. Write here any time to open it again.
stands-closed = This is closed. Write here any time to open it again.
stands-hear = You will hear from us { $when }.

late-promise = We said we would { $words } by { $when }. We didn’t, and we’re sorry.
late-word = We should have written to you before now, and we’re sorry.
late-then = { $who } will write to you { $when }.
late-then-next = { $who } will write to you as the next thing.

step-opened = We have it
step-with = { $who } is on it
step-handed-over = Passed on, because: { $reason }
step-missed = We missed this: { $words }
step-kept = Kept: { $words }
step-answered = { $who } answered
step-proposed = We made a suggestion
step-put-right = What we did: { $what }
step-confirmed = You told us it’s solved
step-contested = You told us it isn’t solved yet
step-closed = Closed
step-reopened = Opened again
step-next = Next: a word from { $who }

promise-not-kept = not kept – see above
promise-kept = kept
promise-kept-late = kept, but late

## "Did this solve it?"

solved-title = Did this solve it?
solved-already = You already told us that it is solved. If it is not, tell us here, and we go on.
solved-what-we-did = What we did: { $what }
solved-yes = Yes
solved-partly = Partly
solved-no = No
solved-choose = Choose yes, partly or no.
solved-still-wrong = What is still wrong? (optional)
solved-send = Send my answer
solved-whole = See the whole matter first
solved-thanks = Thank you for telling us.
solved-how-else = How else can we help?
solved-sorry = Sorry, then we’re not done.

## Choosing what is fair.

offer-say = Tell us what would be fair
offer-look = Look at it: { $words }
offer-choose = Choose one of { NUMBER($count) }
offer-tab = What would be fair?
offer-found = What we found
offer-title = What would be fair?
offer-suggest = What we suggest – choose one
offer-other = Something else – what would be fair?
offer-fair = What do you think would be fair?
offer-fair-hint = Your own proposal counts as much as ours.
offer-rights = Choosing one takes away none of your rights.
offer-send = Send my choice
offer-fair-missing = Write what you think would be fair.
offer-choice-missing = Choose one, or say what would be fair.

## A link that is too old. It says nothing of the case: whoever holds an old link may not be its customer.

old-link-title = This link is too old
old-link-why = For your protection, each link to your page works only for a certain time, and this one’s time is over. It can’t open the page any more.
old-link-kept = What you wrote to us is kept. One press, and we send a new link to the address we know.
old-link-send = Send me a new link
old-link-asked-title = Look in your mailbox
old-link-asked = If we know an e-mail address of yours, a letter with a new link is on its way. It can take some minutes. We send at most one an hour.
old-link-nothing = If nothing comes, answer any of our letters, or tell us again what went wrong.
