greeting-calls = whole
greeting = Olá, { $name },
greeting-nobody = Olá,

letter-first-word = Recebemos a sua mensagem
letter-acknowledged = Recebemos a sua mensagem. { $by }
letter-read-by = Uma pessoa vai lê-la, e terá uma resposta pessoal até { $when }.
letter-read = Uma pessoa vai lê-la.
letter-number = A sua referência é { $number }. Se quiser acrescentar algo, responda a esta mensagem.
letter-by-itself = Esta primeira mensagem foi enviada automaticamente; a próxima será escrita por uma pessoa.
letter-stands = Veja em que ponto está, ou responda aqui:

letter-promise-kept = Prometemos-lhe: { $promised }. { $done }
letter-how-else = Em que mais posso ajudar?

promise-call = telefonar-lhe e perguntar se ficou resolvido
promise-word = escrever-lhe ou telefonar-lhe
promise-chosen = dar-lhe o que escolheu: { $chosen }
promise-still-wrong = escrever-lhe sobre o que ainda não está certo

letter-transfer = Passo o seu caso a { $to }. O motivo: { $reason }. A equipa conhece toda a história (“{ $problem }”), por isso não terá de a repetir. Terá notícias até { $when }.
letter-person-of = { $name } ({ $team })
letter-direct-line = linha direta { $phone }

letter-fair = Queremos resolver isto em conjunto. O que lhe pareceria justo?
letter-fair-how = Responda por palavras suas, aqui ou na sua página.
letter-suggest = O que propomos:
letter-suggest-choose = O que propomos, escolha uma opção:
letter-something-else = Se outra coisa fosse mais justa, diga-nos o quê.
letter-choose-until = Pode escolher até { $when }.
letter-withdrawn = Retirámos a nossa proposta. Vou escrever-lhe sobre o que podemos fazer em alternativa.

letter-solved = Ficou resolvido? A sua resposta decide.
letter-solved-again = Escrevemos-lhe sobre “{ $problem }”. Ficou resolvido? Basta um clique na sua página, e se algo ainda não estiver certo, continuamos.
letter-asked-by-itself = Esta pergunta foi enviada automaticamente; a resposta será lida por uma pessoa.

letter-new-link-subject = Uma nova ligação à sua página
letter-new-link = Recebemos um pedido de uma nova ligação, seu ou de alguém que tem uma ligação antiga à sua página. A nova ligação está no fim desta mensagem e abre o seu caso com a referência { $number }.
letter-new-link-nobody = Se o pedido não foi seu, não tem de fazer nada: a nova ligação está só nesta mensagem.
letter-new-link-by-itself = Esta mensagem foi enviada automaticamente; a resposta será lida por uma pessoa.
