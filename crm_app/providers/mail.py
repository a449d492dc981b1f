"""From the address of a mail server in the settings to the adapter that speaks to it."""

from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.providers import memory_mail
from crm_app.providers.mail_port import MailTransport
from crm_app.providers.smtp import SmtpTransport, parse_url


def transport(url: str, *, timeout: float = 30) -> MailTransport:
    """The transport for ``smtp://``, ``smtps://`` or ``memory://``; Invalid for another address."""
    if url.startswith("memory://"):
        return memory_mail.box(url.removeprefix("memory://"))
    try:
        return SmtpTransport(parse_url(url), timeout=timeout)
    except ValueError as error:
        raise Invalid(
            N_("The address of the mail server must look like smtp://user:password@host:587.")
        ) from error
