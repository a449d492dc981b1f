"""The look of the house in plain values: colour, space, type, shape and motion.

The dashboard's theme and the public pages' stylesheet are both made from these, so one change
here reaches every page. Text keeps a contrast of at least 4.5:1 and control borders 3:1 on
``page`` and ``surface``, in light and in dark. This module imports nothing.
"""

FONT = '"Inter Variable", "Inter", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace'

# Slate for nearly everything, indigo for the one primary action, semantics never without an icon.
LIGHT: dict[str, str] = {
    "page": "#f6f7f9",
    "surface": "#ffffff",
    "raised": "#ffffff",
    "sunken": "#f1f3f7",
    "hover": "#eef1f5",
    "line": "#e3e7ee",
    "control": "#8490a5",
    "text": "#0f172a",
    "muted": "#55617a",
    "accent": "#4f46e5",
    "accent-hover": "#4338ca",
    "on-accent": "#ffffff",
    "accent-text": "#4338ca",
    "accent-soft": "#eef0ff",
    "good": "#15803d",
    "good-soft": "#f0fdf4",
    "warn": "#b45309",
    "warn-soft": "#fffbeb",
    "bad": "#b91c1c",
    "bad-soft": "#fef2f2",
    "focus": "#4f46e5",
    "shadow": "rgb(15 23 42 / 0.16)",
    "shadow-soft": "rgb(15 23 42 / 0.04)",
}
DARK: dict[str, str] = {
    "page": "#0b0f17",
    "surface": "#131924",
    "raised": "#1a2130",
    "sunken": "#0f141e",
    "hover": "#1d2534",
    "line": "#252d3b",
    "control": "#66738a",
    "text": "#e8ecf3",
    "muted": "#a0abbe",
    "accent": "#8b93ff",
    "accent-hover": "#a5abff",
    "on-accent": "#0d1020",
    "accent-text": "#a5abff",
    "accent-soft": "#1e2340",
    "good": "#4ade80",
    "good-soft": "#10241a",
    "warn": "#fbbf24",
    "warn-soft": "#2a2010",
    "bad": "#fca5a5",
    "bad-soft": "#2a1517",
    "focus": "#a5abff",
    "shadow": "rgb(0 0 0 / 0.5)",
    "shadow-soft": "rgb(0 0 0 / 0.2)",
}

# Fills for members' initials, told apart with any kind of colour vision; white text on each.
MEMBER_COLORS: tuple[str, ...] = (
    "#0f62a8",
    "#b4480c",
    "#0b7a5c",
    "#a1367f",
    "#8a6100",
    "#5b4bb7",
    "#1f7390",
    "#9c2f3e",
    "#4d6b1f",
    "#475569",
)

# Pixels, on a grid of four: inside controls, between fields, between groups, page edge.
SPACE: dict[str, int] = {"1": 4, "2": 8, "3": 12, "4": 16, "6": 24, "8": 32, "12": 48}
# Pixels: caption, table, body, section, page and display size.
TYPE: dict[str, int] = {"xs": 12, "sm": 13, "md": 14, "lg": 16, "xl": 20, "xxl": 28}
WEIGHT: dict[str, int] = {"text": 400, "label": 500, "heading": 600}
# Pixels.
RADIUS: dict[str, int] = {"control": 8, "card": 12, "round": 999}
# Milliseconds; none where the visitor asks for less.
MOTION: dict[str, int] = {"fast": 120, "slow": 180}
