"""The mail that says that a connection needs its owner (SYN-11, SCT-8)."""

from datetime import datetime, timedelta

from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import AccountPurpose, WhenUnreachable
from crm_app.core.settings import get_settings
from crm_app.messaging import service as messages
from crm_app.messaging import when
from crm_app.messaging.letter import Letter, Link, as_html, as_text
from crm_app.models import ConnectedAccount, User
from crm_app.sync.reaching import presets
from crm_app.sync.reaching.presets import Way

# After so long somebody has noticed by himself.
_USEFUL = timedelta(days=7)
PAGE = "/settings/connections"
CONTACTS_PAGE = "/settings/accounts"


def queue_reconnect(
    session: Session, account: ConnectedAccount, owner: User, reader: User, *, now: datetime
) -> None:
    """Tell ``reader`` (the owner or an administrator) that the account has to be reconnected."""
    letter = _letter(session, account, owner, reader)
    messages.queue(
        session,
        # One mail per loss: the moment at which the account last worked tells losses apart.
        key=f"reconnect:{account.id}:{_stamp(account)}:{reader.id}",
        kind="connection",
        to_name=reader.name,
        to_address=reader.email,
        subject=letter.heading,
        text=as_text(letter),
        html=as_html(letter),
        locale=reader.locale,
        user_id=reader.id,
        expires_at=now + _USEFUL,
    )


def _letter(session: Session, account: ConnectedAccount, owner: User, reader: User) -> Letter:
    if account.purpose is AccountPurpose.CONTACTS:
        return _contacts_letter(session, account, owner, reader)
    locale, workspace = reader.locale, accounts.get_workspace(session)
    mine = owner.id == reader.id
    first = (
        translate(locale, N_("{account} no longer lets us in."), account=account.label)
        if mine
        else translate(
            locale,
            N_("{account}, a calendar account of {name}, no longer lets us in."),
            account=account.label,
            name=owner.name,
        )
    )
    return Letter(
        locale=locale,
        heading=translate(locale, N_("Please reconnect {account}"), account=account.label),
        paragraphs=(
            first,
            _what_to_do(account, owner, reader),
            _meanwhile(workspace.when_unreachable, account, reader),
        ),
        sender=workspace.name,
        button=Link(
            translate(locale, N_("Open the calendar connections")), get_settings().url + PAGE
        ),
        closing=(
            translate(
                locale,
                N_("Appointments booked meanwhile are written to the calendar once it is back."),
            ),
        ),
    )


def _contacts_letter(
    session: Session, account: ConnectedAccount, owner: User, reader: User
) -> Letter:
    def said(message: str, **values: str) -> str:
        return translate(reader.locale, message, **values)

    if owner.id == reader.id:
        first = said(N_("{account} no longer lets us in."), account=account.label)
    else:
        first = said(
            N_("{account}, a contacts account of {name}, no longer lets us in."),
            account=account.label,
            name=owner.name,
        )
    return Letter(
        locale=reader.locale,
        heading=said(N_("Please reconnect {account}"), account=account.label),
        paragraphs=(
            first,
            _what_to_do_for_contacts(account, owner, reader),
            said(
                N_(
                    "Until it is reconnected, contacts are not brought in step with this account. "
                    "Nothing is deleted."
                )
            ),
        ),
        sender=accounts.get_workspace(session).name,
        button=Link(said(N_("Open the external accounts")), get_settings().url + CONTACTS_PAGE),
        closing=(said(N_("What changes meanwhile is written there once it is back.")),),
    )


def _what_to_do_for_contacts(account: ConnectedAccount, owner: User, reader: User) -> str:
    service = presets.preset(account.provider)
    if account.provider not in (presets.GOOGLE.key, presets.MICROSOFT.key):
        return translate(
            reader.locale,
            N_(
                "Make a new app password in the other service, open the external accounts and "
                "enter it."
            ),
        )
    if owner.id == reader.id:
        again = N_("Open the external accounts and sign in to {service} again.")
        return translate(reader.locale, again, service=service.name)
    only = N_("Only {name} can sign in to {service} again.")
    return translate(reader.locale, only, name=owner.name, service=service.name)


def _what_to_do(account: ConnectedAccount, owner: User, reader: User) -> str:
    """By how the account was connected, and who can do it."""
    service = presets.preset(account.provider)
    if service.way is not Way.SIGN_IN:
        return translate(
            reader.locale,
            N_("Open the calendar connections and enter its address anew.")
            if service.way is Way.ADDRESS
            else N_(
                "Make a new app password in the other service, open the calendar connections and "
                "enter it."
            ),
        )
    if owner.id == reader.id:
        again = N_("Open the calendar connections and sign in to {service} again.")
        return translate(reader.locale, again, service=service.name)
    only = N_("Only {name} can sign in to {service} again.")
    return translate(reader.locale, only, name=owner.name, service=service.name)


def _meanwhile(policy: str, account: ConnectedAccount, reader: User) -> str:
    if policy == WhenUnreachable.BLOCK_ALL:
        return translate(
            reader.locale, N_("Until it is reconnected, no new times are offered for this person.")
        )
    if account.last_success_at is None:
        return translate(
            reader.locale, N_("Until it is reconnected, events from there block no time.")
        )
    return translate(
        reader.locale,
        N_("Until it is reconnected, slots use what we knew at {time} ({zone})."),
        time=when.short_line(reader.locale, reader.time_zone, account.last_success_at),
        zone=when.zone_line(reader.locale, reader.time_zone, account.last_success_at),
    )


def _stamp(account: ConnectedAccount) -> str:
    return account.last_success_at.isoformat() if account.last_success_at else "never"
