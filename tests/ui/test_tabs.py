from collections.abc import Callable

from crm_app.core import db
from crm_app.ui.shell import Shell
from tests import factories
from tests.ui.tabs import Tab


def test_a_signed_in_tab_sees_its_user(open_tab: Callable[..., Tab]) -> None:
    with db.unit_of_work() as session:
        factories.workspace(session)
        ada = factories.admin(session, name="Ada Lovelace")
    tab = open_tab(ada).fire(Shell.enter)
    assert tab.see(Shell).name == "Ada Lovelace"
    assert tab.see(Shell).is_admin is True
