language-name = Français
language-label = Langue :
skip = Aller au contenu
back = Retour
another-way = Vous préférez un autre moyen ?
answer-any-letter = Répondez à n’importe lequel de nos messages.
go-on = Continuer

error = Erreur :
there-is-a-problem = Il y a quelque chose à corriger
up-to-characters = { $most } caractères au maximum

thousands = { "\u202F" }
thousands-from = 4

size-bytes = { $bytes } octets
size-kilobytes = { $size } Ko
size-megabytes = { $whole },{ $tenth } Mo
