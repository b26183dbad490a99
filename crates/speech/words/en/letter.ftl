## Letters that are written by themselves, and what stands around words of people.

# How a letter calls people: `first` for "Hi Amara,", `whole` for "Guten Tag Amara Okafor,".
greeting-calls = first
greeting = Hi { $name },
greeting-nobody = Hello,

# The subject where nothing a stranger chose may stand.
letter-first-word = We have your message
letter-acknowledged = We have what you wrote. { $by }
letter-read-by = Somebody will read it, and you'll hear from a person by { $when }.
letter-read = Somebody will read it.
letter-number = Its number is { $number }. If you want to add something, just answer this letter.
letter-by-itself = This first word was sent by itself; the next one is written by a person.
letter-stands = See where it stands, or answer there:

letter-promise-kept = We told you that we would { $promised }. { $done }
letter-how-else = How else can I help?

# The words of promises that the program makes; they follow "We will" in English.
promise-call = ring you and ask whether this solved it
promise-word = write or call you
promise-chosen = give you what you chose: { $chosen }
promise-still-wrong = write to you about what is still wrong

# `reason` follows "because" in English and stands by itself elsewhere.
letter-transfer = I'm passing you to { $to }, because { $reason }. They have the whole story (“{ $problem }”), so you won't have to repeat it. You'll hear from them by { $when }.
letter-person-of = { $name } in { $team }
letter-direct-line = direct line { $phone }

letter-fair = We want to put this right with you. What do you think would be fair?
letter-fair-how = Answer in your own words, here or on your page.
letter-suggest = What we suggest:
letter-suggest-choose = What we suggest, choose one:
letter-something-else = If something else would be fairer, tell us what.
letter-choose-until = You can choose until { $when }.
letter-withdrawn = We have taken back what we suggested. I'll write to you about what we can do instead.

letter-solved = Did this solve it? Your answer decides.
letter-solved-again = We wrote to you about “{ $problem }”. Did this solve it? One press on your page is enough, and if something is still wrong we go on.
letter-asked-by-itself = This question was sent by itself; an answer is read by a person.

# A new link to the customer's page, sent by itself. Whoever asked for it may not be the customer.
letter-new-link-subject = A new link to your page
letter-new-link = You, or somebody with an old link to your page, asked us for a new one. It stands at the end of this letter and opens what we have under { $number }.
letter-new-link-nobody = If it wasn’t you, you don’t have to do anything: the new link stands in this letter alone.
letter-new-link-by-itself = This letter was sent by itself; if you answer it, a person reads that.
