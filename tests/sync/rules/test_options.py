"""The names of the sync option's combinations, and what a team's settings come to."""

import pytest

from crm_app.core.kinds import ContactCreation, SyncOption
from crm_app.models import ExternalCalendar
from crm_app.sync.choices.choosing import Choice
from crm_app.sync.rules.options import PRESETS, Option, option_of, preset_of

NEVER, EXISTING, ALWAYS = ContactCreation


def test_syn4_the_four_presets() -> None:
    assert dict(PRESETS) == {
        SyncOption.ONE_WAY: (NEVER, False),
        SyncOption.TWO_WAY: (ALWAYS, True),
        SyncOption.SMART: (EXISTING, True),
        SyncOption.DISABLE_TRIGGER: (ALWAYS, False),
    }


@pytest.mark.parametrize("name", SyncOption)
def test_syn4_a_preset_is_known_by_its_name(name: SyncOption) -> None:
    assert preset_of(*PRESETS[name]) is name
    assert option_of(Choice.preset(name)).preset is name


@pytest.mark.parametrize(("creation", "triggers"), [(NEVER, True), (EXISTING, False)])
def test_syn4_other_combinations_have_no_name(creation: ContactCreation, triggers: bool) -> None:
    assert preset_of(creation, triggers) is None


@pytest.mark.parametrize(
    ("default", "triggers", "expected"),
    [
        (None, False, (NEVER, False)),
        (None, True, (NEVER, False)),
        (7, False, (ALWAYS, False)),
        (7, True, (ALWAYS, True)),
    ],
)
@pytest.mark.parametrize("creation", ContactCreation)
def test_syn5_a_team_makes_contacts_once_a_default_calendar_is_chosen(
    creation: ContactCreation, default: int | None, triggers: bool, expected: tuple[object, bool]
) -> None:
    chosen = Choice(creation, triggers, for_team=True, default_calendar_id=default)
    option = option_of(chosen)
    assert (option.creation, option.triggers) == expected


def test_syn4_a_stored_calendar_is_one_way_until_somebody_chooses() -> None:
    assert option_of(ExternalCalendar(account_id=1, ref="r", name="Work")) == Option()
    assert Option().preset is SyncOption.ONE_WAY


@pytest.mark.parametrize(
    ("creation", "takes", "colours", "reviews"),
    [(NEVER, False, False, False), (EXISTING, True, False, False), (ALWAYS, True, True, True)],
)
def test_syn4_what_an_option_does(
    creation: ContactCreation, takes: bool, colours: bool, reviews: bool
) -> None:
    option = option_of(Choice(creation, review=True))
    assert (option.takes, option.colours_all, option.reviews) == (takes, colours, reviews)
