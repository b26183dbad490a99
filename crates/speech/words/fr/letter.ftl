greeting-calls = whole
greeting = Bonjour { $name },
greeting-nobody = Bonjour,

letter-first-word = Nous avons reçu votre message
letter-acknowledged = Nous avons bien reçu votre message. { $by }
letter-read-by = Une personne le lira, et vous aurez une réponse personnelle au plus tard le { $when }.
letter-read = Une personne le lira.
letter-number = Votre référence est { $number }. Pour ajouter quelque chose, répondez simplement à ce message.
letter-by-itself = Ce premier message a été envoyé automatiquement ; le prochain sera écrit par une personne.
letter-stands = Voyez où cela en est, ou répondez ici :

letter-promise-kept = Nous vous avions promis : { $promised }. { $done }
letter-how-else = Comment puis-je encore vous aider ?

promise-call = vous appeler pour savoir si c’est réglé
promise-word = vous écrire ou vous appeler
promise-chosen = vous donner ce que vous avez choisi : { $chosen }
promise-still-wrong = vous écrire au sujet de ce qui ne va pas encore

letter-transfer = Je transmets votre demande à { $to }. La raison : { $reason }. Toute l’histoire est entre leurs mains (« { $problem } »), vous n’aurez rien à répéter. Vous aurez de leurs nouvelles au plus tard le { $when }.
letter-person-of = { $name } ({ $team })
letter-direct-line = ligne directe { $phone }

letter-fair = Nous voulons arranger cela avec vous. Qu’est-ce qui vous semblerait juste ?
letter-fair-how = Répondez avec vos propres mots, ici ou sur votre page.
letter-suggest = Ce que nous proposons :
letter-suggest-choose = Ce que nous proposons, choisissez :
letter-something-else = Si autre chose était plus juste, dites-nous quoi.
letter-choose-until = Vous pouvez choisir jusqu’au { $when }.
letter-withdrawn = Nous avons retiré notre proposition. Je vous écrirai au sujet de ce que nous pouvons faire à la place.

letter-solved = Est-ce réglé ? C’est votre réponse qui décide.
letter-solved-again = Nous vous avons écrit au sujet de « { $problem } ». Est-ce réglé ? Un clic sur votre page suffit, et si quelque chose ne va pas encore, nous continuons.
letter-asked-by-itself = Cette question a été envoyée automatiquement ; une personne lira votre réponse.

letter-new-link-subject = Un nouveau lien vers votre page
letter-new-link = Vous, ou une personne qui a un ancien lien vers votre page, nous avez demandé un nouveau lien. Il se trouve à la fin de ce message et ouvre votre demande sous la référence { $number }.
letter-new-link-nobody = Si ce n’était pas vous, vous n’avez rien à faire : le nouveau lien ne se trouve que dans ce message.
letter-new-link-by-itself = Ce message a été envoyé automatiquement ; une personne lira votre réponse.
