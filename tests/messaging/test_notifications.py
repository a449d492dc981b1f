"""The bell: told once, each his own, by mail where wanted."""

from datetime import UTC, datetime, timedelta

import time_machine
from sqlmodel import Session, select

from crm_app.core.facts import FactRow
from crm_app.core.i18n import N_
from crm_app.messaging import notifications
from crm_app.models import Message, User
from tests import factories

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
HELLO = N_("{name} wrote a text message: {text}")


def _tell(session: Session, user: User, key: str = "k", **values: object) -> bool:
    return notifications.notify(
        session,
        user_id=user.id or 0,
        key=key,
        message=HELLO,
        params={"name": "Lea", "text": "Hi {there}"},
        **values,  # type: ignore[arg-type]
    )


def test_the_same_is_told_once(session: Session) -> None:
    user = factories.user(session)
    assert [_tell(session, user), _tell(session, user)] == [True, False]
    actor = factories.actor(user)
    [line] = notifications.latest(session, actor)
    assert (line.text, line.read) == ("Lea wrote a text message: Hi {there}", False)
    assert notifications.unread(session, actor) == 1
    kinds = [row.kind for row in session.exec(select(FactRow))]
    assert kinds.count("NotificationMade") == 1


def test_usr3_everybody_reads_and_clears_his_own(session: Session) -> None:
    anna, ben = factories.user(session), factories.admin(session)
    _tell(session, anna, "a")
    _tell(session, anna, "b")
    _tell(session, ben, "c")
    hers = notifications.latest(session, factories.actor(anna))
    assert len(hers) == 2
    notifications.mark_read(session, factories.actor(ben), hers[0].id)
    assert notifications.unread(session, factories.actor(anna)) == 2
    notifications.mark_read(session, factories.actor(anna), hers[0].id)
    assert notifications.unread(session, factories.actor(anna)) == 1
    notifications.mark_read(session, factories.actor(anna))
    assert notifications.unread(session, factories.actor(anna)) == 0
    assert notifications.unread(session, factories.actor(ben)) == 1


def test_who_has_left_hears_nothing(session: Session) -> None:
    gone = factories.user(session, active=False)
    assert not _tell(session, gone)
    assert not notifications.notify(session, user_id=99, key="x", message=HELLO)


def test_by_mail_too_in_the_users_language_once(session: Session) -> None:
    factories.workspace(session)
    user = factories.user(session, locale="de")
    _tell(session, user, mail=True, path="/contacts/7")
    _tell(session, user, mail=True)
    [mail] = session.exec(select(Message)).all()
    assert (mail.to_address, mail.locale, mail.user_id) == (user.email, "de", user.id)
    assert "Hi {there}" in mail.text
    assert "https://crm.example/contacts/7" in mail.text


def test_what_was_read_long_ago_is_forgotten(session: Session) -> None:
    user = factories.user(session)
    actor = factories.actor(user)
    with time_machine.travel(NOW, tick=False):
        _tell(session, user, "read")
        notifications.mark_read(session, actor)
        _tell(session, user, "unread")
    kept = notifications.KEPT_AFTER_READING
    notifications.forget_old(session, now=NOW + kept)
    assert len(notifications.latest(session, actor)) == 2
    notifications.forget_old(session, now=NOW + kept + timedelta(seconds=1))
    assert [one.read for one in notifications.latest(session, actor)] == [False]
