"""What the people of the sample did lately: forms, links, answers, quotes and tasks, as deeds in time."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.activities import service as activities
from crm_app.booking import service as booking
from crm_app.campaigns.forms import layout, submitting
from crm_app.contacts import reach
from crm_app.contacts import service as contacts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict
from crm_app.core.kinds import MessageState
from crm_app.demo import cast
from crm_app.demo.cast import Asker
from crm_app.demo.life import Deed
from crm_app.demo.recipes import Made
from crm_app.messaging import incoming, tracking
from crm_app.messaging.drafts import SMS
from crm_app.models import Calendar, Contact, ContactEmail, Form, Message, TrackedLink, User

_NUMBER = "+493023125100"


def deeds(made: Made, team: list[User], calendar: Calendar, now: datetime) -> list[Deed]:
    """Everything that is to happen up to ``now``, in no order."""
    admin = accounts.actor_of(team[0])
    return [
        *(deed for asker in cast.ASKERS for deed in _asker(asker, made.form, calendar, now)),
        *(deed for quote in cast.QUOTES for deed in _quote(admin, *quote, now=now)),
        Deed(now - timedelta(hours=40), lambda session, _: _tasks(session, team, now)),
    ]


def _asker(asker: Asker, form: Form, calendar: Calendar, now: datetime) -> Iterator[Deed]:
    begins = now - timedelta(minutes=asker.minutes)
    yield Deed(begins, lambda session, at: _fills_in(session, asker, form, at))
    for minutes, what in asker.does:
        at = begins + timedelta(minutes=minutes)
        if what == "booked":
            yield Deed(at, lambda session, at: _books(session, asker, calendar, at, now))
        else:
            yield Deed(at, _of(asker, _DOES[what]))


def _of(
    asker: Asker, do: Callable[[Session, Asker, datetime], None]
) -> Callable[[Session, datetime], None]:
    return lambda session, at: do(session, asker, at)


def _fills_in(session: Session, asker: Asker, form: Form, at: datetime) -> None:
    laid = layout.parse(form.published or {})
    values = {
        "a-name": asker.name,
        "a-email": asker.lead.email,
        "a-phone": asker.phone,
        "a-wish": asker.wish,
    }
    submitting.submit(
        session,
        form=form,
        layout=laid,
        values=values,
        sender=submitting.Sender(asker.locale, asker.lead.zone),
        public_id=f"demo-{asker.lead.email}",
        now=at,
    )


def _books(session: Session, asker: Asker, calendar: Calendar, at: datetime, now: datetime) -> None:
    """Through the link that he got, with the user whose contact he is."""
    contact = _named(session, asker.name)
    owner = session.get_one(User, contact.owner_id or 0)
    day = now.replace(hour=0, minute=0) + timedelta(days=1)
    slots = booking.find_slots(
        session, calendar, since=day, until=day + timedelta(days=6), now=at, user_slug=owner.slug
    )
    lead = booking.Lead(
        name=asker.name,
        email=asker.lead.email,
        phone=asker.phone,
        locale=asker.locale,
        time_zone=asker.lead.zone,
        answers={"roof": "I do not know", "wish": asker.wish},
    )
    for slot in slots[len(asker.name) % 7 :: 7]:
        try:
            booking.book(
                session,
                calendar=calendar,
                starts_at=slot.starts_at,
                lead=lead,
                now=at,
                user_slug=owner.slug,
                bound_to=contact,
            )
        except Conflict:
            continue
        return


def _clicks(session: Session, asker: Asker, at: datetime) -> None:
    _follows_link(session, _named(session, asker.name), at)


def _follows_link(session: Session, contact: Contact, at: datetime) -> None:
    """He opens the first link of the last message that reached him."""
    found = session.exec(
        select(TrackedLink)
        .join(Message, col(Message.id) == TrackedLink.message_id)
        .where(Message.contact_id == contact.id, Message.state == MessageState.SENT)
        .order_by(col(Message.id).desc(), col(TrackedLink.id))
    ).first()
    if found is not None:
        tracking.clicked(session, found, now=at)


def _writes(session: Session, asker: Asker, at: datetime) -> None:
    _comes_in(session, asker, asker.says, at)


def _stops(session: Session, asker: Asker, at: datetime) -> None:
    _comes_in(session, asker, "STOP", at)


def _comes_in(session: Session, asker: Asker, text: str, at: datetime) -> None:
    incoming.take(
        session,
        channel=SMS,
        external_id=f"demo-{asker.phone}",
        from_address=asker.phone,
        to_address=_NUMBER,
        text=text,
        at=at,
    )


def _bounces(session: Session, asker: Asker, at: datetime) -> None:
    reach.bounced(session, _named(session, asker.name), asker.lead.email, now=at)


_DOES = {"clicked": _clicks, "replied": _writes, "stop": _stops, "bounced": _bounces}


def _quote(
    admin: Actor, name: str, hours: int, number: str, looked: int | None, *, now: datetime
) -> Iterator[Deed]:
    asked = now - timedelta(hours=hours)
    yield Deed(asked, lambda session, _: _asks_for_quote(session, admin, name, number))
    if looked is not None:
        yield Deed(
            asked + timedelta(hours=looked),
            lambda session, at: _follows_link(session, _named(session, name), at),
        )


def _asks_for_quote(session: Session, admin: Actor, name: str, number: str) -> None:
    contact = _named(session, name)
    if number:
        contacts.update(session, admin, contact, custom={**contact.custom, "quote": number})
    contacts.change_tags(session, admin, contact, add=[cast.QUOTE_TAG])


def _tasks(session: Session, team: list[User], now: datetime) -> None:
    for who, kind, title, hours, lead, done in cast.TASKS:
        user = team[who]
        added = activities.add(
            session,
            accounts.actor_of(user),
            title=title,
            kind=kind,
            due_at=now + timedelta(hours=hours),
            user_id=user.id,
            contact=_named(session, lead) if lead else None,
        )
        if done:
            activities.set_done(session, accounts.actor_of(user), added.id or 0, done=True)


def _named(session: Session, name: str) -> Contact:
    """The contact of that name: by his address, since two may be called the same."""
    address = cast.Lead(name).email
    return session.exec(
        select(Contact)
        .join(ContactEmail, col(ContactEmail.contact_id) == Contact.id)
        .where(ContactEmail.address == address)
    ).one()
