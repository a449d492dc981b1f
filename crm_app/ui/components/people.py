"""People as a coloured disc with initials; colour never stands alone."""

import reflex as rx


def avatar(
    initials: rx.Var[str] | str,
    color: rx.Var[int] | int = 0,
    *,
    name: rx.Var[str] | str = "",
    size: int = 28,
) -> rx.Component:
    """A member's disc. ``color`` is the position in the palette, ``name`` what it is called."""
    filled = color if isinstance(color, rx.Var) else rx.Var.create(color)
    fill = rx.Var(
        _js_expr=f"`var(--member-${{({filled!s}) % 10}})`",
        _var_type=str,
        _var_data=filled._get_all_var_data(),
    )
    named = (
        {"aria_hidden": "true"}
        if isinstance(name, str) and not name
        else {"role": "img", "aria_label": name}
    )
    return rx.el.span(
        initials,
        class_name="avatar",
        style={
            "background": fill,
            "width": f"{size}px",
            "height": f"{size}px",
            "font_size": f"{max(10, size * 2 // 5)}px",
        },
        **named,
    )


def initials(name: str) -> str:
    """Up to two initials of ``name``: of its first and its last word."""
    found = [word[0] for word in name.split() if word[0].isalnum()]
    return "".join([found[0], found[-1]] if len(found) > 1 else found).upper() or "?"
