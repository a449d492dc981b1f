"""Typing into the inspector: fields, pages and the settings of the whole form.

Letters are taken at once and saved when the control is left; what is chosen or ticked is saved at
once. The controls keep what was typed, whatever it was understood as.
"""

from crm_app.campaigns.forms import arranging, changing, layout
from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.ui.state import handler


class Typing(FormBuilder):
    """What can be done in the inspector."""

    @handler(admin=True)
    def type_field(self, name: str, value: str) -> None:
        """Type into a value of the selected field."""
        self._type(name, value)

    @handler(admin=True)
    async def choose_field(self, name: str, value: str) -> None:
        """Choose a value of the selected field from a list."""
        self._type(name, value)
        await self._save()

    @handler(admin=True)
    async def tick_field(self, name: str, on: bool) -> None:
        """Switch a value of the selected field on or off."""
        value = "yes" if on else ""
        await self._take(changing.put_field(self._held().layout, self.selected, name, value))

    @handler(admin=True)
    def type_page(self, value: str) -> None:
        """Type the title of the selected page."""
        held = self._held()
        made = arranging.name_page(held.layout, self.selected, value[: layout.LONGEST_LABEL])
        held.change(made, about=f"{self.selected}:title")
        self._draw()

    @handler(admin=True)
    def type_setting(self, name: str, value: str) -> None:
        """Type into a setting of the whole form."""
        held = self._held()
        held.change(changing.put_setting(held.layout, name, value), about=f":{name}")
        self._draw()
        self.settings = {**self.settings, name: value}

    @handler(admin=True)
    async def choose_setting(self, name: str, value: str) -> None:
        """Choose a setting of the whole form."""
        await self._take(changing.put_setting(self._held().layout, name, value))

    @handler(admin=True)
    async def tick_setting(self, name: str, on: bool) -> None:
        """Switch a setting of the whole form on or off."""
        value = "yes" if on else ""
        await self._take(changing.put_setting(self._held().layout, name, value))

    @handler(admin=True)
    async def toggle_turn(self, user_id: str) -> None:
        """A user takes turns, or no longer."""
        if user_id.isdecimal():
            await self._take(changing.toggle_turn(self._held().layout, int(user_id)))

    def _type(self, name: str, value: str) -> None:
        held = self._held()
        # A field of the team's own has no name yet when it is chosen.
        understood = "" if (name, value) == ("maps_to", "custom") else value
        made = changing.put_field(held.layout, self.selected, name, understood)
        held.change(made, about=f"{self.selected}:{name}")
        self._draw()
        self.inspected = {**self.inspected, name: value}
