weekday = { $day ->
    [1] segunda-feira
    [2] terça-feira
    [3] quarta-feira
    [4] quinta-feira
    [5] sexta-feira
    [6] sábado
   *[7] domingo
}
month = { $month ->
    [1] janeiro
    [2] fevereiro
    [3] março
    [4] abril
    [5] maio
    [6] junho
    [7] julho
    [8] agosto
    [9] setembro
    [10] outubro
    [11] novembro
   *[12] dezembro
}
time = { $hour }:{ $minute }
date = { $weekday }, { $day ->
    [1] 1º
   *[other] { $day }
} de { $month }, às { $time } ({ $zone })
date-in-year = { $weekday }, { $day ->
    [1] 1º
   *[other] { $day }
} de { $month } de { $year }, às { $time } ({ $zone })
zone = hora de { $place ->
    [London] Londres
    [Brussels] Bruxelas
    [Vienna] Viena
    [Zurich] Zurique
    [Berlin] Berlim
    [Rome] Roma
    [Lisbon] Lisboa
    [Copenhagen] Copenhaga
    [Stockholm] Estocolmo
    [Athens] Atenas
    [Prague] Praga
    [Warsaw] Varsóvia
    [Moscow] Moscovo
    [Luxembourg] Luxemburgo
   *[other] { $place }
}
by-today = hoje até às { $time } ({ $zone })
by-tomorrow = amanhã até às { $time } ({ $zone })
by-date = até { $date }
