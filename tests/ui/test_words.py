"""Text of the dashboard: compiled once, shown in the user's language."""

from collections.abc import Callable

import pytest
import reflex as rx

from crm_app.core import db
from crm_app.ui.shell import Shell
from crm_app.ui.words import Words, tr
from tests import factories
from tests.ui.tabs import Tab


def test_usr4_the_tab_speaks_the_users_language(open_tab: Callable[..., Tab]) -> None:
    with db.unit_of_work() as session:
        factories.workspace(session)
        user = factories.user(session, locale="de")
    tab = open_tab(user).fire(Shell.enter)
    assert tab.see(Words).locale == "de"
    assert tab.see(Words).words["Contacts"] == "Kontakte"
    assert "documentElement.lang" in tab.said


def test_english_needs_no_catalogue(open_tab: Callable[..., Tab]) -> None:
    with db.unit_of_work() as session:
        factories.workspace(session)
        user = factories.user(session)
    assert open_tab(user).fire(Shell.enter).see(Words).words == {}


def test_a_sentence_and_its_values_name_the_same_fields() -> None:
    sentence = tr("Hello {name}", name=rx.Var("who"))
    assert "replaceAll" in str(sentence)
    assert "who" in str(sentence)
    with pytest.raises(ValueError, match="different fields"):
        tr("Hello {name}")
    with pytest.raises(ValueError, match="different fields"):
        tr("Hello", name="Ada")
