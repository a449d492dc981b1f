"""Forms as a visitor without JavaScript sends them, and all that follows from it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import col, select

from crm_app import models
from crm_app.booking import bound
from crm_app.campaigns.forms import layout, service
from crm_app.contacts import queries
from crm_app.contacts import service as contacts_service
from crm_app.core import db
from crm_app.core.access import system
from tests import factories
from tests.booking.offices import open_office
from tests.booking.visitor import assert_sound
from tests.campaigns.forms.laid import EMAIL, NAME, TYPED, laid_out
from tests.campaigns.forms.made import Guest, contacts, published, submissions

Clock = time_machine.Traveller
PHONE = {"id": "f3", "kind": "phone", "label": "Phone", "maps_to": "phone"}
ROOF = {"id": "f4", "kind": "choice", "label": "Roof", "choices": ["Flat", "Steep"]}
TOPICS = {
    "id": "f5",
    "kind": "choices",
    "label": "Topics",
    "choices": ["Sun", "Wind", "Heat"],
    "maps_to": "tag",
}
AGREE = {"id": "f6", "kind": "consent", "label": "Use my data.", "required": True}
AREA = {
    "id": "f7",
    "kind": "number",
    "label": "Area",
    "maps_to": "custom.Area",
    "required": True,
    "show_if": {"field": "f4", "op": "is", "value": "Flat"},
}


def _open(
    clock: Clock, guest: Guest | None = None, path: str = "/f/ask-us", **params: str
) -> Guest:
    """The form, long enough after it was opened."""
    guest = (guest or Guest()).open(path, **params)
    clock.shift(timedelta(seconds=5))
    return guest


def test_frm1_from_the_link_to_the_thank_you(database: str, friday: Clock) -> None:
    form = published(
        laid_out(
            [NAME, EMAIL, PHONE, ROOF, TOPICS, AGREE],
            after={"kind": "message", "text": "Talk soon."},
            tags=["Fair"],
        )
    )
    guest = _open(friday, Guest("de-DE"))
    assert (guest.status, guest.page.get("lang")) == (200, "de")
    assert guest.page.findtext(".//h1") == "Ask us"
    assert_sound(guest)
    guest.submit(
        **TYPED, **{"a-f3": "+49 30 123456", "a-f4": "Steep", "a-f5-1": "Wind", "a-f6": "yes"}
    )
    assert guest.url.endswith("/f/ask-us/sent"), guest.text
    assert "Talk soon." in guest.text
    assert_sound(guest)
    (sent,) = submissions()
    assert [(row["label"], row["value"]) for row in sent.answers] == [
        ("Name", "Zoë Nowak"),
        ("E-mail", "zoe@example.com"),
        ("Phone", "+49 30 123456"),
        ("Roof", "Steep"),
        ("Topics", "Wind"),
        ("Use my data.", "yes"),
    ]
    assert (sent.form_id, sent.locale, sent.assigned_to_id) == (form.id, "de", None)
    (contact,) = contacts()
    assert (contact.name, contact.source, contact.locale) == ("Zoë Nowak", "form:ask-us", "de")
    assert contact.owner_id is None
    with db.reading() as session:
        card = queries.card(session, system("test"), contact.id or 0)
        assert sorted(card.tags) == ["Fair", "Wind"]
        assert [phone.number for phone in card.phones] == ["+49 30 123456"]
        told = queries.timeline(session, system("test"), contact.id or 0)
        assert "Sent the form {form}" in [line.message for line in told.lines]
        fact = session.exec(
            select(models.FactRow).where(models.FactRow.kind == "FormSubmitted")
        ).one()
    assert fact.data == {
        "form_id": form.id,
        "submission_id": sent.id,
        "contact_id": contact.id,
    }


def test_frm1_a_survey_goes_page_by_page_and_stores_nothing_before_the_end(
    lite: str, friday: Clock
) -> None:
    published(laid_out([NAME, ROOF], [AREA], [EMAIL]))
    guest = _open(friday)
    assert "Step 1 of 2" in guest.text
    guest.submit(**{"a-f1": "Zoë Nowak", "a-f4": "Flat"})
    assert (guest.status, "Step 2 of 3" in guest.text) == (200, True)
    assert_sound(guest)
    guest.submit(go="on")
    assert guest.status == 422
    assert guest.error_beside("a-f7")
    guest.submit(go="back")
    assert guest.fields()["a-f1"] == "Zoë Nowak"
    assert guest.fields()["a-f4"] == "Flat"
    guest.submit().submit(**{"a-f7": "80"})
    assert submissions() == []
    guest.submit(**{"a-f2": "zoe@example.com"})
    (sent,) = submissions()
    assert [row["value"] for row in sent.answers] == ["Zoë Nowak", "Flat", "80", "zoe@example.com"]
    assert contacts()[0].custom == {"Area": "80"}


def test_frm1_a_question_that_follows_from_its_own_page_works_without_a_script(
    lite: str, friday: Clock
) -> None:
    published(laid_out([NAME, EMAIL, ROOF, AREA]))
    guest = _open(friday)
    assert guest.find("fieldset.depends")[0].get("disabled") is not None
    guest.submit(**TYPED, **{"a-f4": "Flat"})
    assert "one more question" in guest.text
    assert not guest.error_beside("a-f7")
    guest.submit()
    assert guest.error_beside("a-f7")
    guest.submit(**{"a-f7": "80"})
    assert submissions()[0].answers[-1]["value"] == "80"


@pytest.mark.parametrize("missing", ["a-f1", "a-f2"])
def test_q1_errors_stand_beside_the_field_and_nothing_is_lost(
    lite: str, friday: Clock, missing: str
) -> None:
    published(laid_out([NAME, EMAIL, PHONE, TOPICS]))
    guest = _open(friday)
    typed = {**TYPED, "a-f3": "A & <b>", "a-f5-0": "Sun", "a-f5-2": "Heat"}
    guest.submit(**{**typed, missing: ""})
    assert guest.status == 422
    assert_sound(guest)
    assert guest.error_beside(missing)
    assert guest.error_beside("a-f3")
    kept = guest.fields()
    assert {name: kept[name] for name in set(typed) - {missing}} == {
        name: text for name, text in typed.items() if name != missing
    }
    assert contacts() == []


def test_frm1_a_known_contact_only_gets_what_he_lacks(database: str, friday: Clock) -> None:
    city = {"id": "f8", "kind": "text", "label": "City", "maps_to": "city"}
    firm = {"id": "f9", "kind": "text", "label": "Company", "maps_to": "company"}
    word = {"id": "g1", "kind": "long_text", "label": "Note", "maps_to": "note"}
    published(laid_out([NAME, EMAIL, PHONE, city, firm, word]))
    with db.unit_of_work() as session:
        known = factories.contact(session, name="Anna Real", email="zoe@example.com", note="VIP")
    _open(friday).submit(
        **TYPED, **{"a-f3": "+49 30 1", "a-f8": "Łódź", "a-f9": "Sun GmbH", "a-g1": "Mine"}
    )
    guest = _open(friday)
    guest.submit(**{**TYPED, "a-f1": "Eve"}, **{"a-f3": "", "a-f8": "Berlin", "a-f9": "Evil Inc"})
    assert len(submissions()) == 2
    with db.reading() as session:
        card = queries.card(session, system("test"), known.id or 0)
    assert (card.name, card.note, card.company) == ("Anna Real", "VIP", "Sun GmbH")
    assert [place.city for place in card.addresses] == ["Łódź"]
    # One company, although two were typed: the contact had one by then.
    assert [each.name for each in contacts()] == ["Anna Real", "Sun GmbH"]


def test_frm1_first_and_last_name_become_the_name(lite: str, friday: Clock) -> None:
    first = {"id": "a", "kind": "text", "label": "First", "maps_to": "first_name"}
    last = {"id": "b", "kind": "text", "label": "Last", "maps_to": "last_name"}
    published(laid_out([first, last, EMAIL]))
    _open(friday).submit(**{"a-a": "Anna Maria", "a-b": "van Dyk", "a-f2": "a@example.com"})
    (made,) = contacts()
    assert (made.name, made.first_name, made.last_name) == (
        "Anna Maria van Dyk",
        "Anna Maria",
        "van Dyk",
    )


def test_frm1_hidden_fields_take_the_addresss_parameters(lite: str, friday: Clock) -> None:
    source = {"id": "u", "kind": "hidden", "label": "Source", "parameter": "utm_source"}
    fixed = {"id": "v", "kind": "hidden", "label": "Page", "value": "landing"}
    published(laid_out([NAME, EMAIL, source, fixed]))
    _open(friday, utm_source="mail & more", v="forged").submit(**TYPED)
    assert [row["value"] for row in submissions()[0].answers[2:]] == ["mail & more", "landing"]


def _owners() -> list[int | None]:
    return [each.owner_id for each in contacts()]


def test_frm1_nobody_becomes_the_owner_unless_the_form_says_so(
    database: str, friday: Clock
) -> None:
    with db.unit_of_work() as session:
        users = [factories.user(session).id or 0 for _ in range(3)]
        gone = session.get_one(models.User, users[1])
        gone.active = False
    published()
    _open(friday).submit(**TYPED)
    assert _owners() == [None]
    turns = {"mode": "round_robin", "user_ids": users}
    published(laid_out(assign=turns), name="In turns")
    for number in range(4):
        guest = _open(friday, path="/f/in-turns")
        guest.submit(**{**TYPED, "a-f2": f"lead{number}@example.com"})
    assert _owners()[1:] == [users[0], users[2], users[0], users[2]]
    # Whoever is owned already stays, and takes nobody's turn.
    _open(friday, path="/f/in-turns").submit(**{**TYPED, "a-f2": "lead1@example.com"})
    _open(friday, path="/f/in-turns").submit(**{**TYPED, "a-f2": "lead9@example.com"})
    assert _owners()[1:] == [users[0], users[2], users[0], users[2], users[0]]
    with db.reading() as session:
        rules = {row.rule for row in session.exec(select(models.OwnerChange))}
    assert rules == {"form"}


def test_frm1_into_the_campaign_once_per_submission(database: str, friday: Clock) -> None:
    from crm_app.core.kinds import CampaignState

    with db.unit_of_work() as session:
        plan: dict[str, Any] = {
            "steps": [
                {
                    "id": "s1",
                    "kind": "wait",
                    "config": {"mode": "duration", "amount": 3, "unit": "days"},
                }
            ]
        }
        campaign = models.Campaign(
            name="Wait",
            state=CampaignState.LIVE,
            draft=plan,
            created_at=factories.LONG_AGO,
            changed_at=factories.LONG_AGO,
        )
        session.add(campaign)
        session.flush()
        version = models.CampaignVersion(
            campaign_id=campaign.id, number=1, plan=plan, published_at=factories.LONG_AGO
        )
        session.add(version)
        session.flush()
        campaign.live_version_id = version.id
        campaign_id = campaign.id
    published(laid_out(campaign_id=campaign_id))
    guest = _open(friday)
    twice = guest.fields() | TYPED
    guest.submit(**TYPED)
    Guest().post("/f/ask-us", twice)
    with db.reading() as session:
        (inside,) = session.exec(select(models.Enrolment)).all()
    assert (inside.key, inside.contact_id) == (f"form:{submissions()[0].id}", contacts()[0].id)


def test_frm1_then_another_site_and_only_the_one_that_was_configured(
    lite: str, friday: Clock
) -> None:
    goal = "https://sun.example/thanks?a=1&b=2"
    published(laid_out(after={"kind": "redirect", "url": goal}))
    guest = _open(friday, url="https://evil.example", next="https://evil.example")
    guest.submit(**TYPED, url="https://evil.example", redirect="https://evil.example")
    assert guest.headers["refresh"] == f"0; url={goal}"
    assert guest.find("a.button")[0].get("href") == goal
    assert "evil" not in guest.html
    framed = Guest().open("/f/ask-us/sent", embed="1")
    assert "refresh" not in framed.headers


def test_frm1_then_the_booking_page_that_knows_what_was_typed(lite: str, friday: Clock) -> None:
    calendar = open_office()
    published(laid_out([NAME, EMAIL, PHONE], after={"kind": "booking", "calendar_id": calendar.id}))
    with db.unit_of_work() as session:
        factories.contact(session, name="Secret Name", email="zoe@example.com")
    guest = _open(friday).submit(**TYPED)
    assert "/cal/advice?for=" in guest.url
    guest.follow(".days .free a", 1).follow(".slot")
    assert guest.fields()["name"] == "Zoë Nowak"
    assert guest.fields()["email"] == "zoe@example.com"
    # Typing somebody's address does not tell his name.
    assert "Secret" not in guest.html


def test_frm1_then_the_next_survey(lite: str, friday: Clock) -> None:
    second = published(name="Part two")
    published(laid_out(after={"kind": "form", "form_id": second.id}))
    guest = _open(friday, embed="1", lang="it").submit(**TYPED)
    assert "/f/part-two?lang=it&embed=1&for=" in guest.url
    assert guest.fields()["a-f2"] == "zoe@example.com"
    friday.shift(timedelta(seconds=5))
    guest.submit()
    assert [len(submissions()), len(contacts())] == [2, 1]


def test_frm1_what_follows_may_be_gone_by_then(lite: str, friday: Clock) -> None:
    calendar = open_office()
    published(laid_out(after={"kind": "booking", "calendar_id": calendar.id}))
    with db.unit_of_work() as session:
        session.get_one(models.Calendar, calendar.id).active = False
    guest = _open(friday).submit(**TYPED)
    assert guest.url.endswith("/f/ask-us/sent")
    assert guest.status == 200


def test_frm1_a_link_of_ones_own_fills_the_form_and_means_its_contact(
    lite: str, friday: Clock
) -> None:
    published()
    with db.unit_of_work() as session:
        lead = factories.contact(session, name="Zoë Nowak", email="zoe@example.com")
    guest = _open(friday, path=bound.bind("/f/ask-us", lead.id or 0))
    assert guest.fields()["a-f1"] == "Zoë Nowak"
    guest.submit(**{"a-f2": "private@example.com"})
    assert [sent.contact_id for sent in submissions()] == [lead.id]


def test_frm1_a_form_in_one_language_speaks_it_throughout(lite: str, friday: Clock) -> None:
    published(laid_out(language="pl"))
    guest = _open(friday, Guest("de-DE"), lang="it")
    assert guest.page.get("lang") == "pl"
    assert guest.find(".languages") == []


def test_frm1_drafts_archived_and_switched_off_forms_are_not_there(
    lite: str, friday: Clock
) -> None:
    form = published()
    me = system("test")

    def change(how: Any) -> int:
        with db.unit_of_work() as session:
            how(session, me, session.get_one(models.Form, form.id))
        return Guest().open("/f/ask-us").status

    assert change(service.unpublish) == 404
    assert change(service.publish) == 200
    assert change(service.archive) == 404
    assert Guest().open("/f/ask-us/sent").status == 404
    assert change(service.restore) == 200
    assert Guest("it").open("/f/nothing").page.get("lang") == "it"
    assert Guest().open("/f/ask-us/a/b").status == 404


def test_frm1_a_draft_is_not_shown_before_it_is_published(lite: str, friday: Clock) -> None:
    form = published()
    with db.unit_of_work() as session:
        row = session.get_one(models.Form, form.id)
        service.save(session, system("test"), row, laid_out(title="Secret plan"), revision=1)
    assert "Secret plan" not in Guest().open("/f/ask-us").html


def test_frm1_the_oldest_submissions_stay_with_the_words_that_were_asked(
    lite: str, friday: Clock
) -> None:
    form = published()
    _open(friday).submit(**TYPED)
    with db.unit_of_work() as session:
        row = session.get_one(models.Form, form.id)
        changed = laid_out([{**NAME, "label": "Who are you?"}, EMAIL])
        service.save(session, system("test"), row, changed, revision=1)
        service.publish(session, system("test"), row)
    assert submissions()[0].answers[0]["label"] == "Name"
    with db.reading() as session:
        ids = session.exec(select(col(models.FormSubmission.id))).all()
    assert len(ids) == 1


def test_con1_what_a_contact_sent_goes_with_him(database: str, friday: Clock) -> None:
    from crm_app.contacts.jobs import purge

    published()
    _open(friday).submit(**TYPED)
    with db.unit_of_work() as session:
        contacts_service.delete(
            session, system("test"), session.get_one(models.Contact, contacts()[0].id)
        )
    purge()
    assert len(submissions()) == 1
    friday.shift(timedelta(days=31))
    purge()
    assert (contacts(), submissions()) == ([], [])


def test_cam3_the_form_of_the_template_can_be_published_as_it_is(lite: str, friday: Clock) -> None:
    from crm_app.campaigns.editing import templates

    open_office()
    with db.unit_of_work() as session:
        ada = factories.actor(factories.admin(session, locale="de"))
        templates.make(session, ada, "ask_to_book")
        (form,) = session.exec(select(models.Form)).all()
        service.publish(session, ada, form)
        assert layout.parse(form.draft).assign.mode == "none"
        assert layout.parse(form.draft).campaign_id is not None
    guest = _open(friday, path=f"/f/{form.slug}")
    guest.submit(**{"a-name": "Zoë", "a-email": "zoe@example.com"})
    assert guest.status == 200
    assert [each.owner_id for each in contacts()] == [None]
