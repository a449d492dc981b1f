"""``python -m tests.scale.pull_cards BOOK``: run one address book's sync in a process of its own.

Begins and ends like ``tests.scale.pull``.
"""

import sys

import crm_app.providers.google.contacts  # noqa: F401 - loaded with the first account otherwise
from crm_app import worker  # declares all handlers
from crm_app.core import db
from crm_app.sync.books import runs
from tests.scale.cost import measured


def main() -> None:
    """Read the address book to its end."""
    book_id = int(sys.argv[1])
    with db.reading():
        pass
    worker.settle_in()
    measured(lambda: runs.run(book_id, seconds=3600))


if __name__ == "__main__":
    main()
