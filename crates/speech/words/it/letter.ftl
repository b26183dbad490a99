greeting-calls = whole
greeting = Buongiorno { $name },
greeting-nobody = Buongiorno,

letter-first-word = Abbiamo ricevuto il Suo messaggio
letter-acknowledged = Abbiamo ricevuto il Suo messaggio. { $by }
letter-read-by = Lo leggerà una persona, e avrà una risposta personale entro { $when }.
letter-read = Lo leggerà una persona.
letter-number = Il Suo riferimento è { $number }. Se vuole aggiungere qualcosa, risponda a questo messaggio.
letter-by-itself = Questo primo messaggio è stato inviato automaticamente; il prossimo lo scriverà una persona.
letter-stands = Veda a che punto è, oppure risponda qui:

letter-promise-kept = Le avevamo promesso: { $promised }. { $done }
letter-how-else = In che altro modo posso aiutarLa?

promise-call = chiamarLa e chiederLe se è risolto
promise-word = scriverLe o chiamarLa
promise-chosen = darLe ciò che ha scelto: { $chosen }
promise-still-wrong = scriverLe su ciò che non va ancora

letter-transfer = Passo il Suo caso a { $to }. Il motivo: { $reason }. Lì conoscono tutta la vicenda («{ $problem }»), perciò non dovrà ripeterla. Avrà loro notizie entro { $when }.
letter-person-of = { $name } ({ $team })
letter-direct-line = linea diretta { $phone }

letter-fair = Vogliamo rimediare insieme a Lei. Che cosa Le sembrerebbe giusto?
letter-fair-how = Risponda con parole Sue, qui o sulla Sua pagina.
letter-suggest = Che cosa proponiamo:
letter-suggest-choose = Che cosa proponiamo, scelga:
letter-something-else = Se qualcos’altro fosse più giusto, ci dica che cosa.
letter-choose-until = Può scegliere fino a { $when }.
letter-withdrawn = Abbiamo ritirato la nostra proposta. Le scriverò che cosa possiamo fare in alternativa.

letter-solved = È risolto? Decide la Sua risposta.
letter-solved-again = Le abbiamo scritto a proposito di «{ $problem }». È risolto? Basta un clic sulla Sua pagina, e se qualcosa non va ancora, andiamo avanti.
letter-asked-by-itself = Questa domanda è stata inviata automaticamente; la risposta la leggerà una persona.

letter-new-link-subject = Un nuovo link alla Sua pagina
letter-new-link = Lei, o qualcuno che ha un vecchio link alla Sua pagina, ci ha chiesto un nuovo link. Si trova alla fine di questo messaggio e apre il Suo caso con il riferimento { $number }.
letter-new-link-nobody = Se non è stato Lei a chiederlo, non deve fare nulla: il nuovo link si trova solo in questo messaggio.
letter-new-link-by-itself = Questo messaggio è stato inviato automaticamente; la risposta la leggerà una persona.
