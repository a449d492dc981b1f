"""Signing in with Google or Microsoft: which outside identity is which user (USR-2).

An identity is the pair of issuer and subject, never an address, since addresses change hands.
An address counts once, to connect an identity to a user who is here already, and only when the
provider vouches for it. Nobody becomes a user by signing in.
"""

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from crm_app.accounts import audit, checks, queries
from crm_app.core import facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound, NotSignedIn
from crm_app.core.i18n import N_
from crm_app.models import Identity, SignInProvider, User
from crm_app.providers import oidc


def user_of(session: Session, provider: str, person: oidc.Person) -> User:
    """The user that ``person`` is; connects the two at the first time by a confirmed address.

    Raises NotSignedIn with a sentence that says why not and what to do.
    """
    known = session.exec(
        select(Identity).where(Identity.provider == provider, Identity.subject == person.identity)
    ).first()
    if known is not None:
        user = session.get(User, known.user_id)
        if user is None or not user.active:
            raise NotSignedIn(N_("This account is no longer active here. Ask an administrator."))
        return user
    if not person.email_confirmed:
        raise NotSignedIn(
            N_(
                "{provider} does not confirm your address, so it cannot be matched with a user here. "
                "Sign in with your password and connect {provider} in your profile."
            ),
            provider=oidc.NAMES[provider],
        )
    user = queries.user_by_email(session, person.email)
    if user is None:
        raise NotSignedIn(
            N_("Nobody here has the address {email}. Ask an administrator for an invitation."),
            email=person.email,
        )
    connect(session, user, provider, person)
    return user


def connect(session: Session, user: User, provider: str, person: oidc.Person) -> None:
    """From now on ``person`` signs in as ``user``. One identity per provider and user.

    Conflict when either is connected with somebody else: an address that changed hands at the
    provider must not open the account of the one who had it before.
    """
    mine = session.exec(
        select(Identity).where(Identity.provider == provider, Identity.user_id == user.id)
    ).first()
    if mine is not None and mine.subject == person.identity:
        return
    other = session.exec(
        select(Identity).where(Identity.provider == provider, Identity.subject == person.identity)
    ).first()
    if mine is not None or other is not None:
        raise _connected_elsewhere(provider)
    session.add(Identity(user_id=user.id or 0, provider=provider, subject=person.identity))
    try:
        session.flush()
    except IntegrityError as error:
        raise _connected_elsewhere(provider) from error
    audit.record(
        session,
        queries.actor_of(user),
        "identity.connected",
        subject_kind="user",
        subject_id=user.id,
        provider=provider,
    )


def disconnect(session: Session, actor: Actor, identity_id: int) -> None:
    """Remove an identity of one's own, or anybody's for administrators.

    Conflict when it is the only way in: then a password has to be set first.
    """
    identity = queries.by_id(session, Identity, identity_id)
    if identity is None:
        raise NotFound
    user = queries.get_user_to_manage(session, actor, identity.user_id)
    if (
        user.password_hash is None
        and len(queries.list_identities(session, actor, user.id or 0)) < 2
    ):
        raise Conflict(N_("Set a password first; otherwise there would be no way to sign in."))
    session.delete(identity)
    session.flush()
    audit.record(
        session,
        actor,
        "identity.disconnected",
        subject_kind="user",
        subject_id=user.id,
        provider=identity.provider,
    )


def get_app(session: Session, provider: str) -> oidc.App:
    """The configured app behind ``/auth/<provider>``; NotFound when there is none."""
    row = session.get(SignInProvider, provider) if provider in oidc.NAMES else None
    if row is None or not row.enabled:
        raise NotFound
    return oidc.App(
        provider=provider,
        client_id=row.client_id,
        client_secret=row.client_secret,
        issuer=row.issuer or oidc.ISSUERS[provider],
    )


def set_app(
    session: Session,
    actor: Actor,
    *,
    provider: str,
    client_id: str,
    client_secret: str = "",
    issuer: str = "",
    enabled: bool = True,
    for_calendars: bool | None = None,
) -> SignInProvider:
    """Enter or change the app of google or microsoft; an empty secret keeps the one stored.

    ``enabled``: for signing in. ``for_calendars``: for connecting calendars; None leaves it as it is.
    """
    actor.require_admin()
    if provider not in oidc.NAMES:
        raise NotFound
    row = session.get(SignInProvider, provider)
    values = _checked_app(client_id, client_secret, issuer, first=row is None)
    row = row or SignInProvider(provider=provider, client_id="", client_secret="")
    row.client_id, row.issuer, row.enabled = values["client_id"], values["issuer"], enabled
    row.client_secret = values["client_secret"] or row.client_secret
    row.for_calendars = row.for_calendars if for_calendars is None else for_calendars
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "sign_in_provider.changed",
        provider=provider,
        enabled=enabled,
        for_calendars=row.for_calendars,
    )
    facts.record(session, facts.AppChanged(provider))
    return row


def remove_app(session: Session, actor: Actor, provider: str) -> None:
    """Nobody signs in with ``provider`` any more, and its calendars are not read; what is connected
    waits for its return."""
    actor.require_admin()
    row = session.get(SignInProvider, provider)
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    audit.record(session, actor, "sign_in_provider.removed", provider=provider)


def _checked_app(client_id: str, client_secret: str, issuer: str, *, first: bool) -> dict[str, Any]:
    values = checks.cleaned(
        {
            "client_id": checks.line(300, required=True),
            "client_secret": checks.line(500, required=first),
            "issuer": checks.web_address,
        },
        {"client_id": client_id, "client_secret": client_secret, "issuer": issuer},
    )
    if values["issuer"] and not oidc.is_safe(values["issuer"]):
        raise Invalid(fields={"issuer": N_("The address must begin with https://")})
    return values


def _connected_elsewhere(provider: str) -> Conflict:
    return Conflict(
        N_(
            "This {provider} account and this user are connected with others already. "
            "Disconnect them first."
        ),
        provider=oidc.NAMES[provider],
    )
