## What cannot be done. Each sentence belongs to a code; see docs/problems.md.

problem-nothing-heading = There is nothing here for you
problem-faster-heading = Somebody was faster
problem-not-now-heading = That cannot be done now
problem-moment-heading = A moment, please
problem-ours-heading = That didn’t work, and it’s our fault
problem-go-back = Go back: what you typed is still in the form. Then send it once more.
problem-compare = Go back: what you typed is still in the form. Open the page once more beside it to see what they changed.
problem-start = Go to the start
problem-quote = To ask us about this, quote { $reference } ({ $status }).

# For what has no sentence of its own below.
problem-other = That could not be done. Nothing was changed. Go back and try again, or write to us.
problem-ours = Something broke on our side. Nothing was changed; please try again.
problem-unavailable = We cannot keep anything right now, so we did not take it. Try again soon.
problem-too-often = That was too often. Try again in { NUMBER($seconds, useGrouping: "false") } seconds.
problem-too-large = That is more than we take in one piece. Nothing was kept.
problem-files-too-large = All files together may have 200 MB. Send fewer at once.
problem-faster = Somebody changed this at the same moment. Look at it again, then decide.
problem-nothing-here = There is nothing at this address.
problem-link-closed = This link does not open a case, or not any more. Write to us, and we send a new one to the address we know.
problem-offer-closed = This suggestion is not open any more. Write to us.
problem-offer-expired = The time for this offer is over. Ask us for a new one.
problem-no-such-option = Choose one of the options.
problem-case-closed = This is closed. Write to us on your page to open it again.
problem-already-escalated = Somebody was already asked to decide.
problem-cut-off = The files did not arrive whole. Go back and try again.
problem-unreadable = That could not be read. Nothing was changed.
problem-wrong-origin = This was sent from another site, so nothing was done.
