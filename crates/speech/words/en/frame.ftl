## Around every page of customers.

# The language's own name.
language-name = English
language-label = Language:
skip = Skip to content
back = Back
another-way = Need another way?
# Where the company has named no telephone number or address.
answer-any-letter = Answer any of our letters.
go-on = Continue

# Before the title of a page and before words beside a field.
error = Error:
there-is-a-problem = There is a problem
# Under a field; the number has no mark for thousands in English.
up-to-characters = Up to { NUMBER($most, useGrouping: "false") } characters

# What stands between the thousands, for long numbers: 4,000.
thousands = ,
# From how many digits on thousands stand apart.
thousands-from = 4

size-bytes = { NUMBER($bytes, useGrouping: "false") } bytes
size-kilobytes = { NUMBER($size, useGrouping: "false") } kB
size-megabytes = { NUMBER($whole, useGrouping: "false") }.{ NUMBER($tenth, useGrouping: "false") } MB
