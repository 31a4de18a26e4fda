"""Contacts, companies, tasks, sign-in and preferences."""

import re

from playwright.sync_api import expect

from conftest import Window, shot


def test_a_wrong_password_is_refused_in_place(chromium, salon):
    context = chromium.new_context(locale="ru-RU")
    window = Window(context, salon["url"])
    page = window.page
    page.goto(window.base + "/sign-in")
    page.get_by_label("Почта").fill("nobody@salon.example")
    page.get_by_label("Пароль").fill("not the password")
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()
    assert "/sign-in" in page.url
    context.close()


def test_a_signed_out_visitor_is_led_to_sign_in_and_back(chromium, salon):
    context = chromium.new_context(locale="ru-RU")
    window = Window(context, salon["url"])
    window.page.goto(window.base + "/tasks")
    window.page.wait_for_selector("input[type=password]")
    assert "/sign-in" in window.page.url
    context.close()


def test_contacts_are_searched_and_made(visit, salon):
    page = visit(salon).open("/contacts")
    page.wait_for_selector(".grid tbody tr")
    name = page.locator(".grid .row-link .trunc").first.inner_text().replace("\u00a0", " ")
    page.get_by_role("searchbox").fill(name)
    expect(page.locator(".grid .row-link", has_text=name.split()[0]).first).to_be_visible()
    page.get_by_role("searchbox").fill("щщщщ нет такого")
    expect(page.locator(".state")).to_contain_text("Ничего")
    page.get_by_role("button", name="Новый контакт").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Имя").fill("Проверочная Ольга")
    dialog.get_by_label("Телефон").fill("+7 900 555-66-77")
    dialog.get_by_role("button", name="Создать").click()
    page.wait_for_selector(".dtitle")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Проверочная Ольга")
    expect(page.locator(".fields")).to_contain_text(re.compile("900.555"))


def test_a_contact_card_takes_a_note(visit, salon):
    page = visit(salon).open("/contacts")
    page.locator(".grid .row-link").first.click()
    page.wait_for_selector(".dtitle")
    box = page.get_by_label("Заметка", exact=True)
    box.fill("Предпочитает сообщения")
    box.press("ControlOrMeta+Enter")
    expect(page.locator(".note", has_text="Предпочитает сообщения")).to_have_count(1)


def test_a_company_card_opens(visit, salon):
    page = visit(salon).open("/companies")
    page.locator(".grid .row-link").first.click()
    page.wait_for_selector(".dtitle")
    expect(page.locator(".rail")).to_contain_text("Деньги")


def test_a_task_is_made_moved_and_done(visit, salon):
    page = visit(salon).open("/tasks")
    page.get_by_role("button", name="Новая задача").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Что сделать").fill("Заказать расходники")
    dialog.get_by_role("button", name="Через неделю").click()
    dialog.get_by_role("button", name=re.compile("^Поставить")).click()
    row = page.locator(".trow", has_text="Заказать расходники").first
    expect(row).to_be_visible()
    row.get_by_role("button", name=re.compile("Перенести")).click()
    page.get_by_role("menuitem", name=re.compile("Завтра")).click()
    expect(page.locator('[data-group="tomorrow"]')).to_contain_text("Заказать расходники")
    row = page.locator('[data-group="tomorrow"] .trow', has_text="Заказать расходники").first
    row.get_by_role("button", name=re.compile("Выполнить")).click()
    row.get_by_role("textbox").fill("Заказаны")
    row.get_by_role("textbox").press("Enter")
    expect(page.locator('[data-group="tomorrow"] .trow', has_text="Заказать расходники")).to_have_count(0)


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
    page.route("**/api/v4/**", lambda route: route.abort())
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".toast.bad")).to_contain_text("Нет связи", timeout=8000)
    expect(page.locator(f'.col[data-stage="{home}"] .card[data-id="{deal}"]')).to_have_count(1)
    shot(page, "board-offline")
    window.complaints.clear()
