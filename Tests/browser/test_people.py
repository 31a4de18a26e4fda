"""Contacts and companies: the lists and the cards."""

import json
import re
import uuid

import pytest
from playwright.sync_api import expect

from conftest import shot, violations


def make(window, plural, name, **more):
    """Makes a card by the API; gives its id."""
    status, body = window.json(f"/api/v4/{plural}", [{"name": name, **more}])
    assert status == 200, body
    return body["_embedded"][plural][0]["id"]


def phone_field(number):
    return {"custom_fields_values": [{"field_code": "PHONE", "values": [{"value": number, "enum_code": "MOB"}]}]}


@pytest.fixture
def window(visit, salon):
    window = visit(salon)
    window.open("/contacts")
    return window


def test_a_slash_searches_and_the_address_keeps_the_words(window):
    page, name = window.page, f"Искомая {uuid.uuid4().hex[:6]}"
    make(window, "contacts", name)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(name)
    expect(page.locator(".grid tbody tr")).to_have_count(1)
    expect(page.locator(".count")).to_have_text("1")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name=name)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value(name)
    expect(page.locator(".grid tbody tr")).to_have_count(1)
    page.get_by_role("searchbox").fill("щщщщ нет такого")
    expect(page.locator(".state")).to_contain_text("Ничего не найдено")
    shot(page, "contacts-nothing-found")
    assert violations(page) == []
    page.get_by_role("button", name="Сбросить поиск").click()
    expect(page.locator(".grid tbody tr").nth(20)).to_be_attached()


def test_a_contact_is_found_by_the_end_of_a_phone(window):
    make(window, "contacts", "По телефону", **phone_field("+7 900 111-22-33"))
    window.page.get_by_role("searchbox").fill("1112233")
    expect(window.page.locator(".row-link").first).to_have_text("По\u00a0телефону")


def test_the_next_rows_come_by_scrolling_and_each_comes_once(window):
    page = window.page
    total = int(page.locator(".count").inner_text().replace("\u00a0", ""))
    assert total > 150
    seen = 0
    while seen < total:
        page.locator(".grid tbody tr").last.scroll_into_view_if_needed()
        expect(page.locator(".grid tbody tr").nth(min(seen + 49, total - 1))).to_be_attached()
        seen = page.locator(".grid tbody tr").count()
    ids = page.eval_on_selector_all(".grid tbody tr", "(rows) => rows.map((row) => row.dataset.id)")
    assert len(ids) == len(set(ids)) == total


def test_coming_back_finds_the_place(window):
    page = window.page
    page.locator(".grid tbody tr").nth(45).scroll_into_view_if_needed()
    expect(page.locator(".grid tbody tr").nth(60)).to_be_attached()
    page.locator(".grid tbody tr").nth(60).scroll_into_view_if_needed()
    name = page.locator(".grid .row-link").nth(60)
    text = name.inner_text()
    name.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    page.go_back()
    expect(page.locator(".grid .row-link", has_text=text).first).to_be_in_viewport()


def test_rows_are_put_in_order_and_only_mine_are_shown(window):
    page = window.page
    page.get_by_role("columnheader").get_by_role("button", name="Имя").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    expect(page).to_have_url(re.compile("sort=name"))
    names = [name.lower() for name in page.locator(".grid .row-link").all_inner_texts()]
    assert names == sorted(names, key=lambda name: name.replace("ё", "е"))
    page.get_by_role("link", name=re.compile("^Мои")).click()
    expect(page.locator(".views [aria-current]")).to_contain_text("Мои")
    shown = page.locator(".views [aria-current] .c").inner_text()
    expect(page.locator(".count")).to_have_text(shown)
    owners = set(page.eval_on_selector_all(".c-owner .av", "(all) => all.map((one) => one.title)"))
    assert owners == {"Анна Ким"}


def test_a_colleagues_contact_appears_by_itself(window, visit, salon):
    name = f"Новенькая {uuid.uuid4().hex[:6]}"
    other = visit(salon)
    other.open("/tasks")
    make(other, "contacts", name)
    expect(window.page.locator(".row-link", has_text=name)).to_have_count(1, timeout=5000)


