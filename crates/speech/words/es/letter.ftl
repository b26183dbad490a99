greeting-calls = whole
greeting = Buenos días, { $name }:
greeting-nobody = Buenos días:

letter-first-word = Hemos recibido su mensaje
letter-acknowledged = Hemos recibido su mensaje. { $by }
letter-read-by = Lo leerá una persona, y tendrá una respuesta personal a más tardar el { $when }.
letter-read = Lo leerá una persona.
letter-number = Su referencia es { $number }. Si quiere añadir algo, responda a este mensaje.
letter-by-itself = Este primer mensaje se ha enviado automáticamente; el siguiente lo escribirá una persona.
letter-stands = Vea cómo va, o responda aquí:

letter-promise-kept = Le prometimos esto: { $promised }. { $done }
letter-how-else = ¿En qué más puedo ayudarle?

promise-call = llamarle y preguntar si está resuelto
promise-word = escribirle o llamarle
promise-chosen = darle lo que eligió: { $chosen }
promise-still-wrong = escribirle sobre lo que sigue mal

letter-transfer = Paso su caso a { $to }. El motivo: { $reason }. Allí tienen toda la historia («{ $problem }»), así que no tendrá que repetirla. Tendrá noticias suyas a más tardar el { $when }.
letter-person-of = { $name } ({ $team })
letter-direct-line = línea directa { $phone }

letter-fair = Queremos arreglarlo con usted. ¿Qué le parecería justo?
letter-fair-how = Responda con sus propias palabras, aquí o en su página.
letter-suggest = Lo que proponemos:
letter-suggest-choose = Lo que proponemos, elija una opción:
letter-something-else = Si otra cosa fuera más justa, díganos cuál.
letter-choose-until = Puede elegir hasta el { $when }.
letter-withdrawn = Hemos retirado nuestra propuesta. Le escribiré sobre lo que podemos hacer en su lugar.

letter-solved = ¿Está resuelto? Su respuesta decide.
letter-solved-again = Le escribimos sobre «{ $problem }». ¿Está resuelto? Basta con pulsar una vez en su página, y si algo sigue mal, continuamos.
letter-asked-by-itself = Esta pregunta se ha enviado automáticamente; su respuesta la leerá una persona.

letter-new-link-subject = Un enlace nuevo a su página
letter-new-link = Usted, o alguien que tiene un enlace antiguo a su página, nos ha pedido uno nuevo. Está al final de este mensaje y abre su caso con la referencia { $number }.
letter-new-link-nobody = Si no ha sido usted, no tiene que hacer nada: el enlace nuevo está solo en este mensaje.
letter-new-link-by-itself = Este mensaje se ha enviado automáticamente; su respuesta la leerá una persona.
