"""How signing in at a service can end without a connection, in words for the page it came from. Pure.

Only a problem's key travels in an address, so that no link of somebody else's can put words on our
pages.
"""

from enum import StrEnum

from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountPurpose


class Problem(StrEnum):
    """What went wrong; the value is what stands in the address."""

    DENIED = "denied"
    SCOPES = "scopes"
    OTHER_ACCOUNT = "other"
    NOT_BEGUN_HERE = "over"
    NO_APP = "missing"
    APP_REFUSED = "app"
    AWAY = "away"
    REFUSED = "refused"
    TOO_MANY = "many"
    ACCOUNT_GONE = "gone"


WORDS: dict[Problem, str] = {
    Problem.DENIED: N_("You stopped at {service}, so nothing was connected."),
    Problem.SCOPES: N_(
        "{service} did not grant all that is needed to read and write calendars. Please try again "
        "and leave every box ticked."
    ),
    Problem.OTHER_ACCOUNT: N_(
        "You signed in to {service} with another account than the one that is to be reconnected. "
        "Please try again with that one, or connect the other one as a new account."
    ),
    Problem.NOT_BEGUN_HERE: N_(
        "This was not begun in this browser, or too long ago. Please start again."
    ),
    Problem.NO_APP: N_(
        "An administrator has to enter the app for {service} under Settings > Integrations first."
    ),
    Problem.APP_REFUSED: N_(
        "{service} does not accept the app that is entered here. An administrator can check client "
        "ID and client secret under Settings > Integrations."
    ),
    Problem.AWAY: N_("{service} cannot be reached right now. Please try again in a moment."),
    Problem.REFUSED: N_(
        "{service} let you in, but refused access to your calendars. Maybe the calendar service is "
        "not switched on for this account or for the app; an administrator finds how in the log."
    ),
    Problem.TOO_MANY: N_("Too many attempts. Please wait a while and try again."),
    Problem.ACCOUNT_GONE: N_("The account that was to be reconnected is not connected any more."),
}
# Where the words are other ones for contacts.
_FOR_CONTACTS: dict[Problem, str] = {
    Problem.SCOPES: N_(
        "{service} did not grant all that is needed to read and write contacts. Please try again "
        "and leave every box ticked."
    ),
    Problem.NO_APP: N_(
        "An administrator has to enable contacts of {service} under Settings > Configuration first."
    ),
    Problem.REFUSED: N_(
        "{service} let you in, but refused access to your contacts. Maybe they are not switched on "
        "for this account or for the app; an administrator finds how in the log."
    ),
}


def words(key: str, purpose: AccountPurpose = AccountPurpose.CALENDARS) -> str:
    """The message id for a key from an address; empty for anything else."""
    if key not in set(Problem):
        return ""
    own = _FOR_CONTACTS if purpose is AccountPurpose.CONTACTS else {}
    return own.get(Problem(key), WORDS[Problem(key)])
