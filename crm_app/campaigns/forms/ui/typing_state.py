"""Typing into the inspector: fields, pages and the settings of the whole form.

Letters are taken at once and saved when one pauses or leaves the control; what is chosen or ticked
is saved at once. The controls keep what was typed, whatever it was understood as. Each event names
the field that it is about, since another one may be selected by the time that it arrives.
"""

from crm_app.campaigns.forms import arranging, changing, layout
from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.ui.state import handler


class Typing(FormBuilder):
    """What can be done in the inspector."""

    @handler(admin=True)
    def type_field(self, field_id: str, name: str, value: str) -> None:
        """Type into a value of a field."""
        self._type(field_id, name, value)

    @handler(admin=True)
    async def choose_field(self, field_id: str, name: str, value: str) -> None:
        """Choose a value of a field from a list."""
        self._type(field_id, name, value)
        await self._save()

    @handler(admin=True)
    async def tick_field(self, field_id: str, name: str, on: bool) -> None:
        """Switch a value of a field on or off."""
        value = "yes" if on else ""
        await self._take(changing.put_field(self._held().layout, field_id, name, value))

    @handler(admin=True)
    def type_page(self, page_id: str, value: str) -> None:
        """Type the title of a page."""
        held = self._held()
        made = arranging.name_page(held.layout, page_id, value[: layout.LONGEST_LABEL])
        held.change(made, about=f"{page_id}:title")
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

    def _type(self, field_id: str, name: str, value: str) -> None:
        held = self._held()
        # A field of the team's own has no name yet when it is chosen.
        understood = "" if (name, value) == ("maps_to", "custom") else value
        made = changing.put_field(held.layout, field_id, name, understood)
        held.change(made, about=f"{field_id}:{name}")
        self._draw()
        if field_id == self.selected:
            self.inspected = {**self.inspected, name: value}
