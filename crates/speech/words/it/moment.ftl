weekday = { $day ->
    [1] lunedì
    [2] martedì
    [3] mercoledì
    [4] giovedì
    [5] venerdì
    [6] sabato
   *[7] domenica
}
month = { $month ->
    [1] gennaio
    [2] febbraio
    [3] marzo
    [4] aprile
    [5] maggio
    [6] giugno
    [7] luglio
    [8] agosto
    [9] settembre
    [10] ottobre
    [11] novembre
   *[12] dicembre
}
time = { $hour }:{ $minute }
date = { $weekday } { $day ->
    [1] 1º
   *[other] { $day }
} { $month }, ore { $time } ({ $zone })
date-in-year = { $weekday } { $day ->
    [1] 1º
   *[other] { $day }
} { $month } { $year }, ore { $time } ({ $zone })
zone = ora di { $place ->
    [London] Londra
    [Paris] Parigi
    [Brussels] Bruxelles
    [Vienna] Vienna
    [Zurich] Zurigo
    [Berlin] Berlino
    [Rome] Roma
    [Lisbon] Lisbona
    [Copenhagen] Copenaghen
    [Stockholm] Stoccolma
    [Athens] Atene
    [Prague] Praga
    [Warsaw] Varsavia
    [Moscow] Mosca
   *[other] { $place }
}
by-today = oggi entro le ore { $time } ({ $zone })
by-tomorrow = domani entro le ore { $time } ({ $zone })
by-date = entro { $date }
