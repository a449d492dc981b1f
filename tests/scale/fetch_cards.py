"""``python -m tests.scale.fetch_cards ABOUT``: fetch all pages of an address book by the adapter alone, in
a process of its own; ``ABOUT`` is what Google's fake says of itself.

Begins and ends like ``tests.scale.pull``, and says besides how many entries came.
"""

import json
import sys

from crm_app import worker
from crm_app.providers.google.contacts import GoogleContacts
from crm_app.providers.oauth_port import OAuthApp
from tests.scale.cost import measured
from tests.scale.parts import BOOK


def opened(about: dict[str, str]) -> GoogleContacts:
    """The adapter, as sync opens it."""
    app = OAuthApp(about["client_id"], about["client_secret"])
    return GoogleContacts(
        about["secret"], app, api=about["people_api"], token_url=about["token_url"]
    )


def main() -> None:
    """Read the address book to its end and keep nothing."""
    about = json.loads(sys.argv[1])

    def fetch() -> int:
        provider = opened(about)
        found = sum(len(page.changed) for page in provider.pull(BOOK, None))
        provider.close()
        return found

    worker.settle_in()
    measured(fetch)


if __name__ == "__main__":
    main()
