"""The mails in four languages: the facts that each must state, in the reader's own form."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_app.appointments.mail import letters, timing, words
from crm_app.appointments.mail.occasion import INVITING, Kind, Occasion, Person
from crm_app.core.i18n import LOCALES
from crm_app.messaging.letter import as_html, as_text

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WRITERS = {
    "lead": (letters.for_lead, words.LEAD),
    "guest": (letters.for_guest, words.GUEST),
    "member": (letters.for_member, words.MEMBER),
}
EVERY = [(role, kind) for role, (_, table) in WRITERS.items() for kind in table]


def _occasion(kind: Kind, locale: str, **values: object) -> Occasion:
    defaults: dict[str, object] = {
        "kind": kind,
        "locale": locale,
        "time_zone": "Europe/Warsaw",
        "reader": "Rea Der",
        "title": "Contract talk",
        "starts_at": START,
        "ends_at": START + timedelta(minutes=30),
        "member": Person("Anna Arlt", "anna@team.example"),
        "lead": Person("Lea Lead", "lea@lead.example"),
        "team": "Tandem Team",
        "location": "https://meet.example/abc",
        "previous_member": "Ben Berg",
        "invites": kind in INVITING,
        "manage_url": "https://crm.example/booking/x",
        "calendar_url": "https://crm.example/cal/talk",
        "dashboard_url": "https://crm.example/calendar",
    }
    return Occasion(**{**defaults, **values})  # type: ignore[arg-type]


DAY = {
    "en": "Tuesday, November 24, 2026",
    "de": "Dienstag, 24. November 2026",
    "pl": "wtorek, 24 listopada 2026",
    "it": "martedì 24 novembre 2026",
}
HOURS = {
    "en": "10:00 – 10:30 AM",
    "de": "10:00–10:30 Uhr",
    "pl": "10:00–10:30",
    "it": "10:00–10:30",
}
ZONE = {
    "en": "Central European Time (UTC+1)",
    "de": "Mitteleuropäische Zeit (UTC+1)",
    "pl": "Czas środkowoeuropejski (UTC+1)",
    "it": "Ora dell’Europa centrale (UTC+1)",
}


def _plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("role", "kind"), EVERY)
def test_inv4_every_mail_says_when_in_the_readers_form(role: str, kind: Kind, locale: str) -> None:
    subject, letter = WRITERS[role][0](_occasion(kind, locale))
    for form in (as_text(letter), as_html(letter)):
        said = _plain(form)
        for wanted in (DAY[locale], HOURS[locale], ZONE[locale], "Contract talk", "Tandem Team"):
            assert _plain(wanted) in said
    assert "{" not in subject + as_text(letter)
    assert "\n" not in subject


@pytest.mark.parametrize("locale", [each for each in LOCALES if each != "en"])
@pytest.mark.parametrize(("role", "kind"), EVERY)
def test_no_mail_mixes_languages(role: str, kind: Kind, locale: str) -> None:
    _, english = WRITERS[role][0](_occasion(kind, "en"))
    _, letter = WRITERS[role][0](_occasion(kind, locale))
    assert letter.heading != english.heading
    assert not set(english.paragraphs) & set(letter.paragraphs)
    assert not set(english.closing) & set(letter.closing)


def test_cal8_all_words_differ() -> None:
    subjects = [chosen.subject for chosen in words.LEAD.values()]
    assert len(set(subjects)) == len(subjects)
    for kind in (Kind.NO_SHOW, Kind.SHOWED, Kind.INVALID):
        said = f"{words.LEAD[kind].subject} {words.LEAD[kind].heading} {words.LEAD[kind].opening}"
        assert "cancel" not in said.lower()


def test_a_name_in_braces_stays_as_it_is() -> None:
    subject, letter = letters.for_lead(
        _occasion(Kind.BOOKED, "de", title="{member} & <b>", reader="{x}")
    )
    assert "{member} & <b>" in subject
    assert "Guten Tag {x}," in as_text(letter)
    assert "{member} &amp; &lt;b&gt;" in as_html(letter)


def test_a_place_on_the_web_is_a_link_and_other_schemes_are_not() -> None:
    _, letter = letters.for_lead(_occasion(Kind.BOOKED, "en"))
    assert 'href="https://meet.example/abc"' in as_html(letter)
    _, letter = letters.for_lead(_occasion(Kind.BOOKED, "en", location="javascript:alert(1)"))
    assert 'href="javascript' not in as_html(letter)


def test_cal7_after_the_cut_off_nothing_offers_a_change() -> None:
    _, letter = letters.for_lead(_occasion(Kind.BOOKED, "en", changes_until=None))
    assert "cancel" not in as_text(letter).lower()
    _, letter = letters.for_lead(_occasion(Kind.BOOKED, "en", changes_until=START))
    assert "Change or cancel:\nhttps://crm.example/booking/x" in as_text(letter)


@pytest.mark.parametrize("zone", ["Nowhere/Atlantis", ""])
def test_an_unknown_zone_is_read_as_utc_and_says_so(zone: str) -> None:
    _, letter = letters.for_lead(_occasion(Kind.BOOKED, "en", time_zone=zone))
    assert "Time: 9:00 – 9:30 AM\nTime zone: UTC" in _spaces(as_text(letter))


def _spaces(text: str) -> str:
    return text.replace("\u2009", " ").replace("\u202f", " ").replace("\xa0", " ")


def test_an_end_on_another_day_bears_its_date() -> None:
    _, letter = letters.for_lead(_occasion(Kind.BOOKED, "de", ends_at=START + timedelta(hours=15)))
    assert "10:00 – 01:00, Mittwoch, 25. November 2026" in as_text(letter)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.BOOKED, START + HOUR),
        (Kind.REMINDER, START),
        (Kind.CANCELLED, START),
        (Kind.NO_SHOW, START + HOUR + timedelta(days=2)),
    ],
)
def test_when_a_mail_is_of_no_use_any_more(kind: Kind, expected: datetime) -> None:
    assert timing.last_use(kind, START, START + HOUR) == expected


def test_reminders_that_lie_ahead() -> None:
    now = START - timedelta(hours=2)
    assert timing.due_reminders(START, [1440, 60], now) == [(60, START - HOUR)]
    assert timing.is_overtaken(START, 1440, [1440, 60], START - HOUR)
    assert not timing.is_overtaken(START, 1440, [1440, 60], now)
    assert not timing.is_overtaken(START, 60, [1440, 60], START - HOUR)
