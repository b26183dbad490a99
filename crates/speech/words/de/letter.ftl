greeting-calls = whole
greeting = Guten Tag { $name },
greeting-nobody = Guten Tag,

letter-first-word = Ihre Nachricht ist bei uns
letter-acknowledged = Ihre Nachricht ist bei uns angekommen. { $by }
letter-read-by = Jemand liest sie, und Sie hören persönlich von uns bis { $when }.
letter-read = Jemand liest sie.
letter-number = Ihr Aktenzeichen ist { $number }. Wenn Sie etwas ergänzen möchten, antworten Sie einfach auf dieses Schreiben.
letter-by-itself = Diese erste Nachricht wurde automatisch gesendet; die nächste schreibt ein Mensch.
letter-stands = Sehen Sie, wie weit es ist, oder antworten Sie dort:

letter-promise-kept = wir hatten Ihnen zugesagt: { $promised }. { $done }
letter-how-else = Wie kann ich sonst noch helfen?

promise-call = Sie anrufen und fragen, ob es damit gelöst ist
promise-word = Ihnen schreiben oder Sie anrufen
promise-chosen = Ihnen geben, was Sie gewählt haben: { $chosen }
promise-still-wrong = Ihnen schreiben, wie es mit dem weitergeht, was noch nicht stimmt

letter-transfer = ich gebe Ihr Anliegen weiter an { $to }. Der Grund: { $reason }. Dort liegt alles vor („{ $problem }“), Sie müssen nichts wiederholen. Sie hören von dort bis { $when }.
letter-person-of = { $name } ({ $team })
letter-direct-line = Durchwahl { $phone }

letter-fair = wir möchten das gemeinsam mit Ihnen in Ordnung bringen. Was wäre aus Ihrer Sicht fair?
letter-fair-how = Antworten Sie in Ihren eigenen Worten, hier oder auf Ihrer Seite.
letter-suggest = Was wir vorschlagen:
letter-suggest-choose = Was wir vorschlagen, wählen Sie eines:
letter-something-else = Wenn etwas anderes fairer wäre, sagen Sie uns, was.
letter-choose-until = Sie können sich bis { $when } entscheiden.
letter-withdrawn = wir haben unseren Vorschlag zurückgenommen. Ich schreibe Ihnen, was wir stattdessen tun können.

letter-solved = Ist es damit gelöst? Ihre Antwort entscheidet.
letter-solved-again = wir haben Ihnen zu „{ $problem }“ geschrieben. Ist es damit gelöst? Ein Klick auf Ihrer Seite genügt, und wenn noch etwas nicht stimmt, machen wir weiter.
letter-asked-by-itself = Diese Frage wurde automatisch gesendet; eine Antwort liest ein Mensch.

letter-new-link-subject = Ein neuer Link zu Ihrer Seite
letter-new-link = Sie oder jemand mit einem alten Link zu Ihrer Seite hat uns um einen neuen gebeten. Er steht am Ende dieses Schreibens und führt zu Ihrem Anliegen mit dem Aktenzeichen { $number }.
letter-new-link-nobody = Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Der neue Link steht nur in diesem Schreiben.
letter-new-link-by-itself = Dieses Schreiben wurde automatisch gesendet; eine Antwort darauf liest ein Mensch.
