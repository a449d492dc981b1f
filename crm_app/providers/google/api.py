"""An account's connection to Google Calendar."""

import functools
from typing import Any

from crm_app.core.i18n import N_
from crm_app.providers.google.connection import Connection, Json, described
from crm_app.providers.oauth_port import OAuthApp

__all__ = ["Api", "Json"]

_SWITCHED_OFF = N_("Switch on the Google Calendar API for the app registration, then try again.")


class Api(Connection):
    """What makes requests for events, the calendar list and channels, and sends them."""

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
        self.events, self.calendar_list, self.channels = _resources(api)


@functools.cache
def _resources(address: str) -> tuple[Any, Any, Any]:
    service = described("calendar", "v3", address)
    return service.events(), service.calendarList(), service.channels()
