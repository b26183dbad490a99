language-name = Deutsch
language-label = Sprache:
skip = Zum Inhalt springen
back = Zurück
another-way = Brauchen Sie einen anderen Weg?
answer-any-letter = Antworten Sie einfach auf eines unserer Schreiben.
go-on = Weiter

error = Fehler:
there-is-a-problem = Bitte prüfen Sie Ihre Angaben
up-to-characters = Bis zu { $most } Zeichen

thousands = .
thousands-from = 4

size-bytes = { $bytes } Byte
size-kilobytes = { $size } kB
size-megabytes = { $whole },{ $tenth } MB
