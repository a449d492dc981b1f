"""The services that people connect, and how: by signing in there, by password, or by an address. Pure.

What always holds: nothing is connected over plain http except what an administrator opened, and
the hint says where the service hides its app passwords or addresses.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountPurpose


class Way(StrEnum):
    """How an account is connected.

    ``sign_in``: the browser goes to the service (OAuth). ``password``: address, user name and app
    password. ``address``: a secret address is all there is to know.
    """

    SIGN_IN = "sign_in"
    PASSWORD = "password"  # noqa: S105 - a word
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of service. ``about`` is one line for its card.

    With ``Way.PASSWORD`` and no ``address`` the person enters one, as in ``example``.
    """

    key: str
    name: str
    about: str
    way: Way = Way.PASSWORD
    address: str = ""
    example: str = ""
    user_name: str = ""
    hint: str = ""


GOOGLE = Preset(
    key="google",
    name="Google",
    about=N_("Google Calendar, private or Workspace"),
    way=Way.SIGN_IN,
)
MICROSOFT = Preset(
    key="microsoft",
    name="Microsoft 365",
    about=N_("Microsoft 365, Exchange Online and Outlook.com"),
    way=Way.SIGN_IN,
)
ICLOUD = Preset(
    key="icloud",
    name="iCloud",
    about=N_("With an app-specific password"),
    address="https://caldav.icloud.com/",
    user_name=N_("Apple Account (e-mail address)"),
    hint=N_(
        "iCloud needs an app-specific password: account.apple.com > Sign-In and Security > "
        "App-Specific Passwords. Your usual password does not work here."
    ),
)
FASTMAIL = Preset(
    key="fastmail",
    name="Fastmail",
    about=N_("With an app password"),
    address="https://caldav.fastmail.com/",
    user_name=N_("E-mail address"),
    hint=N_(
        "Fastmail needs an app password: Settings > Privacy & Security > Manage app passwords, "
        "with access to calendars (CalDAV)."
    ),
)
NEXTCLOUD = Preset(
    key="nextcloud",
    name="Nextcloud",
    about=N_("With an app password"),
    example="https://cloud.example.com",
    user_name=N_("User name"),
    hint=N_(
        "Make an app password in Nextcloud: Personal settings > Security > Devices & sessions. "
        "With two-factor sign-in nothing else works."
    ),
)
OTHER = Preset(
    key="caldav",
    name="CalDAV",
    about=N_("Any CalDAV server"),
    example="https://calendar.example.com",
    user_name=N_("User name"),
    hint=N_(
        "Any server that speaks CalDAV, such as mailbox.org, Posteo, GMX, Zimbra or Radicale. "
        "If the service offers app passwords, use one."
    ),
)
FEED = Preset(
    key="ics",
    name="ICS",
    about=N_("A calendar's address, only to read"),
    way=Way.ADDRESS,
    example="https://calendar.example.com/private.ics",
    hint=N_(
        "Paste the calendar's secret address in iCal format. Its events block your time; nothing "
        "is ever written there, and changes may take the service some hours to show."
    ),
)
ALL: tuple[Preset, ...] = (GOOGLE, MICROSOFT, ICLOUD, NEXTCLOUD, FASTMAIL, OTHER, FEED)
SIGN_IN: tuple[Preset, ...] = tuple(each for each in ALL if each.way is Way.SIGN_IN)

# The same services for contacts (SCT-1); those with passwords speak CardDAV.
OTHER_BOOKS = replace(
    OTHER,
    key="carddav",
    name="CardDAV",
    about=N_("Any CardDAV server"),
    example="https://contacts.example.com",
    hint=N_(
        "Any server that speaks CardDAV, such as mailbox.org, Posteo, GMX, Zimbra or Radicale. "
        "If the service offers app passwords, use one."
    ),
)
FOR_CONTACTS: tuple[Preset, ...] = (
    replace(GOOGLE, about=N_("Google Contacts, private or Workspace")),
    replace(ICLOUD, address="https://contacts.icloud.com/"),
    replace(
        MICROSOFT,
        name="Office 365",
        about=N_("Contacts of Microsoft 365, Exchange Online and Outlook.com"),
    ),
    NEXTCLOUD,
    replace(
        FASTMAIL,
        address="https://carddav.fastmail.com/",
        hint=N_(
            "Fastmail needs an app password: Settings > Privacy & Security > Manage app "
            "passwords, with access to contacts (CardDAV)."
        ),
    ),
    OTHER_BOOKS,
)


def all_for(purpose: AccountPurpose) -> tuple[Preset, ...]:
    """What can be connected for that, in its order."""
    return FOR_CONTACTS if purpose is AccountPurpose.CONTACTS else ALL


def general(purpose: AccountPurpose) -> Preset:
    """The preset for a server that none of the others is for."""
    return OTHER_BOOKS if purpose is AccountPurpose.CONTACTS else OTHER


def preset(key: str, purpose: AccountPurpose = AccountPurpose.CALENDARS) -> Preset:
    """The preset with that key; the general one for anything else."""
    return next((each for each in all_for(purpose) if each.key == key), general(purpose))


def preset_of(
    server_url: str,
    provider: str = "caldav",
    purpose: AccountPurpose = AccountPurpose.CALENDARS,
) -> Preset:
    """The preset that an account belongs to, for showing it."""
    other = general(purpose)
    if provider != other.key:
        return preset(provider, purpose)
    known = (each for each in all_for(purpose) if each.address and each.address == server_url)
    return next(known, other)
