"""The errors that cross a room's door.

Every one carries a sentence for the person in front of the screen: an English gettext message
id with ``{named}`` fields, translated only at the edge. No HTTP code lives here; each edge maps
these classes once. Errors of vendors' libraries stop in ``providers/`` and become ``RemoteError``.
"""

from collections.abc import Mapping

from crm_app.core.i18n import N_


class CrmError(Exception):
    """Something that the person can be told. ``user_message`` is a message id, ``params`` fill it."""

    default_message = N_("That did not work. Please try again.")

    def __init__(self, message: str | None = None, /, **params: object) -> None:
        self.user_message = message or self.default_message
        self.params: dict[str, object] = params
        super().__init__(self.user_message)

    def __str__(self) -> str:
        try:
            return self.user_message.format(**self.params)
        except (KeyError, IndexError):
            return self.user_message


class NotFound(CrmError):
    """Missing and forbidden look the same, so that ids cannot be probed."""

    default_message = N_("This does not exist, or you may not see it.")


class NotAllowed(CrmError):
    """The thing may be seen, but the act is not this actor's."""

    default_message = N_("You are not allowed to do this. Ask an administrator.")


class NotSignedIn(CrmError):
    """There is no valid session."""

    default_message = N_("Please sign in.")


class Invalid(CrmError):
    """Bad input. ``fields`` maps a field's name to a message id that says what to do."""

    default_message = N_("Please check the marked fields.")

    def __init__(
        self,
        message: str | None = None,
        /,
        *,
        fields: Mapping[str, str] | None = None,
        **params: object,
    ) -> None:
        self.fields: dict[str, str] = dict(fields or {})
        super().__init__(message, **params)


class Conflict(CrmError):
    """The world changed meanwhile: a slot was taken, a row was edited by somebody else."""

    default_message = N_("Somebody else changed this meanwhile. Please look again.")


class TooMany(CrmError):
    """A rate limit of ours. ``retry_after`` is in seconds."""

    default_message = N_("Too many attempts. Please wait a moment and try again.")

    def __init__(
        self, message: str | None = None, /, *, retry_after: float, **params: object
    ) -> None:
        self.retry_after = retry_after
        super().__init__(message, **params)


class RemoteError(CrmError):
    """An outside service failed. ``detail`` is for the log and never holds credentials."""

    default_message = N_("The other service did not answer as expected.")

    def __init__(
        self, message: str | None = None, /, *, detail: str = "", **params: object
    ) -> None:
        self.detail = detail
        super().__init__(message, **params)


class RemoteUnavailable(RemoteError):
    """Time-out, broken connection or a server error: worth another try later."""

    default_message = N_("The other service cannot be reached right now.")


class LoginExpired(RemoteError):
    """The credentials no longer open the door; a person has to reconnect."""

    default_message = N_("The other service no longer lets us in. Please reconnect the account.")


class CursorExpired(RemoteError):
    """The sync token is too old (RFC 6578 valid-sync-token, Google 410): list everything again."""

    default_message = N_("The other service asks for a full synchronisation.")


class RateLimited(RemoteError):
    """The service asks for patience. ``retry_after`` is in seconds, or None when it did not say."""

    default_message = N_("The other service asks us to slow down.")

    def __init__(
        self,
        message: str | None = None,
        /,
        *,
        retry_after: float | None = None,
        detail: str = "",
        **params: object,
    ) -> None:
        self.retry_after = retry_after
        super().__init__(message, detail=detail, **params)


class Rejected(RemoteError):
    """The service understood and refused; trying again unchanged cannot help."""

    default_message = N_("The other service refused this.")


class PreconditionFailed(Rejected):
    """The remote copy changed since we last saw it (HTTP 412)."""

    default_message = N_("The entry was changed in the other service meanwhile.")


class AddressRefused(RemoteError):
    """A typed address leads into the server's own network."""

    default_message = N_(
        "This address leads into the server's own network. An administrator can allow it in the settings."
    )
