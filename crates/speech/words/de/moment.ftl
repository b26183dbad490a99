weekday = { $day ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}
month = { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}
time = { $hour }:{ $minute } Uhr
date = { $weekday }, { $day }. { $month }, { $time } ({ $zone })
date-in-year = { $weekday }, { $day }. { $month } { $year }, { $time } ({ $zone })
zone = Zeit in { $place ->
    [Vienna] Wien
    [Zurich] Zürich
    [Brussels] Brüssel
    [Copenhagen] Kopenhagen
    [Rome] Rom
    [Lisbon] Lissabon
    [Athens] Athen
    [Prague] Prag
    [Warsaw] Warschau
    [Moscow] Moskau
    [Bucharest] Bukarest
    [Luxembourg] Luxemburg
   *[other] { $place }
}
by-today = heute bis { $time } ({ $zone })
by-tomorrow = morgen bis { $time } ({ $zone })
by-date = bis { $date }
