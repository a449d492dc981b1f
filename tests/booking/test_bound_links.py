"""Links that are bound to a contact: the form knows him, and the appointment becomes his (CAL-7)."""

from datetime import timedelta

import time_machine
from sqlmodel import select

from crm_app import models
from crm_app.booking import bound
from crm_app.booking.visit import slot_text
from crm_app.contacts import queries
from crm_app.core import db
from tests import factories
from tests.booking.offices import NINE, appointments, open_office
from tests.booking.visitor import Visitor

Clock = time_machine.Traveller
PAGE = "/cal/advice/kate"


def _lead(email: str = "") -> int:
    with db.unit_of_work() as session:
        return factories.contact(session, name="Zoë Nowak", email=email).id or 0


def _open(contact_id: int) -> Visitor:
    """The form behind a bound link, reached as a visitor reaches it: over the picker."""
    visitor = Visitor().open(bound.bind(PAGE, contact_id))
    return visitor.follow(".days .free a", 1).follow(".slot")


def _owner_of_first(session_email: str) -> list[int | None]:
    with db.reading() as session:
        rows = session.exec(
            select(models.ContactEmail.contact_id).where(models.ContactEmail.key == session_email)
        )
        return list(rows)


def test_cal7_a_bound_link_fills_the_form_and_books_for_its_contact(
    database: str, friday: Clock
) -> None:
    open_office()
    lead = _lead("zoe@example.com")
    visitor = _open(lead)
    friday.shift(timedelta(seconds=5))
    assert visitor.control("Your name").get("value") == "Zoë Nowak"
    visitor.submit(email="private@example.com")
    (made,) = appointments()
    assert made.contact_id == lead
    assert made.lead_email == "private@example.com"
    # The address on record stays; what he typed is on the timeline.
    assert _owner_of_first("private@example.com") == []


def test_cal7_a_contact_without_an_address_gets_the_one_he_books_with(
    database: str, friday: Clock
) -> None:
    open_office()
    lead = _lead()
    visitor = _open(lead)
    friday.shift(timedelta(seconds=5))
    visitor.submit(email="zoe@example.com")
    (made,) = appointments()
    assert made.contact_id == lead
    with db.reading() as session:
        contact = session.get_one(models.Contact, lead)
        assert [row.address for row in queries.emails_of(session, contact)] == ["zoe@example.com"]


def test_cal7_a_link_that_was_passed_on_books_for_whoever_has_the_address(
    lite: str, friday: Clock
) -> None:
    open_office()
    lead, other = _lead("zoe@example.com"), _lead("ben@example.com")
    visitor = _open(lead)
    friday.shift(timedelta(seconds=5))
    visitor.submit(name="Ben", email="Ben@Example.com")
    (made,) = appointments()
    assert made.contact_id == other


def test_cal7_a_forged_or_stale_link_is_for_nobody(lite: str, friday: Clock) -> None:
    open_office()
    lead = _lead("zoe@example.com")
    for token in (f"{lead}.forged", "x" * 400, '"><script>'):
        page = Visitor().open(PAGE, slot=slot_text(NINE), **{"for": token})
        assert page.status == 200
        assert page.control("Your name").get("value") in (None, "")
        assert "script>" not in page.url
    with db.unit_of_work() as session:
        contact = session.get_one(models.Contact, lead)
        contact.deleted_at = NINE
        session.add(contact)
    assert _open(lead).control("Your name").get("value") in (None, "")
