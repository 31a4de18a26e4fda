"""What stays while screens change: menus, palette, shortcuts, language, theme, the words themselves."""

import re

import pytest
from playwright.sync_api import expect

from conftest import prefer, shot, violations


def test_language_and_theme_are_chosen_in_the_user_menu(visit, salon):
    page = visit(salon).board()
    page.locator(".me").click()
    page.get_by_role("menuitemradio", name="Тёмная").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator(".me").click()
    page.get_by_role("menuitemradio", name="English").click()
    page.wait_for_selector("html[lang=en]")
    page.wait_for_selector(".cols .card")
    expect(page.locator(".views a").first).to_contain_text("All open")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator(".me").click()
    page.get_by_role("menuitemradio", name="Русский").click()
    page.wait_for_selector("html[lang=ru]")
    page.wait_for_selector(".cols .card")
    page.locator(".me").click()
    page.get_by_role("menuitemradio", name="Светлая").click()


def test_a_lost_connection_is_said_and_the_write_rolls_back(visit, salon):
    window = visit(salon)
    page = window.board()
    card = page.locator(".col").nth(1).locator(".card").first
    deal = card.get_attribute("data-id")
    home = page.locator(".col").nth(1).get_attribute("data-stage")
    card.locator(".name").focus()
    window.forgiven.append("net::ERR_FAILED")
    page.route("**/api/v4/**", lambda route: route.abort())
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".toast.bad")).to_contain_text("Нет связи", timeout=8000)
    expect(page.locator(f'.col[data-stage="{home}"] .card[data-id="{deal}"]')).to_have_count(1)
    shot(page, "board-offline")


def test_what_was_chosen_lasts_over_a_reload_and_paints_at_once(visit, salon):
    window = visit(salon)
    page = window.open("/tasks")
    page.locator(".me").click()
    page.get_by_role("menuitemradio", name="Тёмная").click()
    page.reload()
    page.wait_for_selector("#app:not(.is-booting)")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    # The very first bytes say so: no white flash before the scripts.
    status, text = page.evaluate("fetch('/tasks').then(async (r) => [r.status, await r.text()])")
    assert status == 200 and 'data-theme="dark"' in text
    page.locator(".me").click()
    page.get_by_role("menuitemradio", name="Светлая").click()


def test_the_palette_finds_goes_and_does(visit, salon):
    page = visit(salon).open("/tasks")
    page.keyboard.press("ControlOrMeta+k")
    page.get_by_role("combobox").fill("Марина")
    option = page.get_by_role("option").filter(has_text="Марина").first
    expect(option).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_selector(".dtitle, .screen.record")
    page.keyboard.press("ControlOrMeta+k")
    page.get_by_role("combobox").fill("Новая компания")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Новая компания")
    page.keyboard.press("Escape")


def test_keys_lead_everywhere_in_the_russian_layout_too(visit, salon):
    page = visit(salon).open("/tasks")
    for second, path in (("KeyC", "/contacts"), ("KeyO", "/companies"), ("KeyD", "/deals"), ("KeyT", "/tasks")):
        page.keyboard.press("KeyG")
        page.keyboard.press(second)
        page.wait_for_url("**" + path)
        page.wait_for_selector(".screen:not(.is-loading)")
    page.evaluate("""() => { for (const [key, code] of [['п', 'KeyG'], ['с', 'KeyC']])
        dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true, cancelable: true})); }""")
    page.wait_for_url("**/contacts")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Горячие клавиши")
    for words in ("Везде", "В задачах", "Следующее поле"):
        expect(dialog).to_contain_text(words)
    shot(page, "shortcuts")
    # Typing is typing: no key of the page works in a field.
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").press_sequentially("gt?n")
    expect(page).to_have_url(re.compile("/contacts"))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_signing_out_ends_the_session(chromium, salon):
    from conftest import sign_in
    context = chromium.new_context(locale="ru-RU")
    window = sign_in(context, salon)
    window.page.locator(".me").click()
    window.page.get_by_role("menuitem", name="Выйти").click()
    window.page.wait_for_url("**/sign-in")
    window.page.goto(window.base + "/deals")
    assert "/sign-in" in window.page.url
    assert not window.complaints, window.complaints
    context.close()


