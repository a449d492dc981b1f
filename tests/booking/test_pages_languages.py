"""Every booking page in the four languages: whole, sound, and without a word of another one."""

from datetime import timedelta

import pytest
import time_machine

from crm_app.appointments import links
from crm_app.booking.visit import slot_text
from crm_app.core import db
from crm_app.core.i18n import LOCALES
from crm_app.models import Appointment
from tests.booking.offices import HALF_HOUR, NINE, QUESTIONS, open_office, take
from tests.booking.visitor import Visitor, assert_sound

# Sentences of each step that no other language shares.
ENGLISH = (
    "Your details",
    "Book this appointment",
    "Choose another time",
    "free time",
    "What happens next",
    "Change the time",
    "Skip to the content",
    "Please check",
    "Cancel this appointment?",
    "Move the appointment",
    "too late",
    "was cancelled",
    "time zone",
)


def _pages(locale: str, clock: time_machine.Traveller) -> list[str]:
    """The text of every page that a visitor can come to, each checked to be sound."""
    calendar = open_office(form_fields=QUESTIONS, consent_text="!", description="!")
    address = f"/booking/{links.manage_token(take(calendar, NINE))}"
    visitor, seen = Visitor(), []

    def look(path: str, **params: str) -> None:
        visitor.open(path, lang=locale, **params)
        note()

    def note() -> None:
        assert visitor.page.get("lang") == locale
        assert visitor.status < 500
        assert_sound(visitor)
        seen.append(visitor.text)

    look("/cal/advice")
    look("/cal/advice/anna", day="2026-11-22")
    look("/cal/advice", choose="zone")
    look("/cal/advice", slot=slot_text(NINE + timedelta(minutes=5)))
    look("/cal/nothing")
    look("/cal/advice", slot=slot_text(NINE + HALF_HOUR))
    visitor.submit(email="nobody", phone="x", guests="x", note="x" * 4001, reply_by="x")
    note()
    for path in ("", "/cancel", "/reschedule"):
        look(address + path)
    look(f"{address}/reschedule", slot=slot_text(NINE + HALF_HOUR))
    look(address, news="booked")
    clock.move_to(NINE)
    look(address)
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, 1)
        row.status = "cancelled"  # type: ignore[assignment]
        session.add(row)
    look(address)
    return seen


@pytest.mark.parametrize("locale", LOCALES)
def test_cal6_every_page_speaks_the_visitors_language(
    lite: str, friday: time_machine.Traveller, locale: str
) -> None:
    text = "\n".join(_pages(locale, friday))
    for sentence in ENGLISH:
        assert (sentence in text) == (locale == "en"), sentence
    assert "{" not in text, "a placeholder was not filled in"
