## Days and hours.

weekday = { $day ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
# 15:30
time = { $hour }:{ $minute }
# Tuesday 24 November, 17:00 (Oslo time); the zone is named, as nobody told us where the reader is.
date = { $weekday } { NUMBER($day) } { $month }, { $time } ({ $zone })
date-in-year = { $weekday } { NUMBER($day) } { $month } { $year }, { $time } ({ $zone })
# The time of a place; it comes from a list of zones in English.
zone = { $place } time
# Until when, after a full sentence such as "You will hear from us".
by-today = today by { $time } ({ $zone })
by-tomorrow = tomorrow by { $time } ({ $zone })
by-date = by { $date }
