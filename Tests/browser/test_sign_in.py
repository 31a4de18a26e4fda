"""Signing in and up: plain forms that work without scripts, and what scripts add to them."""

import http.client
import re
import subprocess
import urllib.parse
import uuid

import pytest
from playwright.sync_api import expect

from conftest import PASSWORD, SELLER, Window, shot, violations

# Every address is counted towards the throttle: failures come from e-mails that nobody has.
NOBODY = "nobody-{}@salon.example"


@pytest.fixture
def stranger(chromium):
    """Windows that are not signed in: stranger(base, locale=…, java_script_enabled=…)."""
    contexts, windows = [], []

    def make(base, **options):
        context = chromium.new_context(**{"locale": "ru-RU", **options})
        contexts.append(context)
        windows.append(Window(context, base))
        return windows[-1]

    yield make
    complaints = [line for window in windows for line in window.complaints]
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def fill(page, email, password=PASSWORD):
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    page.locator("form [type=submit]").click()


def new_company(page, run, slug, email, password="a long password"):
    page.goto(run["url"].rstrip("/") + "/sign-up")
    for name, value in {"company": "Проба", "slug": slug, "name": "Пётр Пробный", "email": email, "password": password}.items():
        page.locator("#" + name).fill(value)
    page.locator("form [type=submit]").click()


