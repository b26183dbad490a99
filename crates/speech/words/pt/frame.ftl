language-name = Português
language-label = Idioma:
skip = Ir para o conteúdo
back = Voltar
another-way = Prefere outra via?
answer-any-letter = Responda a qualquer uma das nossas mensagens.
go-on = Continuar

error = Erro:
there-is-a-problem = Há algo a corrigir
up-to-characters = Até { $most } caracteres

thousands = .
thousands-from = 5

size-bytes = { $bytes } bytes
size-kilobytes = { $size } kB
size-megabytes = { $whole },{ $tenth } MB
