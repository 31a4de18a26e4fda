"""What a page weighs on its way: the compressed bytes that the server sends, not those of the files."""

import pytest

from test_assets import LATER

PATHS = {"board": "/deals", "deal": "/deals/", "people": "/contacts", "person": "/contacts/", "tasks": "/tasks"}

# The budget of scripts is 45 KB of Brotli (test_assets.py holds it); the server sends gzip, which holds it too.
WITHIN_IN_GZIP = set(PATHS)

# Bodies as they came over the wire, of the page and of all that it fetched.
FETCHED = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .map((e) => [new URL(e.name).pathname, e.encodedBodySize, e.decodedBodySize])"""


def fetched(page):
    found = page.evaluate(FETCHED)
    sizes = {path: sent for path, sent, _ in found}
    kind = lambda end: {path: size for path, size in sizes.items() if path.endswith(end)}
    styles, scripts = kind(".css"), kind(".js")
    assert styles and scripts and min(sizes[path] for path in [*styles, *scripts]) > 0
    assert all(sent < plain for path, sent, plain in found if path in styles), "sent as it is"
    return found[0][1], styles, scripts


def told(screen, html, styles, scripts):
    print(f"{screen}: HTML {html / 1024:.1f} KB, CSS {sum(styles.values()) / 1024:.1f} KB, "
          f"JS {sum(scripts.values()) / 1024:.1f} KB")


@pytest.mark.parametrize("screen", PATHS)
def test_a_screen_is_sent_within_its_budget(visit, salon, screen):
    window = visit(salon)
    path = PATHS[screen]
    if path.endswith("/"):
        name = path.strip("/").replace("deals", "leads")
        status, body = window.page.goto(window.base + "/deals") and window.json(f"/api/v4/{name}?limit=1")
        assert status == 200
        path += str(body["_embedded"][name][0]["id"])
        window.page.close()
        window.page = window.page.context.new_page()
    html, styles, scripts = fetched(window.open(path))
    before = {path: size for path, size in scripts.items()
              if path.rsplit("/", 1)[1].removesuffix(".js") not in LATER[screen]}
    told(screen, html, styles, before)
    assert any(path.endswith("/app.js") for path in before)
    assert 0 < html <= 20 * 1024
    assert sum(styles.values()) <= 12 * 1024
    if screen in WITHIN_IN_GZIP:
        assert sum(before.values()) <= 45 * 1024


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up"])
def test_a_form_is_sent_within_its_budget(chromium, run, path):
    context = chromium.new_context(locale="ru-RU")
    page = context.new_page()
    # A company is signed up at the address that is no company's.
    assert page.goto(run["url"].rstrip("/") + path).status == 200
    page.wait_for_load_state("load")
    html, styles, scripts = fetched(page)
    context.close()
    told(path, html, styles, scripts)
    assert 0 < html <= 20 * 1024
    assert sum(styles.values()) <= 12 * 1024
    assert sum(scripts.values()) <= 45 * 1024
