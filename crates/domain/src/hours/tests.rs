//! What people may rely on when they read "within four business hours".

use super::*;
use crate::words::Words;
use jiff::civil::date;
use proptest::prelude::*;

const ZONES: [&str; 6] = [
    "Europe/Oslo",
    "America/New_York",
    "Pacific/Auckland",
    "Asia/Kathmandu",
    "America/Havana",
    "Australia/Lord_Howe",
];

fn opening(text: &str) -> Opening {
    text.parse().unwrap()
}

fn office(zone: &str) -> Hours {
    let day = [opening("09:00-12:00"), opening("13:00-17:00")];
    Hours::new(zone, Week::working_days(&day), vec![]).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn oslo(text: &str) -> Timestamp {
    text.parse::<DateTime>().unwrap().in_tz("Europe/Oslo").unwrap().timestamp()
}

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

#[test]
fn friday_afternoon_runs_on_into_monday() {
    let due = office("Europe/Oslo").add(oslo("2026-09-18T16:00"), hours(4));
    assert_eq!(due, oslo("2026-09-21T12:00"));
}

#[test]
fn what_ends_at_closing_is_due_at_closing() {
    let due = office("Europe/Oslo").add(oslo("2026-09-18T16:00"), hours(1));
    assert_eq!(due, oslo("2026-09-18T17:00"));
}

#[test]
fn lunch_is_closed_and_the_moment_of_closing_too() {
    let office = office("Europe/Oslo");
    assert!(office.is_open(oslo("2026-09-18T09:00")));
    assert!(!office.is_open(oslo("2026-09-18T12:00")));
    assert_eq!(office.next_opening(oslo("2026-09-18T12:00")), Some(oslo("2026-09-18T13:00")));
    assert_eq!(office.next_opening(oslo("2026-09-18T10:00")), Some(oslo("2026-09-18T10:00")));
    assert_eq!(office.next_opening(oslo("2026-09-18T17:00")), Some(oslo("2026-09-21T09:00")));
}

#[test]
fn a_holiday_closes_or_shortens_its_day() {
    let eve = Holiday {
        date: date(2026, 12, 24),
        name: Words::new("Christmas Eve", 50).ok(),
        open: vec![opening("09:00-11:00")],
    };
    let day = Holiday { date: date(2026, 12, 25), name: None, open: vec![] };
    let week = Week::working_days(&[opening("09:00-17:00")]);
    let office = Hours::new("Europe/Oslo", week, vec![eve, day]).unwrap();
    assert_eq!(office.add(oslo("2026-12-24T10:00"), hours(2)), oslo("2026-12-28T10:00"));
    assert_eq!(office.close_of_day(oslo("2026-12-23T12:00"), 2), Some(oslo("2026-12-28T17:00")));
}

#[test]
fn the_night_shift_before_a_holiday_ends_as_usual() {
    let night = [opening("22:00-06:00")];
    let holiday = Holiday { date: date(2026, 12, 25), name: None, open: vec![] };
    let office = Hours::new("Europe/Oslo", Week::working_days(&night), vec![holiday]).unwrap();
    assert!(office.is_open(oslo("2026-12-25T05:59")));
    assert!(!office.is_open(oslo("2026-12-25T22:30")));
    assert_eq!(office.add(oslo("2026-12-24T22:00"), hours(9)), oslo("2026-12-28T23:00"));
}

#[test]
fn business_days_are_counted_from_the_day_after() {
    let office = office("Europe/Oslo");
    let friday_night = oslo("2026-09-18T23:00");
    assert_eq!(office.close_of_day(friday_night, 0), Some(oslo("2026-09-21T17:00")));
    assert_eq!(office.close_of_day(friday_night, 1), Some(oslo("2026-09-21T17:00")));
    assert_eq!(office.close_of_day(oslo("2026-09-18T08:00"), 0), Some(oslo("2026-09-18T17:00")));
    assert_eq!(office.close_of_day(oslo("2026-09-18T08:00"), 3), Some(oslo("2026-09-23T17:00")));
}

#[test]
fn the_night_the_clocks_change_is_an_hour_shorter_or_longer() {
    let mut week = Week::default();
    week.sunday.push(opening("00:00-06:00"));
    for (zone, spring, autumn) in [
        ("Europe/Oslo", date(2026, 3, 29), date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8), date(2026, 11, 1)),
        ("Pacific/Auckland", date(2026, 9, 27), date(2026, 4, 5)),
    ] {
        let night = Hours::new(zone, week.clone(), vec![]).unwrap();
        let length = |date: Date| {
            let noon = |date: Date| date.at(12, 0, 0, 0).in_tz(zone).unwrap().timestamp();
            night.between(noon(date.yesterday().unwrap()), noon(date))
        };
        assert_eq!(length(spring), hours(5), "{zone}");
        assert_eq!(length(autumn), hours(7), "{zone}");
    }
}

