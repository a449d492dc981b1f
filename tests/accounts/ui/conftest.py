"""An administrator and a member, both with a password, in a workspace that is set up."""

import pytest

from crm_app.accounts import passwords
from crm_app.core import db
from crm_app.models import User
from tests import factories
from tests.accounts.people import PASSWORD


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def ada(lite: str, password_hash: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(
            session, name="Ada Byron", slug="ada", password_hash=password_hash, locale="en"
        )


@pytest.fixture
def ben(ada: User, password_hash: str) -> User:
    with db.unit_of_work() as session:
        return factories.user(session, name="Ben Nowak", slug="ben", password_hash=password_hash)
