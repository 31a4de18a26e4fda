"""Fixtures of the browser tests: a running server with the demo companies, told by VORONKA_RUN_JSON."""

import json
import os
import pathlib
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "voronka-demo"
# A seller of the salon: she sees her own records only.
SELLER = "maria.lebedeva@salon.example"


@pytest.fixture(scope="session")
def run():
    path = os.environ.get("VORONKA_RUN_JSON")
    if not path:
        pytest.fail("VORONKA_RUN_JSON is not set: start with bin/test")
    return json.loads(pathlib.Path(path).read_text())


@pytest.fixture(scope="session")
def salon(run):
    return run["tenants"][0]


@pytest.fixture(scope="session")
def vector(run):
    return run["tenants"][1]


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("VORONKA_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.fail("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=["--no-sandbox"])
        yield browser
        browser.close()


class Window:
    """One browser window signed in to a company; remembers everything the console complained about."""

    def __init__(self, context, base):
        self.base = base.rstrip("/")
        self.page: Page = context.new_page()
        self.page.set_default_timeout(8000)
        self.complaints = []
        # Words of complaints that the test itself provokes.
        self.forgiven = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _heard(self, message):
        # A refused write is the server's answer, which some tests ask for.
        refused = "Failed to load resource" in message.text and " 4" in message.text
        if message.type in ("error", "warning") and not refused and not any(word in message.text for word in self.forgiven):
            self.complaints.append(f"{message.type}: {message.text}")

    def open(self, path="/"):
        self.page.goto(self.base + path)
        self.page.wait_for_selector("#app:not(.is-booting)")
        self.page.wait_for_selector(".screen:not(.is-loading)")
        return self.page

    def board(self, path="/deals"):
        self.open(path)
        self.page.wait_for_selector(".cols .card")
        return self.page

    def json(self, path, body=None, method=None):
        """A request by the page itself, with its cookie: (status, parsed body)."""
        return self.page.evaluate(
            """async ([path, body, method]) => {
               const r = await fetch(path, {method, body: body === null ? undefined : JSON.stringify(body),
                 headers: body === null ? {} : {'Content-Type': 'application/json'}});
               const t = await r.text();
               return [r.status, t ? JSON.parse(t) : null]; }""",
            [path, body, method or ("GET" if body is None else "POST")],
        )


def sign_in(context, tenant):
    window = Window(context, tenant["url"])
    page = window.page
    page.goto(window.base + "/sign-in")
    page.get_by_label("Почта").or_(page.get_by_label("E-mail")).fill(tenant["email"])
    page.locator("input[type=password]").fill(tenant.get("password", PASSWORD))
    page.locator("button[type=submit]").click()
    page.wait_for_selector("#app:not(.is-booting)")
    page.wait_for_selector(".screen:not(.is-loading)")
    return window


def prefer(window, **preferences):
    """Sets language and theme as the user menu does; `window` must be on a page of its company."""
    window.page.evaluate(
        """(body) => fetch('/ui/session', {method: 'PATCH', body: JSON.stringify(body),
           headers: {'Content-Type': 'application/json'}})""",
        preferences,
    )


@pytest.fixture(scope="session")
def states(chromium, salon, vector):
    """Cookies of one sign-in per company, so that the throttle of sign-ins is not our subject."""
    found = {}
    seller = {**salon, "email": SELLER}
    for name, tenant in ((salon["slug"], salon), (vector["slug"], vector), ("seller", seller)):
        context = chromium.new_context(locale="ru-RU")
        sign_in(context, tenant)
        found[name] = context.storage_state()
        context.close()
    return found


@pytest.fixture
def visit(chromium, states):
    """Opens windows: visit(tenant, who="seller", width=…). Fails the test on any console complaint."""
    contexts, windows = [], []

    def make(tenant, *, who=None, width=1440, height=900, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, locale="ru-RU",
            storage_state=states[who or tenant["slug"]], **options)
        contexts.append(context)
        window = Window(context, tenant["url"])
        windows.append(window)
        return window

    yield make
    complaints = [line for window in windows for line in window.complaints]
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}


def violations(page):
    """What axe finds, one line a node, after animations are over."""
    page.evaluate(
        """() => Promise.all(document.getAnimations()
             .filter((a) => a.effect.getTiming().iterations !== Infinity).map((a) => a.finished.catch(() => {})))
             .then(() => 0)""")
    page.evaluate("document.fonts.ready")
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} — {node['failureSummary'].splitlines()[-1].strip()[:160]}"
        for rule in found for node in rule["nodes"]
    ]


def shot(page, name):
    """Saves a picture when VORONKA_SHOTS names a folder."""
    folder = os.environ.get("VORONKA_SHOTS")
    if not folder:
        return
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=f"{folder}/{name}.png")


def drag(page, card, target, *, steps=12, drop=True):
    """Carries `card` onto the middle of `target` as a hand would."""
    card.scroll_into_view_if_needed()
    start = card.bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 22, steps=3)
    page.wait_for_selector(".lift")
    end = target.bounding_box()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + min(160, end["height"] / 2), steps=steps)
    page.wait_for_timeout(40)
    if drop:
        page.mouse.up()
        page.wait_for_selector(".lift", state="detached")


def column(page, number):
    return page.locator(".col").nth(number)
