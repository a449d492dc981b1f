"""The port to services that people connect by signing in there (OAuth 2.0, RFC 6749, PKCE RFC 7636).

Each such service has a module with these two functions. The person's browser goes to
``Begun.address`` and comes back with an answer; ``keep`` stays on the server in between. All errors
are ``crm_app.core.errors.RemoteError``; none shows a token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from crm_app.core.kinds import AccountPurpose


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """An app registration. ``tenant``: the one organisation that it is for, empty for all."""

    client_id: str
    client_secret: str = field(repr=False)
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser is to go, and what ``finish`` needs to know (JSON)."""

    address: str
    keep: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """An account that lets us in.

    ``secret`` is what the adapter is opened with (text, to be stored encrypted). ``subject`` names
    the account for good, ``email`` is its address today, ``addresses`` are all that are known to be
    its owner's. ``missing`` are scopes that the person did not grant.
    """

    secret: str = field(repr=False)
    subject: str
    email: str
    addresses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class OAuthService(Protocol):
    """A module with these functions."""

    def begin(
        self,
        app: OAuthApp,
        *,
        redirect_uri: str,
        state: str,
        login_hint: str = "",
        purpose: AccountPurpose = AccountPurpose.CALENDARS,
    ) -> Begun:
        """Begin to connect: offline access, only the scopes that ``purpose`` needs."""
        ...

    def finish(
        self,
        app: OAuthApp,
        *,
        redirect_uri: str,
        keep: Mapping[str, Any],
        answer: Mapping[str, str],
        purpose: AccountPurpose = AccountPurpose.CALENDARS,
    ) -> Granted:
        """Turn the browser's ``answer`` (query or form fields) into an account.

        The caller has compared the state. Raises Rejected when the person said no or the answer is
        not for this beginning, LoginExpired when the app registration is refused, RemoteUnavailable.
        """
        ...

    def revoke(self, app: OAuthApp, secret: str) -> None:
        """Tell the service that we need no access any more, where it can be told; never raises for
        what is gone already."""
        ...
