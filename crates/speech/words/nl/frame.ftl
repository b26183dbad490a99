language-name = Nederlands
language-label = Taal:
skip = Naar de inhoud
back = Terug
another-way = Liever op een andere manier?
answer-any-letter = Beantwoord een van onze berichten.
go-on = Verder

error = Fout:
there-is-a-problem = Er is iets dat u moet aanpassen
up-to-characters = Maximaal { $most } tekens

thousands = .
thousands-from = 4

size-bytes = { $bytes } bytes
size-kilobytes = { $size } kB
size-megabytes = { $whole },{ $tenth } MB
