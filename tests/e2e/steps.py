"""What every journey does: sign in, follow a link or send a form, and look whether the page fits its screen."""

import re

from playwright.sync_api import Locator, Page


def follow(locator: Locator) -> None:
    """Press a link or button that leads to another page, and wait for that page.

    A press alone may return before the browser has left: what is asked next would be answered by the old page, or by
    the database before the form has arrived.
    """
    with locator.page.expect_navigation():
        locator.click()


def press(page: Page, words: str) -> None:
    """Follow the page's button or link of these words, having seen that the page fits its screen."""
    assert fits(page)
    main = page.locator("main")
    follow(
        main.get_by_role("button", name=words, exact=True).or_(main.get_by_role("link", name=words, exact=True)).first
    )


def sign_in(page: Page, username: str) -> None:
    """Sign in through the page, whoever was signed in before."""
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(username)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(re.compile(r"/(dashboard/)?$"))


def fits(page: Page) -> bool:
    """Return whether nothing sticks out to the right; on a phone's screen `innerWidth` would grow with what does."""
    size = page.viewport_size
    return size is not None and page.evaluate("document.documentElement.scrollWidth") <= size["width"]
