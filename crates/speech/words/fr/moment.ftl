weekday = { $day ->
    [1] lundi
    [2] mardi
    [3] mercredi
    [4] jeudi
    [5] vendredi
    [6] samedi
   *[7] dimanche
}
month = { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
}
time = { $hour } h { $minute }
date = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
} { $month } à { $time } ({ $zone })
date-in-year = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year } à { $time } ({ $zone })
zone = heure locale : { $place ->
    [London] Londres
    [Brussels] Bruxelles
    [Vienna] Vienne
    [Copenhagen] Copenhague
    [Lisbon] Lisbonne
    [Athens] Athènes
    [Warsaw] Varsovie
    [Moscow] Moscou
    [Bucharest] Bucarest
   *[other] { $place }
}
by-today = aujourd’hui avant { $time } ({ $zone })
by-tomorrow = demain avant { $time } ({ $zone })
by-date = au plus tard le { $date }