#[test]
fn an_opening_inside_the_missing_hour_is_no_open_time() {
    let mut week = Week::default();
    week.sunday.push(opening("02:15-02:45"));
    week.sunday.push(opening("02:30-03:30"));
    let odd = Hours::new("Europe/Oslo", week, vec![]).unwrap();
    let spring = odd.spans(at("2026-03-28T12:00:00Z")).next().unwrap();
    assert_eq!(spring.from, at("2026-03-29T01:00:00Z"));
    assert_eq!(spring.until, at("2026-03-29T01:30:00Z"));
}

#[test]
fn an_opening_in_the_repeated_hour_happens_once() {
    let mut week = Week::default();
    week.sunday.push(opening("02:15-02:45"));
    let odd = Hours::new("Europe/Oslo", week, vec![]).unwrap();
    let autumn = odd.between(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"));
    assert_eq!(autumn, SignedDuration::from_mins(30));
    assert!(odd.is_open(at("2026-10-25T00:30:00Z")));
    assert!(!odd.is_open(at("2026-10-25T01:30:00Z")));
}

#[test]
fn hours_that_never_open_are_refused() {
    assert_eq!(Hours::new("UTC", Week::default(), vec![]), Err(HoursRefused::NeverOpen));
    let json = r#"{"zone":"UTC","week":{}}"#;
    assert!(serde_json::from_str::<Hours>(json).is_err());
    let week = Week::always();
    let nowhere = Hours::new("Europe/Atlantis", week, vec![]);
    assert_eq!(nowhere, Err(HoursRefused::UnknownZone("Europe/Atlantis".into())));
}

#[test]
fn hours_read_back_from_json_as_they_were() {
    let json = r#"{"zone":"Europe/Oslo","week":{"monday":["09:00-17:00"],"friday":["22:00-06:00"]},"holidays":[{"date":"2026-12-25","name":"Christmas Day"}]}"#;
    let hours: Hours = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&hours).unwrap(), json);
    let always = serde_json::to_string(&Hours::always()).unwrap();
    assert_eq!(serde_json::from_str::<Hours>(&always).unwrap(), Hours::always());
}

#[test]
fn the_ends_of_time_are_answered_without_searching_on() {
    let office = office("Asia/Kathmandu");
    assert_eq!(office.add(Timestamp::MAX, hours(1)), Timestamp::MAX);
    assert_eq!(office.add(at("2026-01-01T00:00:00Z"), SignedDuration::MAX), Timestamp::MAX);
    assert!(!office.is_open(Timestamp::MIN));
    assert_eq!(office.next_opening(Timestamp::MAX), None);
    assert_eq!(office.close_of_day(Timestamp::MAX, 5), None);
    let once =
        Hours::new("UTC", Week { monday: vec![opening("00:00-00:01")], ..Week::default() }, vec![]);
    let hundred_years = SignedDuration::from_mins(52 * 101);
    assert_eq!(once.unwrap().add(at("2026-01-01T00:00:00Z"), hundred_years), Timestamp::MAX);
    assert_eq!(Hours::always().add(Timestamp::MAX, hours(1)), Timestamp::MAX);
}

/// Moments from 2020 to 2032, about half of them within days of a change of clocks.
fn moments() -> impl Strategy<Value = Timestamp> {
    let near = prop::sample::select(vec![
        "2026-03-08T07:00:00Z",
        "2026-03-29T01:00:00Z",
        "2026-04-04T14:00:00Z",
        "2026-09-26T14:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-11-01T06:00:00Z",
        "2026-10-03T15:30:00Z",
        "2026-04-04T15:00:00Z",
        "2026-03-08T05:00:00Z",
    ]);
    let close = (near, -300_000i64..300_000)
        .prop_map(|(change, s)| at(change) + SignedDuration::from_secs(s));
    let any = (1_577_836_800i64..1_956_528_000).prop_map(|s| Timestamp::from_second(s).unwrap());
    prop_oneof![close, any]
}

fn openings() -> impl Strategy<Value = Vec<Opening>> {
    let one = (0u16..1440, 90u16..1440).prop_map(|(from, length)| {
        let until = (from + length) % 1440;
        opening(&format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60))
    });
    prop::collection::vec(one, 0..3)
}

