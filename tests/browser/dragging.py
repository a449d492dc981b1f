"""Dragging as people do it: with a mouse, with a finger, from the keyboard."""

from playwright.sync_api import Locator, Page, TimeoutError, expect


def drag(page: Page, item: Locator, onto: str) -> None:
    """With the mouse, in steps as a hand makes them."""
    item.scroll_into_view_if_needed()
    page.locator(onto).scroll_into_view_if_needed()
    # What was dropped before may still be moving the page: take hold as a person does, until it holds.
    for _ in range(5):
        start = item.bounding_box()
        assert start
        x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 10, y, steps=3)
        if _held(page):
            break
        page.mouse.up()
    expect(page.locator(".drag-ghost")).to_be_visible()
    end = page.locator(onto).bounding_box()
    assert end
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=12)
    page.mouse.up()
    expect(page.locator(".drag-ghost")).to_have_count(0)


def _held(page: Page) -> bool:
    try:
        page.locator(".drag-ghost").wait_for(timeout=2000)
    except TimeoutError:
        return False
    return True


def press_and_drag(page: Page, item: Locator, onto: str) -> None:
    """With a finger: press a while, then move; Chromium's own touch events."""
    start = item.bounding_box()
    end = page.locator(onto).bounding_box()
    assert start
    assert end
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
        )

    x, y = start["x"] + 8, start["y"] + 8
    send("touchStart", (x, y))
    expect(page.locator(".drag-ghost")).to_be_visible()
    to_x, to_y = end["x"] + end["width"] / 2, end["y"] + end["height"] / 2
    for part in range(1, 11):
        send("touchMove", (x + (to_x - x) * part / 10, y + (to_y - y) * part / 10))
    send("touchEnd")
    expect(page.locator(".drag-ghost")).to_have_count(0)


def pick_up(page: Page) -> None:
    """Space on the focused handle; arrows are listened to one turn of the browser later."""
    # What was dropped before glides to its place for a moment.
    expect(page.locator(".drag-ghost")).to_have_count(0)
    page.keyboard.press("Space")
    expect(page.locator(".drag-ghost")).to_be_visible()
    page.evaluate("() => new Promise((done) => setTimeout(done))")