def test_a_new_contact_is_made_unless_there_is_one_already(window):
    page, number = window.page, f"+7 999 {uuid.uuid4().int % 10**7:07d}"
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Имя").fill("Ольга Проверочная")
    dialog.get_by_label("Телефон").fill(number)
    dialog.get_by_role("button", name="Создать").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ольга Проверочная")
    expect(page.locator(".fields").get_by_role("link", name=re.compile(r"^\+7"))).to_have_attribute("href", "tel:" + number.replace(" ", ""))
    address = page.url
    page.goto(window.base + "/contacts")
    page.get_by_role("button", name="Новый контакт").click()
    dialog.get_by_label("Телефон").fill(number.replace("+7", "8"))
    expect(dialog.locator(".likes")).to_contain_text("Ольга Проверочная")
    shot(page, "contact-duplicate")
    assert violations(page) == []
    dialog.locator(".likes .choice").click()
    page.wait_for_url(address)


def test_what_the_server_refuses_stands_beside_its_field(window):
    page = window.page
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Создать").click()
    expect(dialog.locator(".field[data-name=name] .error")).to_be_visible()
    reason = {"title": "Bad Request", "status": 400, "detail": "", "validation-errors": [{"request_id": "0", "errors": [
        {"code": "InvalidValue", "path": "custom_fields_values.0.values.0.value", "detail": "Это не телефон."}]}]}
    page.route("**/api/v4/contacts", lambda route: route.fulfill(
        status=400, content_type="application/problem+json", body=json.dumps(reason)))
    dialog.get_by_label("Имя").fill("Кто-то")
    dialog.get_by_label("Телефон").fill("не телефон")
    dialog.get_by_role("button", name="Создать").click()
    expect(dialog.locator(".field[data-name=phone] .error")).to_have_text("Это не телефон.")


@pytest.fixture
def card(window):
    window.id = make(window, "contacts", f"Карточка {uuid.uuid4().hex[:6]}", **phone_field("+7 900 000-11-22"))
    window.open(f"/contacts/{window.id}")
    return window


def field(page, label):
    return page.locator(".f", has=page.locator("dt", has_text=re.compile(f"^{label}$")))


def test_fields_are_edited_in_place_and_taken_back(card):
    page = card.page
    row = field(page, "Должность")
    row.get_by_role("button").click()
    page.keyboard.type("Стилист")
    page.keyboard.press("Escape")
    expect(row).to_contain_text("—")
    row.get_by_role("button").click()
    page.keyboard.type("Стилист")
    page.keyboard.press("Enter")
    expect(row.locator(".shown")).to_have_text("Стилист")
    expect(page.locator(".toast")).to_contain_text("Сохранено")
    page.reload()
    expect(row.locator(".shown")).to_have_text("Стилист")
    row.get_by_role("button").click()
    page.keyboard.type("Мастер")
    page.keyboard.press("Enter")
    expect(row.locator(".shown")).to_have_text("Мастер")
    page.get_by_role("button", name=re.compile("Отменить")).click()
    expect(row.locator(".shown")).to_have_text("Стилист")
    expect(page.locator(".toast")).to_contain_text("отменено")
    page.reload()
    expect(row.locator(".shown")).to_have_text("Стилист")


