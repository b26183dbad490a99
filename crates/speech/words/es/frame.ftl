language-name = Español
language-label = Idioma:
skip = Ir al contenido
back = Volver
another-way = ¿Prefiere otra vía?
answer-any-letter = Responda a cualquiera de nuestros mensajes.
go-on = Continuar

error = Error:
there-is-a-problem = Hay algo que corregir
up-to-characters = Hasta { $most } caracteres

thousands = .
thousands-from = 5

size-bytes = { $bytes } bytes
size-kilobytes = { $size } kB
size-megabytes = { $whole },{ $tenth } MB