def test_a_screen_that_cannot_be_loaded_says_why_and_tries_again(visit, salon):
    window = visit(salon)
    page = window.open("/tasks")
    window.forgiven += ["net::ERR_FAILED", "status of 500"]
    page.route("**/ui/contacts?*", lambda route: route.abort())
    page.locator('.side a[href="/contacts"]').click()
    expect(page.locator(".state")).to_contain_text("Нет связи с сервером")
    assert violations(page) == []
    page.unroute("**/ui/contacts?*")
    page.get_by_role("button", name="Повторить").click()
    expect(page.locator(".grid tbody tr").first).to_be_visible()
    page.route("**/ui/tasks?*", lambda route: route.fulfill(
        status=500, content_type="application/problem+json", body='{"status": 500, "detail": "Что-то сломалось у нас."}'))
    page.locator('.side a[href="/tasks"]').click()
    expect(page.locator(".state")).to_contain_text("Что-то сломалось у нас.")
    shot(page, "screen-failed")


def test_a_waiting_screen_shows_its_bones(visit, salon):
    page = visit(salon).open("/tasks")
    held = []
    page.route("**/ui/companies?*", lambda route: held.append(route))
    page.locator('.side a[href="/companies"]').click()
    expect(page.locator(".screen.is-loading[aria-busy=true] .sk").first).to_be_visible()
    shot(page, "screen-loading")
    held[0].continue_()
    expect(page.locator(".grid tbody tr").first).to_be_visible()


# ---- the words

# Russian screens: names and addresses are data; the rest is Russian.
LATIN = {"Voronka", "Telegram", "WhatsApp", "English", "Ctrl", "Esc", "Tab", "VIP", "SPA", "AI", "airtouch"}
PAGES = ["/deals", "/contacts", "/companies", "/tasks", "/tasks?whose=all", "/deals/987654321"]
# Text of the interface: without what people typed.
TEXT = """() => {
  const own = 'a.row-link, .card, .task-text b, .task-text small, .task-card, .trow .kind, .ws, .me b, .me small, .who, .av, .sub, .c-email, .c-phone,'
    + '.nav [data-pipeline], .lately, .picker, .col h2, .step b, .title-edit, .chip:has(.sq), .f dd, .f dt, .person, .mini, .note p, .done p, .ev b, .of-deal,'
    + 'dialog .lead, .flow .h span, .task small, .prose, option, .crumb a + svg + a, .path .trunc, .whom, .result:not(.command), script, style, title, kbd';
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    if (node.data.trim() && !node.parentElement.closest(own) && node.parentElement.checkVisibility()) found.push(node.data.trim());
  for (const one of document.querySelectorAll('[placeholder], main [aria-label]'))
    if (!one.closest(own)) found.push(one.getAttribute('placeholder') ?? '');
  return found;
}"""


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_screen_shows_a_raw_key_or_the_other_language(visit, salon, language):
    window = visit(salon)
    page = window.open("/contacts")
    card = page.locator(".grid .row-link").first.get_attribute("href")
    company = window.open("/companies") and page.locator(".grid .row-link").first.get_attribute("href")
    deal = window.board() and page.locator(".card").first.get_attribute("data-id")
    prefer(window, locale=language)
    wrong = []
    keys = re.compile(r"^[a-z]+(_[a-z]+)*\.[a-z_.]+$")
    try:
        for path in [*PAGES, card, company, f"/deals/{deal}"]:
            window.open(path)
            for dialog in (None, "?", "n", "ControlOrMeta+k"):
                if dialog:
                    page.keyboard.press(dialog)
                    page.wait_for_selector("dialog[open]")
                for text in page.evaluate(TEXT):
                    foreign = re.findall(r"[А-Яа-яЁё]{2,}", text) if language == "en" else \
                        set(re.findall(r"[A-Za-z]{2,}", text)) - LATIN
                    if keys.match(text) or foreign:
                        wrong.append(f"{path} {dialog or ''}: {text}")
                if dialog:
                    page.keyboard.press("Escape")
                    page.wait_for_selector("dialog[open]", state="detached")
    finally:
        prefer(window, locale="ru")
    assert not wrong, "\n".join(sorted(set(wrong)))
