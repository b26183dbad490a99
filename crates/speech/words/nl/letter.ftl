greeting-calls = whole
greeting = Beste { $name },
greeting-nobody = Goedendag,

letter-first-word = We hebben uw bericht ontvangen
letter-acknowledged = We hebben uw bericht ontvangen. { $by }
letter-read-by = Iemand leest het, en u krijgt persoonlijk antwoord, uiterlijk { $when }.
letter-read = Iemand leest het.
letter-number = Uw kenmerk is { $number }. Wilt u iets toevoegen, beantwoord dan dit bericht.
letter-by-itself = Dit eerste bericht is automatisch verstuurd; het volgende schrijft een mens.
letter-stands = Bekijk hoe het ermee staat, of antwoord daar:

letter-promise-kept = We hadden u beloofd: { $promised }. { $done }
letter-how-else = Waarmee kan ik u nog meer helpen?

promise-call = u bellen en vragen of het is opgelost
promise-word = u schrijven of bellen
promise-chosen = u geven wat u hebt gekozen: { $chosen }
promise-still-wrong = u schrijven over wat er nog niet klopt

letter-transfer = Ik geef uw klacht door aan { $to }. De reden: { $reason }. Daar kennen ze het hele verhaal (‘{ $problem }’), dus u hoeft niets te herhalen. U hoort van hen uiterlijk { $when }.
letter-person-of = { $name } ({ $team })
letter-direct-line = rechtstreeks nummer { $phone }

letter-fair = We willen dit samen met u goedmaken. Wat vindt u redelijk?
letter-fair-how = Antwoord in uw eigen woorden, hier of op uw pagina.
letter-suggest = Wat we voorstellen:
letter-suggest-choose = Wat we voorstellen, kies er een:
letter-something-else = Als iets anders redelijker is, vertel ons dan wat.
letter-choose-until = U kunt kiezen tot { $when }.
letter-withdrawn = We hebben ons voorstel ingetrokken. Ik schrijf u over wat we in plaats daarvan kunnen doen.

letter-solved = Is het hiermee opgelost? Uw antwoord beslist.
letter-solved-again = We schreven u over ‘{ $problem }’. Is het hiermee opgelost? Eén klik op uw pagina is genoeg, en als er nog iets niet klopt gaan we verder.
letter-asked-by-itself = Deze vraag is automatisch verstuurd; een mens leest uw antwoord.

letter-new-link-subject = Een nieuwe link naar uw pagina
letter-new-link = U, of iemand met een oude link naar uw pagina, heeft ons om een nieuwe gevraagd. Die staat aan het eind van dit bericht en opent uw zaak met kenmerk { $number }.
letter-new-link-nobody = Was u dat niet, dan hoeft u niets te doen: de nieuwe link staat alleen in dit bericht.
letter-new-link-by-itself = Dit bericht is automatisch verstuurd; een mens leest uw antwoord.
