"""axe finds nothing, the console is silent: every page, both themes, both languages."""

import pytest

from conftest import Window, prefer, shot, violations

PAGES = ["board", "deal", "contacts", "contact", "companies", "company", "tasks"]


@pytest.fixture(scope="module")
def addresses(chromium, states, salon):
    context = chromium.new_context(storage_state=states[salon["slug"]], locale="ru-RU")
    window = Window(context, salon["url"])
    page = window.board()
    deal = page.locator(".col").nth(2).locator(".card").nth(2).get_attribute("data-id")
    found = {"board": "/deals", "deal": f"/deals/{deal}", "tasks": "/tasks"}
    for plural, one in (("contacts", "contact"), ("companies", "company")):
        window.open("/" + plural)
        found[plural] = "/" + plural
        found[one] = page.locator(".grid .row-link").first.get_attribute("href")
    context.close()
    return found


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_have_no_violations(visit, salon, addresses, theme, language):
    window = visit(salon)
    page = window.board()
    prefer(window, locale=language, theme=theme)
    found = {}
    try:
        for name in PAGES:
            window.open(addresses[name])
            assert page.evaluate("document.documentElement.lang") == language
            assert page.evaluate("document.documentElement.dataset.theme") == theme
            page.wait_for_timeout(250)
            shot(page, f"{name}-{language}-{theme}")
            lines = violations(page)
            if lines:
                found[name] = lines
    finally:
        prefer(window, locale="ru", theme="light")
    assert not found, "\n".join(f"{name}\n  " + "\n  ".join(lines) for name, lines in found.items())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dialogs_and_menus_have_no_violations(visit, salon, theme):
    window = visit(salon)
    page = window.board()
    prefer(window, theme=theme)
    try:
        page = window.board()
        for key in ("n", "t", "?", "ControlOrMeta+k"):
            page.keyboard.press(key)
            page.wait_for_selector("dialog[open]")
            assert violations(page) == []
            page.keyboard.press("Escape")
            page.wait_for_selector("dialog[open]", state="detached")
        page.locator(".me").click()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.locator(".col .add").first.click()
        assert violations(page) == []
    finally:
        prefer(window, theme="light")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_narrow_windows_have_no_violations(visit, salon, addresses, theme, width):
    window = visit(salon, width=width, height=800, has_touch=width == 390)
    page = window.open("/tasks")
    prefer(window, theme=theme)
    found = {}
    try:
        for name in PAGES:
            window.open(addresses[name])
            shot(page, f"{name}-{theme}-{width}")
            lines = violations(page)
            if lines:
                found[name] = lines
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    finally:
        prefer(window, theme="light")
    assert not found, "\n".join(f"{name}\n  " + "\n  ".join(lines) for name, lines in found.items())


def test_pages_carry_the_strict_policy(visit, salon):
    window = visit(salon)
    response = window.page.goto(window.base + "/deals")
    policy = response.headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'",
                 "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types voronka"):
        assert part in policy
    assert "unsafe" not in policy


def test_the_page_survives_double_zoom(visit, salon):
    """200 % zoom of a 1440-px window is a 720-px one."""
    page = visit(salon, width=720, height=450).board()
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