@pytest.mark.parametrize("language", ["ru-RU", "en-US"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_forms_and_the_error_page_have_no_violations(stranger, salon, run, language, scheme, width):
    window = stranger(salon["url"], locale=language, color_scheme=scheme, viewport={"width": width, "height": 800})
    page, name = window.page, f"{language[:2]}-{scheme}-{width}"
    for path, kind in ((window.base + "/sign-in", "sign-in"), (run["url"].rstrip("/") + "/sign-in", "sign-in-common"),
                       (run["url"].rstrip("/") + "/sign-up", "sign-up"), (window.base + "/nothing", "error-404"),
                       (salon["url"].replace("salon", "no-such-company"), "error-company")):
        page.goto(path)
        shot(page, f"{kind}-{name}")
        assert violations(page) == [], kind
        assert page.evaluate("document.documentElement.scrollWidth") <= width, kind
        assert page.evaluate("document.documentElement.lang") == language[:2]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_wrong_password_is_said_beside_the_field_and_the_mail_stays(stranger, salon, scripts):
    window = stranger(salon["url"], java_script_enabled=scripts)
    page, email = window.page, NOBODY.format(uuid.uuid4().hex[:8])
    page.goto(window.base + "/sign-in?next=/tasks")
    fill(page, email, "not the password")
    expect(page.locator(".field[data-name=password] .error")).to_have_text("Неверный e-mail или пароль.")
    expect(page.locator("#password")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#email")).to_have_value(email)
    expect(page.locator("#password")).to_have_value("")
    fill(page, salon["email"])
    page.wait_for_url("**/tasks")


def test_next_never_leads_elsewhere(stranger, salon):
    window = stranger(salon["url"])
    window.page.goto(window.base + "/sign-in?next=//evil.example/")
    fill(window.page, salon["email"])
    window.page.wait_for_url(window.base + "/**")
    window.page.wait_for_selector(".cols")


def test_too_many_attempts_say_how_long_to_wait(stranger, salon):
    window = stranger(salon["url"])
    page, email = window.page, NOBODY.format(uuid.uuid4().hex[:8])
    page.goto(window.base + "/sign-in")
    for _ in range(10):
        fill(page, email, "not the password")
        page.wait_for_load_state()
    fill(page, email, "not the password")
    expect(page.locator(".form-error")).to_contain_text(re.compile(r"Слишком много попыток. Повторите через \d+ мин"))
    button = page.locator("form [type=submit]")
    expect(button).to_be_disabled()
    expect(button).to_have_text(re.compile(r"Повторить можно через 1[0-4]:\d\d|Повторить можно через 15:00"))
    shot(page, "sign-in-throttled")
    assert violations(page) == []


def test_a_visitor_is_led_to_sign_in_and_back_with_his_question(stranger, salon):
    window = stranger(salon["url"])
    page = window.page
    page.goto(window.base + "/tasks?whose=all")
    assert "/sign-in" in page.url
    fill(page, salon["email"])
    page.wait_for_url("**/tasks?whose=all")
    page.goto(window.base + "/sign-in")
    page.wait_for_selector(".cols")


def test_the_password_can_be_looked_at_and_managers_know_the_fields(stranger, salon):
    window = stranger(salon["url"])
    page = window.page
    page.goto(window.base + "/sign-in")
    assert page.locator("#email").get_attribute("autocomplete") == "username"
    assert page.locator("#password").get_attribute("autocomplete") == "current-password"
    page.locator("#password").fill("secret")
    page.get_by_role("button", name="Показать пароль").click()
    expect(page.locator("#password")).to_have_attribute("type", "text")
    page.get_by_role("button", name="Показать пароль").click()
    expect(page.locator("#password")).to_have_attribute("type", "password")
    page.get_by_text("Забыли пароль?").click()
    expect(page.get_by_text("voronka user password")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_language_and_theme_are_chosen_before_signing_in(stranger, salon, scripts):
    window = stranger(salon["url"], java_script_enabled=scripts)
    page = window.page
    page.goto(window.base + "/sign-in?next=/tasks")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
    page.get_by_role("link", name="Dark").click()
    page.goto(window.base + "/sign-in?next=/tasks")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("html").get_attribute("data-theme") == "dark"
    fill(page, salon["email"])
    page.wait_for_url("**/tasks")


@pytest.mark.parametrize("scheme, offered", [("light", "Тёмная"), ("dark", "Светлая")])
def test_the_theme_that_the_system_does_not_have_is_offered(stranger, salon, scheme, offered):
    window = stranger(salon["url"], color_scheme=scheme)
    window.page.goto(window.base + "/sign-in")
    shown = window.page.locator(".auth-foot a:visible").all_inner_texts()
    assert shown == ["English", offered]


@pytest.mark.parametrize("scripts", [True, False])
def test_the_common_sign_in_leads_to_the_company(stranger, run, salon, scripts):
    window = stranger(run["url"], java_script_enabled=scripts)
    window.page.goto(window.base + "/sign-in")
    fill(window.page, SELLER)
    window.page.wait_for_url(salon["url"].rstrip("/") + "/**")
    expect(window.page.locator("html")).to_have_attribute("lang", "ru")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_company_is_made_and_its_founder_is_in(stranger, run, scripts):
    window = stranger(run["url"], java_script_enabled=scripts)
    slug = "proba-" + uuid.uuid4().hex[:8]
    new_company(window.page, run, slug, f"{slug}@example.org")
    window.page.wait_for_url(f"http://{slug}.*/**")


def test_checks_stand_beside_the_fields_of_a_new_company(stranger, run, salon):
    window = stranger(run["url"])
    page = window.page
    page.goto(window.base + "/sign-up")
    page.locator("form [type=submit]").click()
    expect(page.locator(".error:visible")).to_have_count(5)
    page.locator("#company").fill("Студия «Лён»")
    expect(page.locator("#slug")).to_have_value("studiya-len")
    page.locator("#slug").fill("a")
    page.locator("#email").fill("nobody")
    page.locator("#name").fill("Пётр")
    page.locator("#password").fill("short")
    page.locator("#password").press("Tab")
    for name in ("slug", "email", "password"):
        expect(page.locator(f"#{name}")).to_have_attribute("aria-invalid", "true")
    shot(page, "sign-up-checks")
    assert violations(page) == []
    # What only the server knows comes back beside its field too.
    page.locator("#slug").fill("salon")
    page.locator("#email").fill("somebody@example.org")
    page.locator("#password").fill("long enough 1")
    page.locator("form [type=submit]").click()
    expect(page.locator(".field[data-name=slug] .error")).to_have_text("Этот адрес уже занят.")
    expect(page.locator("#company")).to_have_value("Студия «Лён»")


@pytest.mark.parametrize("scripts", [True, False])
def test_someone_of_several_companies_chooses(stranger, run, scripts):
    window = stranger(run["url"], java_script_enabled=scripts)
    page = window.page
    first, second = ("two-" + uuid.uuid4().hex[:8] for _ in range(2))
    email = f"{first}@example.org"
    for slug in (first, second):
        new_company(page, run, slug, email)
        page.wait_for_url(f"http://{slug}.*/**")
    page.goto(window.base + "/sign-in")
    fill(page, email, "a long password")
    expect(page.get_by_role("heading", level=1)).to_have_text("Какую компанию открыть?")
    expect(page.locator(".choice")).to_have_count(2)
    if scripts:
        shot(page, "choose")
        assert violations(page) == []
    page.locator(".choice", has_text=second).click()
    page.wait_for_url(f"http://{second}.*/**")


def test_an_address_without_a_company_leads_to_the_common_sign_in(stranger, run, salon):
    window = stranger(salon["url"].replace("salon", "no-such-company"))
    page = window.page
    page.goto(window.base + "/deals")
    expect(page.locator(".error-page")).to_contain_text("По этому адресу нет компании.")
    expect(page.locator("code")).not_to_be_empty()
    page.get_by_role("link", name=re.compile("Войти")).click()
    page.wait_for_url(run["url"].rstrip("/") + "/sign-in")


def test_a_suspended_company_says_so(stranger, run):
    window = stranger(run["url"])
    slug = "pause-" + uuid.uuid4().hex[:8]
    new_company(window.page, run, slug, f"{slug}@example.org")
    window.page.wait_for_url(f"http://{slug}.*/**")
    window.page.wait_for_selector(".screen:not(.is-loading)")
    base = window.page.url.split("/deals")[0].rstrip("/")
    subprocess.run(
        ["psql", run["database_url"], "-v", "ON_ERROR_STOP=1", "-qc",
         f"UPDATE control.tenants SET state = 'suspended' WHERE slug = '{slug}'"], check=True)
    window.forgiven.append("приостановлена")
    for _ in range(40):
        # A found company is believed for a second.
        window.page.goto(base + "/sign-in")
        if window.page.locator(".error-page").count():
            break
        window.page.wait_for_timeout(100)
    expect(window.page.locator(".error-page")).to_contain_text("Работа компании приостановлена.")
    shot(window.page, "error-suspended")
    assert violations(window.page) == []


def post(run, host, form, **headers):
    """The form as a program sends it: (status, page)."""
    address = urllib.parse.urlsplit(run["api"])
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request("POST", "/sign-in", body=form, headers={
        "Host": host, "Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html", **headers})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_another_site_cannot_sign_anyone_in_and_no_form_breaks_the_server(run, salon):
    host = urllib.parse.urlsplit(salon["url"]).netloc
    own = {"Origin": f"http://{host}"}
    right = urllib.parse.urlencode({"email": salon["email"], "password": salon["password"]})
    assert post(run, host, right, **own)[0] == 303
    for foreign in ({}, {"Origin": "http://evil.example"}, {**own, "Sec-Fetch-Site": "cross-site"},
                    {"Origin": salon["url"].replace("salon", "vector").rstrip("/")}):
        assert post(run, host, right, **foreign)[0] == 403, foreign
    assert post(run, host, "{}", **{**own, "Content-Type": "application/json"})[0] == 415
    assert post(run, host, "email=" + "a" * 20_000, **own)[0] == 413
    for broken in ("", "email=%00&password=x", "email=%ff%fe&password=x", "email", "email=a%40b.cd&password=" + "p" * 2000):
        status, page = post(run, host, broken, **own)
        assert status == 400, broken
        assert "<!doctype html>" in page
    status, page = post(run, host, urllib.parse.urlencode({"email": '"><script>', "password": "x", "next": '"><script>'}), **own)
    assert status == 400 and "<script>" not in page
