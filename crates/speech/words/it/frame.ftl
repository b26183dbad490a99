language-name = Italiano
language-label = Lingua:
skip = Vai al contenuto
back = Indietro
another-way = Preferisce un altro modo?
answer-any-letter = Risponda a uno qualsiasi dei nostri messaggi.
go-on = Continua

error = Errore:
there-is-a-problem = C’è qualcosa da correggere
up-to-characters = Fino a { $most } caratteri

thousands = .
thousands-from = 4

size-bytes = { $bytes } byte
size-kilobytes = { $size } kB
size-megabytes = { $whole },{ $tenth } MB