def test_tab_saves_and_goes_to_the_next_field(card):
    page = card.page
    field(page, "Должность").get_by_role("button").click()
    page.keyboard.type("Директор")
    page.keyboard.press("Tab")
    expect(field(page, "Должность").locator(".shown")).to_have_text("Директор")
    phone = field(page, "Телефон").get_by_role("textbox")
    expect(phone).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(field(page, "Должность").get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.reload()
    expect(field(page, "Должность").locator(".shown")).to_have_text("Директор")


def test_a_refused_value_stays_open_with_its_reason(card):
    page = card.page
    reason = {"title": "Bad Request", "status": 400, "detail": "", "validation-errors": [{"request_id": "0", "errors": [
        {"code": "InvalidValue", "path": "custom_fields_values.0.values.0.value", "detail": "Слишком длинно."}]}]}
    page.route("**/api/v4/contacts/*", lambda route: route.fulfill(
        status=400, content_type="application/problem+json", body=json.dumps(reason)))
    row = field(page, "Должность")
    row.get_by_role("button").click()
    page.keyboard.type("Очень главный")
    page.keyboard.press("Enter")
    expect(row.locator(".error")).to_contain_text("Слишком длинно.")
    expect(row.get_by_role("textbox")).to_have_value("Очень главный")
    expect(row.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(row).to_contain_text("—")


def test_phones_and_mails_are_links_with_a_pencil_beside(card):
    page = card.page
    row = field(page, "Телефон")
    expect(row.get_by_role("link")).to_have_attribute("href", "tel:+79000001122")
    row.hover()
    row.get_by_role("button", name="Изменить: Телефон").click()
    row.get_by_role("textbox").fill("+7 900 000-11-22, +7 900 000-33-44")
    page.keyboard.press("Enter")
    expect(row.get_by_role("link")).to_have_count(2)
    mail = field(page, "Почта")
    mail.get_by_role("button").click()
    page.keyboard.type("klient@mail.example")
    page.keyboard.press("Enter")
    expect(mail.get_by_role("link")).to_have_attribute("href", "mailto:klient@mail.example")
    expect(page.locator(".actions a[href^=mailto]")).to_be_visible()


def test_tags_and_the_owner_are_changed(card):
    page = card.page
    row = page.locator('[data-field="tags"]')
    row.get_by_role("button").click()
    page.keyboard.type("VIP, Опт")
    page.keyboard.press("Enter")
    expect(row.locator(".chip")).to_have_count(2)
    row = page.locator('[data-field="owner"]')
    row.get_by_role("button").click()
    row.get_by_role("combobox").select_option(label="Илья Орлов")
    expect(row.locator(".shown")).to_contain_text("Илья Орлов")
    page.keyboard.press("ControlOrMeta+z")
    expect(row.locator(".shown")).to_contain_text("Анна Ким")
    page.reload()
    expect(page.locator('[data-field="tags"] .chip')).to_have_count(2)
    expect(page.locator('[data-field="owner"]')).to_contain_text("Анна Ким")


def test_the_feed_takes_notes_and_tasks_and_shows_those_of_the_deals(card):
    page = card.page
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Название").fill("Пробная сделка карточки")
    dialog.get_by_label("Бюджет").fill("12 300")
    dialog.get_by_role("button", name="Создать сделку").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Пробная сделка карточки")
    page.get_by_label("Заметка", exact=True).fill("Заметка сделки")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".note", has_text="Заметка сделки")).to_have_count(1)
    card.open(f"/contacts/{card.id}")
    expect(page.locator(".rail")).to_contain_text(re.compile(r"12\s300"))
    note = page.locator(".note", has_text="Заметка сделки")
    expect(note.get_by_role("link")).to_have_text("Пробная сделка карточки")
    page.get_by_label("Заметка", exact=True).fill("Заметка контакта")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".note", has_text="Заметка контакта")).to_have_count(1)
    expect(page.get_by_label("Заметка", exact=True)).to_be_focused()
    page.locator(".comp").get_by_role("tab", name="Задача").click()
    page.get_by_label("Что сделать").fill("Поздравить")
    page.get_by_role("button", name=re.compile("^Поставить")).click()
    task = page.locator(".pinned .task", has_text="Поздравить")
    expect(task).to_have_count(1)
    task.get_by_role("button", name=re.compile("^Выполнить")).click()
    task.get_by_role("textbox").fill("Поздравили")
    task.get_by_role("textbox").press("Enter")
    expect(page.locator(".done", has_text="Поздравили")).to_have_count(1)
    # The composer has the focus and asks for the next step: keys are typing there.
    page.get_by_role("button", name=re.compile("Отменить")).click()
    expect(page.locator(".pinned .task", has_text="Поздравить")).to_have_count(1)


def test_a_company_is_linked_and_unlinked(card):
    page, name = card.page, f"ООО «Проба {uuid.uuid4().hex[:6]}»"
    make(card, "companies", name)
    page.get_by_role("button", name="Добавить компанию").click()
    page.get_by_role("searchbox").fill(name)
    page.get_by_role("dialog").locator(".choice:not(.new)").first.click()
    expect(page.locator(".fields .person")).to_contain_text(name)
    page.reload()
    page.locator(".fields .person").hover()
    page.get_by_role("button", name="Отвязать").click()
    expect(page.get_by_role("button", name="Добавить компанию")).to_be_visible()
    page.get_by_role("button", name=re.compile("Отменить")).click()
    page.locator(".fields .person").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".fields .person")).to_contain_text("Карточка")
    expect(page.locator(".rail")).to_contain_text("Деньги")


def test_a_colleagues_change_is_seen_on_the_open_card(card, visit, salon):
    other = visit(salon)
    other.open("/tasks")
    status, _ = other.json(f"/api/v4/contacts/{card.id}", {"name": "Переименована другим"}, "PATCH")
    assert status == 200
    expect(card.page.get_by_role("heading", level=1)).to_have_text("Переименована другим", timeout=5000)