fn calendars() -> impl Strategy<Value = Hours> {
    let week = (openings(), openings(), openings(), openings()).prop_map(
        |(monday, wednesday, saturday, sunday)| Week {
            monday,
            wednesday,
            saturday,
            sunday,
            ..Week::default()
        },
    );
    let holidays = prop::collection::btree_map(0i64..60, openings(), 0..4);
    (prop::sample::select(ZONES.to_vec()), week, holidays).prop_filter_map(
        "closed all week",
        |(zone, week, holidays)| {
            let day = |(n, open): (i64, _)| Holiday {
                date: date(2026, 3, 1).checked_add(n.days()).unwrap(),
                name: None,
                open,
            };
            Hours::new(zone, week, holidays.into_iter().map(day).collect()).ok()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn open_time_added_is_the_open_time_between(
        hours in calendars(), start in moments(), minutes in 0i64..4_000)
    {
        let open = SignedDuration::from_mins(minutes);
        let due = hours.add(start, open);
        prop_assert!(due >= start);
        prop_assert_eq!(hours.between(start, due), open);
        prop_assert_eq!(hours.between(due, start), -open);
    }

    #[test]
    fn due_is_the_first_moment_by_which_the_time_has_passed(
        hours in calendars(), start in moments(), minutes in 1i64..4_000)
    {
        let open = SignedDuration::from_mins(minutes);
        let just_before = hours.add(start, open) - SignedDuration::from_millis(1);
        prop_assert!(hours.between(start, just_before) < open);
        prop_assert!(hours.is_open(just_before));
    }

    #[test]
    fn more_time_is_never_due_earlier(
        hours in calendars(), start in moments(), later in 0i64..100_000,
        few in 0i64..3_000, more in 0i64..3_000)
    {
        let open = SignedDuration::from_mins(few);
        let longer = open + SignedDuration::from_mins(more);
        prop_assert!(hours.add(start, open) <= hours.add(start, longer));
        let later = start + SignedDuration::from_secs(later);
        prop_assert!(hours.add(start, open) <= hours.add(later, open));
    }

    #[test]
    fn two_waits_are_one_long_wait(
        hours in calendars(), start in moments(), a in 0i64..3_000, b in 0i64..3_000)
    {
        let (a, b) = (SignedDuration::from_mins(a), SignedDuration::from_mins(b));
        prop_assert_eq!(hours.add(hours.add(start, a), b), hours.add(start, a + b));
    }

    #[test]
    fn open_time_of_parts_adds_up(
        hours in calendars(), a in moments(), b in moments(), c in moments())
    {
        prop_assert_eq!(hours.between(a, b) + hours.between(b, c), hours.between(a, c));
        prop_assert!(hours.between(a, b).abs() <= a.duration_until(b).abs());
    }

    #[test]
    fn always_open_is_plain_time(start in moments(), end in moments(), zone in 0usize..6) {
        let wait = start.duration_until(end).abs();
        let week = serde_json::from_str(&serde_json::to_string(&Week::always()).unwrap()).unwrap();
        let here = Hours::new(ZONES[zone], week, vec![]).unwrap();
        for hours in [Hours::always(), here] {
            prop_assert!(hours.is_open(start));
            prop_assert_eq!(hours.add(start, wait), start + wait);
            prop_assert_eq!(hours.between(start, end), start.duration_until(end));
        }
    }

    #[test]
    fn days_of_full_opening_leave_no_hole_between_them(start in moments(), zone in 0usize..6) {
        // One holiday far away keeps the calendar from being taken for plain time.
        let far = Holiday { date: date(2050, 1, 1), name: None, open: vec![] };
        let hours = Hours::new(ZONES[zone], Week::always(), vec![far]).unwrap();
        let wait = SignedDuration::from_hours(24 * 9);
        prop_assert_eq!(hours.add(start, wait), start + wait);
    }

    #[test]
    fn the_next_opening_is_open_and_nothing_before_it_is(
        hours in calendars(), start in moments())
    {
        let next = hours.next_opening(start).unwrap();
        prop_assert!(hours.is_open(next));
        prop_assert_eq!(hours.between(start, next), SignedDuration::ZERO);
    }

    #[test]
    fn a_wall_clock_in_working_hours_is_open(start in moments(), zone in 0usize..6) {
        let office = office(ZONES[zone]);
        let local = office.zone().to_datetime(start);
        let working = (1..=5).contains(&local.weekday().to_monday_one_offset());
        let expected = working && matches!(local.hour(), 9..=11 | 13..=16);
        prop_assert_eq!(office.is_open(start), expected);
    }
}
