"""Text controls that show at once what is typed, whatever the server has heard of it by then.

A controlled input of React shows its ``value`` and nothing else, and here the value comes back from
the server: letters typed faster than that would be lost. These keep what is typed in the browser,
and take the page's value only when it is news: one that differs from all that was sent and has not
come back yet.
"""

from typing import Any

import reflex as rx
from reflex.utils.imports import ImportVar
from reflex_components_core.el.elements.forms import Input, Textarea

_CODE = """
const keepTyped = (tag) => function Typed({ value, onChange, ...rest }) {
  const told = value ?? "";
  const [shown, setShown] = useTypedState(told);
  const underWay = useTypedRef([]);
  useTypedEffect(() => {
    const echo = underWay.current.lastIndexOf(told);
    if (echo >= 0) {
      underWay.current.splice(0, echo + 1);
    } else {
      underWay.current = [];
      setShown(told);
    }
  }, [told]);
  const typed = (event) => {
    underWay.current.push(event.target.value);
    setShown(event.target.value);
    onChange?.(event);
  };
  return createTyped(tag, { ...rest, value: shown, onChange: typed });
};
"""
_REACT = {
    "createElement": "createTyped",
    "useEffect": "useTypedEffect",
    "useRef": "useTypedRef",
    "useState": "useTypedState",
}


class _Kept:
    """What both controls bring into the modules that use them."""

    def add_imports(self) -> dict[str, Any]:
        return {"react": [ImportVar(tag=tag, alias=alias) for tag, alias in _REACT.items()]}

    def add_custom_code(self) -> list[str]:
        return [
            _CODE,
            'const TypedInput = keepTyped("input");',
            'const TypedArea = keepTyped("textarea");',
        ]


class TypedInput(_Kept, Input):
    """One line, or any other control that letters and arrow keys change (times, dates, numbers)."""

    tag = "TypedInput"
    # Not the name of an element of HTML, as of all that this class comes from.
    _is_tag_in_global_scope = False


class TypedArea(_Kept, Textarea):
    """Several lines."""

    tag = "TypedArea"
    _is_tag_in_global_scope = False


def typed_input(**props: Any) -> rx.Component:
    """An input whose ``value`` is a var and whose ``on_change`` tells the server."""
    return TypedInput.create(**props)


def typed_area(**props: Any) -> rx.Component:
    """The same for several lines."""
    return TypedArea.create(**props)
