weekday = { $day ->
    [1] lunes
    [2] martes
    [3] miércoles
    [4] jueves
    [5] viernes
    [6] sábado
   *[7] domingo
}
month = { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
}
time = { $hour }:{ $minute }
date = { $weekday } { $day } de { $month }, { $time } h ({ $zone })
date-in-year = { $weekday } { $day } de { $month } de { $year }, { $time } h ({ $zone })
zone = hora de { $place ->
    [London] Londres
    [Paris] París
    [Brussels] Bruselas
    [Vienna] Viena
    [Zurich] Zúrich
    [Berlin] Berlín
    [Rome] Roma
    [Lisbon] Lisboa
    [Copenhagen] Copenhague
    [Stockholm] Estocolmo
    [Athens] Atenas
    [Prague] Praga
    [Warsaw] Varsovia
    [Moscow] Moscú
   *[other] { $place }
}
by-today = hoy antes de las { $time } h ({ $zone })
by-tomorrow = mañana antes de las { $time } h ({ $zone })
by-date = a más tardar el { $date }
