"""Leaving marketing mail: headers, page, one click; and addresses that bounce (CAM-9)."""

import re
from email import message_from_bytes, policy

import pytest
from sqlmodel import Session, select

import crm_app.worker  # noqa: F401 - declares the job that hands facts on
from crm_app.contacts import queries as contact_queries
from crm_app.contacts import reach
from crm_app.contacts import service as contacts
from crm_app.contacts.fields import Email
from crm_app.core import access, clock, crypto, db, job_runner
from crm_app.core.errors import Rejected
from crm_app.core.facts import FactRow
from crm_app.core.kinds import MessageState
from crm_app.messaging import consent, queries, settled, unsubscribe
from crm_app.models import Contact, ContactEmail, Message
from crm_app.providers import memory_mail
from tests import factories
from tests.messaging.channel_rig import BASE, client, queue

ADDRESS = "lea@lead.example"


def _mail(session: Session, **values: object) -> Message:
    defaults: dict[str, object] = {"to_address": ADDRESS, "subject": "News", "text": "Hello"}
    return queue(session, "email", **(defaults | values))


def _contact(session: Session, **values: object) -> Contact:
    return factories.contact(session, email=ADDRESS, **values)


def _quiet(contact_id: int | None) -> list[str]:
    with db.reading() as session:
        return session.get_one(Contact, contact_id).do_not_disturb


def _path(contact_id: int | None) -> str:
    return unsubscribe.address("", contact_id or 0, "email")


def test_cam9_marketing_mail_carries_both_headers_and_a_link_to_see(session: Session) -> None:
    factories.workspace(session)
    contact = _contact(session, locale="de")
    message = _mail(session, contact_id=contact.id, marketing=True)
    written = queries.eml(session, message)
    mail = message_from_bytes(written, policy=policy.default)
    where = mail["List-Unsubscribe"].strip("<>")
    assert f"List-Unsubscribe: <{where}>\r\n".encode() in written  # whole, on one line
    assert where == BASE + _path(contact.id)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert where in message.text
    assert f'href="{where}"' in message.html


def test_cam9_other_mail_carries_neither(session: Session) -> None:
    factories.workspace(session)
    message = _mail(session, contact_id=_contact(session).id)
    mail = message_from_bytes(queries.eml(session, message), policy=policy.default)
    assert mail["List-Unsubscribe"] is None
    assert "/u/" not in message.text + message.html


def test_cam9_counted_links_leave_the_way_out_alone(session: Session) -> None:
    factories.workspace(session)
    contact = _contact(session)
    message = _mail(
        session,
        contact_id=contact.id,
        marketing=True,
        track_links=True,
        text="See https://a.example",
    )
    assert message.text.count("/l/") == 1
    assert BASE + _path(contact.id) in message.text
    assert message.html.count("/l/") == 1


@pytest.fixture
def lea(lite: str) -> Contact:
    with db.unit_of_work() as session:
        factories.workspace(session, name="Tandem Team")
        return _contact(session, locale="de")


def test_cam9_opening_the_page_never_unsubscribes(lea: Contact) -> None:
    for method in ("GET", "HEAD"):
        assert client().request(method, _path(lea.id)).status_code == 200
    assert _quiet(lea.id) == []


def test_cam9_the_page_speaks_the_contacts_language_and_others(lea: Contact) -> None:
    shown = client().get(_path(lea.id)).text
    assert '<html lang="de">' in shown
    assert '<html lang="it">' in client().get(_path(lea.id) + "?lang=it").text
    assert "lea@" not in shown


def test_cam9_one_click_removes_at_once_without_a_cookie(lea: Contact) -> None:
    answer = client().post(_path(lea.id), data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert _quiet(lea.id) == ["email"]
    client().post(_path(lea.id), data={"List-Unsubscribe": "One-Click"})
    with db.reading() as session:
        kinds = [row.kind for row in session.exec(select(FactRow))]
    assert kinds.count("ContactUnsubscribed") == 1


def test_cam9_a_person_leaves_by_the_button_and_comes_back(lea: Contact) -> None:
    page = client().post(_path(lea.id), data={"act": "leave"})
    assert (page.status_code, _quiet(lea.id)) == (200, ["email"])
    assert re.search(r'name="act" value="return"', page.text)
    client().post(_path(lea.id), data={"act": "return"})
    assert _quiet(lea.id) == []
    client().post(_path(lea.id), data={"act": "nonsense"})
    assert _quiet(lea.id) == []


@pytest.mark.parametrize("token", ["nonsense", "x.y", "%00"])
def test_syn13_a_guessed_address_unsubscribes_nobody(lea: Contact, token: str) -> None:
    assert client().post(f"/u/{token}", data={"act": "leave"}).status_code == 404
    assert _quiet(lea.id) == []


def test_syn13_a_token_for_another_purpose_is_none(lea: Contact) -> None:
    token = crypto.sign("another", [lea.id, "email"])
    assert client().post(f"/u/{token}", data={"act": "leave"}).status_code == 404


@pytest.mark.parametrize(
    ("answer", "dead"),
    [
        ("550 5.1.1 no such user", True),
        ("550 no such user", True),
        ("551 user not local", True),
        ("554 5.2.1 mailbox disabled", True),
        ("550 5.7.1 looks like spam", False),
        ("552 5.2.2 mailbox full", False),
        ("554 refused", False),
        ("421 4.1.1 later", False),
        ("", False),
    ],
)
def test_cam9_only_an_address_that_nobody_has_is_dead(answer: str, dead: bool) -> None:
    assert settled.is_bounce(answer) is dead


def test_cam9_a_bounce_marks_the_address_keeps_it_and_campaigns_leave_it_out(
    database: str,
) -> None:
    with db.unit_of_work() as session:
        factories.workspace(session, smtp_url="memory://bounce")
        contact = _contact(session)
        _mail(session, contact_id=contact.id)
    memory_mail.box("bounce").faults.append(Rejected(detail="550 5.1.1 no such user"))
    job_runner.drain()
    with db.unit_of_work() as session:
        system = access.system("test")
        row = session.get_one(Contact, contact.id)
        assert reach.has_bounced(session, row, ADDRESS.upper())
        card = contact_queries.card(session, system, row.id or 0)
        assert card.bounced == (ADDRESS,)
        # Saving the card with another line beside it does not forget it.
        contacts.update(session, system, row, emails=[Email("new@lead.example"), Email(ADDRESS)])
    with db.unit_of_work() as session:
        found = {one.address: one.bounced_at for one in session.exec(select(ContactEmail))}
        assert found[ADDRESS] is not None
        assert found["new@lead.example"] is None
        again = _mail(session, key="again", contact_id=contact.id, marketing=True).id
    job_runner.drain()
    with db.reading() as session:
        message = session.get_one(Message, again)
    assert (message.state, message.error) == (MessageState.SKIPPED, consent.BOUNCED)
    assert memory_mail.box("bounce").sent == []
    memory_mail.forget("bounce")


def test_clock_is_utc_for_bounces(session: Session) -> None:
    contact = _contact(session)
    reach.bounced(session, contact, ADDRESS, now=clock.now())
    [row] = session.exec(select(ContactEmail)).all()
    assert row.bounced_at is not None
    assert row.bounced_at.tzinfo is not None