def test_a_missing_card_is_told_plainly(window):
    for path in ("/contacts/987654321", "/companies/987654321"):
        window.open(path)
        expect(window.page.locator(".state")).to_contain_text("Такой страницы нет")


def test_a_seller_sees_a_colleagues_card_and_cannot_change_it(visit, salon, window):
    name = f"Чужая {uuid.uuid4().hex[:6]}"
    foreign = make(window, "contacts", name, **phone_field("+7 900 000-77-88"))
    seller = visit(salon, who="seller")
    page = seller.open(f"/contacts/{foreign}")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".about")).to_contain_text("Только просмотр")
    expect(page.locator(".fields").get_by_role("link", name=re.compile(r"^\+7"))).to_be_visible()
    expect(page.locator(".fields .value, .fields .pen, .dtitle h1 button, .fields .add-row")).to_have_count(0)
    page.keyboard.press("e")
    expect(page.locator(".dtitle input")).to_have_count(0)
    assert violations(page) == []
    shot(page, "contact-view-only")
    assert seller.json(f"/api/v4/contacts/{foreign}", {"name": "Моя"}, "PATCH")[0] == 403
    own = make(seller, "contacts", "Своя у Марии")
    seller.open(f"/contacts/{own}")
    page.keyboard.press("e")
    page.locator(".dtitle input").fill("Своя, исправленная")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Своя, исправленная")
    seller.open("/contacts")
    page.get_by_role("link", name=re.compile("^Мои")).click()
    expect(page).to_have_url(re.compile("whose=mine"))
    expect(page.locator(".views [aria-current]")).to_contain_text("Мои")
    owners = set(page.eval_on_selector_all(".c-owner .av", "(all) => all.map((one) => one.title)"))
    assert owners == {"Мария Лебедева"}


def test_a_tablet_keeps_the_deals_beside_the_fields(visit, salon):
    window = visit(salon, width=1024, height=768)
    page = window.open("/companies")
    page.locator(".grid .row-link").first.click()
    page.wait_for_selector(".dtitle")
    for part in (".fields", ".feed", ".rail"):
        expect(page.locator(part)).to_be_in_viewport(ratio=0.9)
    expect(page.locator(".rail")).to_contain_text("Деньги")


def test_a_phone_gets_cards_and_lists_for_the_thumb(visit, salon):
    window = visit(salon, width=390, height=844, has_touch=True)
    page = window.open("/contacts")
    small = """(selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility({visibilityProperty: true}))
        .map((one) => [one, one.getBoundingClientRect()])
        .filter(([one, box]) => box.height < 43.5 && !(one.matches('.row-link, .link-quiet, .sub, .ck') ))
        .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${box.height}`)"""
    controls = "main button, main a, .tabbar a, .tabbar button, .mobile-bar button"
    assert page.evaluate(small, controls) == []
    cut = """() => [...document.querySelectorAll('main button, main a, main input')].filter((one) => one.checkVisibility())
        .filter((one) => { const box = one.getBoundingClientRect(); return box.width && (box.right > innerWidth || box.left < 0); })
        .map((one) => one.outerHTML.slice(0, 120))"""
    assert page.evaluate(cut) == []
    page.locator(".grid tbody tr").nth(2).tap()
    page.wait_for_selector(".dtitle")
    assert page.evaluate(small, ".actions > *, .panes button, .tabbar > *") == []
    page.get_by_role("button", name="Лента").tap()
    expect(page.get_by_label("Заметка", exact=True)).to_be_visible()
    page.get_by_role("button", name="Сделки", exact=True).tap()
    expect(page.locator(".rail")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".tabbar").get_by_role("link", name="Задачи").tap()
    page.wait_for_selector(".task-list")
    page.locator(".tabbar").get_by_role("button", name="Ещё").tap()
    page.locator(".me").tap()
    expect(page.get_by_role("menuitem", name="Выйти")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".me")).to_be_hidden()
    page.locator(".mobile-bar").get_by_role("button", name="Создать").tap()
    page.get_by_role("menuitem", name="Новый контакт").tap()
    page.wait_for_selector("dialog[open]")
    page.wait_for_function("""() => { const box = document.querySelector('dialog').getBoundingClientRect();
        return box.width === innerWidth && box.bottom === innerHeight; }""")
    assert page.evaluate(small, "dialog button, dialog input, dialog select") == []
