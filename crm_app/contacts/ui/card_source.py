"""Where the card's views take their values from: the open contact, or the studio's pretend one."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """``state`` has the vars of a card: head, errors, blocks, emails, phones, places, custom, quiet
    and companies. Without ``acts``, the state whose handlers are called, nothing can be done."""

    state: Any
    acts: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.state, name)

    @property
    def typed(self) -> dict[str, Any]:
        """What an input of text tells; one event a second, the letters stay in the browser."""
        return {"on_change": self.acts.touch.throttle(1000)} if self.acts else {}

    @property
    def chosen(self) -> dict[str, Any]:
        """What a list or a box tells."""
        return {"on_change": lambda _value: self.acts.touch} if self.acts else {}

    @property
    def company_typed(self) -> dict[str, Any]:
        """What the input of the company tells: it wants suggestions."""
        return {"on_change": self.acts.look_for_company.debounce(250)} if self.acts else {}

    def adds(self, kind: str) -> dict[str, Any]:
        """What the button below a list of lines does."""
        return {"on_click": self.acts.add_line(kind)} if self.acts else {}

    def removes(self, kind: str, key: Any) -> dict[str, Any]:
        """What the cross beside a line does."""
        return {"on_click": self.acts.remove_line(kind, key)} if self.acts else {}
