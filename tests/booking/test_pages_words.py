"""Days, times, zones and addresses as visitors read and type them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from babel import Locale

from crm_app.booking import visit, when, zones

AT = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


def _visit(query: dict[str, str], **more: object) -> visit.Visit:
    defaults = {"accept_language": None, "home_locale": "en", "home_zone": "Europe/Berlin"}
    return visit.read("/cal/x", query, **{**defaults, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("locale", "zone", "day", "clock", "month"),
    [
        ("de", "Europe/Berlin", "Dienstag, 24. November", "14:30–15:00", "November 2026"),
        ("pl", "Europe/Warsaw", "Wtorek, 24 listopada", "14:30–15:00", "Listopad 2026"),
        ("it", "Europe/Rome", "Martedì 24 novembre", "14:30–15:00", "Novembre 2026"),
        ("en", "Europe/London", "Tuesday, 24 November", "13:30–14:00", "November 2026"),
        (
            "en",
            "America/New_York",
            "Tuesday, November 24",
            "8:30\u202fAM – 9:00\u202fAM",
            "November 2026",
        ),
    ],
)
def test_cal6_times_read_as_at_home(
    locale: str, zone: str, day: str, clock: str, month: str
) -> None:
    formats = when.formats(locale, None, zone)
    assert when.long_day(when.local_day(AT, zone), formats) == day
    assert when.clock_span(AT, AT + timedelta(minutes=30), zone, formats) == clock
    assert when.month_name(date(2026, 11, 1), formats) == month


@pytest.mark.parametrize(
    ("header", "zone", "expected"),
    [
        ("en-GB,en;q=0.9", "America/New_York", "en_GB"),
        ("en-US", "Europe/Berlin", "en_US"),
        ("en-XX", "Europe/Berlin", "en_GB"),
        ("en-zz;q=nonsense" * 200, "America/Chicago", "en_US"),
        (None, "Pacific/Honolulu", "en_US"),
    ],
)
def test_cal6_english_takes_its_region_from_the_browser(
    header: str | None, zone: str, expected: str
) -> None:
    assert str(when.formats("en", header, zone)) == expected


def test_cal6_weeks_begin_where_they_do() -> None:
    assert when.weekday_names(Locale.parse("en_US"))[0] == "Sun"
    assert when.weekday_names(Locale.parse("de"))[0] == "Mo"
    assert when.column_of(date(2026, 11, 22), Locale.parse("en_US")) == 0
    assert when.column_of(date(2026, 11, 22), Locale.parse("de")) == 6


@pytest.mark.parametrize(
    ("zone", "at", "offset"),
    [
        ("Europe/Berlin", AT, "UTC+1"),
        ("Europe/Berlin", datetime(2026, 7, 1, tzinfo=UTC), "UTC+2"),
        ("Asia/Kolkata", AT, "UTC+5:30"),
        ("America/St_Johns", AT, "UTC−3:30"),
        ("Europe/London", AT, "UTC"),
    ],
)
def test_cal3_offsets_are_those_of_the_day(zone: str, at: datetime, offset: str) -> None:
    assert when.offset(at, zone) == offset


def test_cal3_times_that_a_clock_change_repeats_are_told_apart() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    both = [first, first + timedelta(hours=1), first + timedelta(hours=2)]
    formats = Locale.parse("de")
    assert when.distinct_times(both, "Europe/Berlin", formats) == [
        "02:30 (UTC+2)",
        "02:30 (UTC+1)",
        "03:30",
    ]


def test_cal6_zones_have_names_in_the_visitors_language() -> None:
    german = Locale.parse("de")
    assert when.zone_name("Europe/Warsaw", AT, german) == "Mitteleuropäische Zeit (UTC+1)"
    assert when.city("Europe/Warsaw", german) == "Warschau"
    assert when.city("America/Argentina/Buenos_Aires", german) == "Buenos Aires, Argentina"
    assert when.city("America/Indiana/Knox", german) == "Knox, Indiana"
    assert when.zone_name("UTC", AT, german) == when.city("Etc/UTC", german) == "UTC"


@pytest.mark.parametrize("locale", ["en_GB", "de", "pl", "it"])
def test_cal6_every_listed_zone_can_be_chosen_and_named(locale: str) -> None:
    formats = Locale.parse(locale)
    groups = zones.grouped(locale[:2], formats, at=AT)
    places = [place for _, places in groups for place in places]
    assert len(places) > 400
    assert all(zones.is_zone(place.zone) for place in places)
    assert groups[0][0] == str(formats.territories["150"])
    for place in places:
        assert when.zone_name(place.zone, AT, formats)


@pytest.mark.parametrize(
    "query",
    [
        {"month": "2026-13"},
        {"month": "2026-1"},
        {"month": "1026-01"},
        {"day": "2026-02-30"},
        {"day": "20261124"},
        {"day": "2026-11-24T00:00"},
        {"day": "２０２６-11-24"},
        {"slot": "2026-11-24T09:00"},
        {"slot": "2026-11-24T09:00+01:00"},
        {"slot": "2026-11-24T25:00Z"},
        {"slot": "2026-11-24T09:00Z'--"},
        {"slot": "9" * 5000},
    ],
)
def test_q1_what_does_not_parse_is_as_if_it_were_not_there(query: dict[str, str]) -> None:
    seen = _visit(query)
    assert (seen.month, seen.day, seen.slot) == (None, None, None)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "localtime", "", "europe"])
def test_q1_only_zones_that_exist(zone: str) -> None:
    seen = _visit({"tz": zone})
    assert seen.zone == "Europe/Berlin"
    assert seen.guessed_zone


def test_cal6_old_zone_names_of_browsers_are_taken() -> None:
    assert _visit({"tz": "Asia/Calcutta"}).zone == "Asia/Calcutta"


def test_cal6_language_is_chosen_else_the_browsers_else_the_teams() -> None:
    assert _visit({"lang": "pl"}, accept_language="de").locale == "pl"
    assert _visit({"lang": "xx"}, accept_language="fr, de;q=0.5").locale == "de"
    assert _visit({}, accept_language="fr", home_locale="it").locale == "it"
    assert _visit({}, accept_language="de", home_locale="it", settled=True).locale == "it"


def test_cal6_links_carry_on_what_was_chosen_and_nothing_else() -> None:
    seen = _visit({"tz": "Asia/Tokyo", "lang": "de", "embed": "1", "evil": "<x>", "month": "x"})
    assert seen.address(day="2026-11-24") == (
        "/cal/x?day=2026-11-24&lang=de&tz=Asia%2FTokyo&embed=1"
    )
    assert seen.languages()["pl"] == "/cal/x?lang=pl&tz=Asia%2FTokyo&embed=1"


def test_cal6_what_an_address_says_is_read_back() -> None:
    seen = _visit({"slot": visit.slot_text(AT), "day": "2026-11-24", "month": "2026-11"})
    assert (seen.slot, seen.day, seen.month) == (AT, date(2026, 11, 24), date(2026, 11, 1))
    assert _visit(dict(seen.shown())).shown() == seen.shown()  # type: ignore[arg-type]
