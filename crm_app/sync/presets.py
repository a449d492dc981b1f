"""The services that people connect by address, user name and app password. Pure.

What always holds: nothing is connected over plain http except what an administrator opened, and
the hint says where the service hides its app passwords.
"""

from dataclasses import dataclass

from crm_app.core.i18n import N_


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of service. Without ``address`` the person enters one, as in ``example``."""

    key: str
    name: str
    address: str
    example: str
    user_name: str
    hint: str


ICLOUD = Preset(
    key="icloud",
    name="iCloud",
    address="https://caldav.icloud.com/",
    example="",
    user_name=N_("Apple Account (e-mail address)"),
    hint=N_(
        "iCloud needs an app-specific password: account.apple.com > Sign-In and Security > "
        "App-Specific Passwords. Your usual password does not work here."
    ),
)
FASTMAIL = Preset(
    key="fastmail",
    name="Fastmail",
    address="https://caldav.fastmail.com/",
    example="",
    user_name=N_("E-mail address"),
    hint=N_(
        "Fastmail needs an app password: Settings > Privacy & Security > Manage app passwords, "
        "with access to calendars (CalDAV)."
    ),
)
NEXTCLOUD = Preset(
    key="nextcloud",
    name="Nextcloud",
    address="",
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
    address="",
    example="https://calendar.example.com",
    user_name=N_("User name"),
    hint=N_(
        "Any server that speaks CalDAV, such as mailbox.org, Posteo, GMX, Zimbra or Radicale. "
        "If the service offers app passwords, use one."
    ),
)
ALL: tuple[Preset, ...] = (ICLOUD, NEXTCLOUD, FASTMAIL, OTHER)


def preset(key: str) -> Preset:
    """The preset with that key; the general one for anything else."""
    return next((each for each in ALL if each.key == key), OTHER)


def preset_of(server_url: str) -> Preset:
    """The preset that an address belongs to, for showing an account."""
    return next((each for each in ALL if each.address and each.address == server_url), OTHER)
