weekday = { $day ->
    [1] maandag
    [2] dinsdag
    [3] woensdag
    [4] donderdag
    [5] vrijdag
    [6] zaterdag
   *[7] zondag
}
month = { $month ->
    [1] januari
    [2] februari
    [3] maart
    [4] april
    [5] mei
    [6] juni
    [7] juli
    [8] augustus
    [9] september
    [10] oktober
    [11] november
   *[12] december
}
time = { $hour }:{ $minute } uur
date = { $weekday } { $day } { $month }, { $time } ({ $zone })
date-in-year = { $weekday } { $day } { $month } { $year }, { $time } ({ $zone })
zone = tijd in { $place ->
    [London] Londen
    [Paris] Parijs
    [Brussels] Brussel
    [Vienna] Wenen
    [Zurich] Zürich
    [Berlin] Berlijn
    [Lisbon] Lissabon
    [Copenhagen] Kopenhagen
    [Athens] Athene
    [Prague] Praag
    [Warsaw] Warschau
    [Moscow] Moskou
    [Luxembourg] Luxemburg
   *[other] { $place }
}
by-today = uiterlijk vandaag om { $time } ({ $zone })
by-tomorrow = uiterlijk morgen om { $time } ({ $zone })
by-date = uiterlijk { $date }
