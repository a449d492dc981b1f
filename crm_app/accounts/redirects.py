"""Where the vendors send people back to; each has to be entered there exactly as it is here."""

from crm_app.core.settings import get_settings


def sign_in(provider: str) -> str:
    """After signing in to Tandem with an account of the vendor's."""
    return f"{get_settings().url}/auth/{provider}/callback"


def calendars(provider: str) -> str:
    """After letting Tandem read and write calendars."""
    return f"{get_settings().url}/connect/{provider}/back"
