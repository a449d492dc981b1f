"""An account's connection to Google's contacts."""

import functools
from typing import Any

from crm_app.core.i18n import N_
from crm_app.providers.google.connection import Connection, described
from crm_app.providers.oauth_port import OAuthApp

# The account's address book; Google has no other.
ME = "people/me"
SOURCE = "READ_SOURCE_TYPE_CONTACT"
_SWITCHED_OFF = N_("Switch on the Google People API for the app registration, then try again.")


class PeopleApi(Connection):
    """What makes requests for people, their list and their groups, and sends them."""

    def __init__(
        self, secret: str, app: OAuthApp, *, api: str, token_url: str, timeout: float
    ) -> None:
        super().__init__(
            secret,
            app,
            address=api,
            token_url=token_url,
            timeout=timeout,
            switched_off=_SWITCHED_OFF,
        )
        self.people, self.connections, self.groups = _resources(api)


@functools.cache
def _resources(address: str) -> tuple[Any, Any, Any]:
    service = described("people", "v1", address)
    return service.people(), service.people().connections(), service.contactGroups()
