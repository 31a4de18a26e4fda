"""Everything on a deal that may be written is written in place; who may only look is told so."""

import re

import pytest
from playwright.sync_api import expect

from conftest import violations

ADDED = [{"name": "Гостей", "type": "numeric"}, {"name": "Пожелания", "type": "textarea"}, {"name": "Портфолио", "type": "url"}]


def make(window, **deal):
    """A deal of the test's own; gives its id."""
    status, body = window.json("/api/v4/leads", [{"name": "Полная проба", "price": 1000, **deal}])
    assert status == 200, body
    return body["_embedded"]["leads"][0]["id"]


@pytest.fixture
def window(visit, salon):
    window = visit(salon)
    window.page.goto(window.base + "/tasks")
    window.id = make(window)
    return window


@pytest.fixture
def fields(window):
    """A deal's fields of the kinds that the demo company has not."""
    status, body = window.json("/api/v4/leads/custom_fields", ADDED)
    assert status == 200, body
    made = body["_embedded"]["custom_fields"]
    yield {one["name"]: one["id"] for one in made}
    for one in made:
        window.json(f"/api/v4/leads/custom_fields/{one['id']}", method="DELETE")


def row(page, label):
    return page.locator(".f").filter(has=page.locator("dt", has_text=re.compile(f"^{label}$"))).first


def shown(page, label):
    return row(page, label).locator(".shown")


def test_each_field_of_a_deal_is_written_in_place_and_kept(window, fields):
    page = window.open(f"/deals/{window.id}")

    def fill(label, text, seen):
        box = row(page, label)
        box.get_by_role("button").first.click()
        control = box.locator("input, textarea")
        control.fill(text)
        control.press("ControlOrMeta+Enter" if control.evaluate("n => n.tagName") == "TEXTAREA" else "Enter")
        expect(shown(page, label)).to_have_text(re.compile(seen))

    def choose(label, option):
        box = row(page, label)
        box.get_by_role("button").first.click()
        box.get_by_role("combobox").select_option(label=option)
        expect(shown(page, label)).to_contain_text(option.replace(" ", "\u00a0") if label == "Воронка" else option)

    fill("Бюджет", "98 765 432", r"98\s765\s432\s₽")
    choose("Ответственный", "Илья Орлов")
    fill("Закрытие", "2026-12-20", r"20\sдекабря")
    choose("Источник", "Telegram")
    choose("Студия", "Патриаршие")
    fill("Дата визита", "2026-12-24", r"24\sдекабря")
    fill("Кампания", "Осень — зима", "Осень — зима")
    fill("Гостей", "12,5", "12,5")
    fill("Пожелания", "Первая строка\nвторая", "Первая строка\\s+вторая")
    fill("Портфолио", "https://example.ru/work", "example.ru/work")
    fill("Теги", "VIP, свадьба", r"VIP\s*свадьба")
    many = row(page, "Услуги")
    many.get_by_role("button").click()
    for box in many.get_by_role("checkbox").all()[:2]:
        box.check()
    names = [text.strip() for text in many.locator("label").all_inner_texts()[:2]]
    many.get_by_role("checkbox").first.press("Enter")
    expect(shown(page, "Услуги")).to_contain_text(names[1])
    check = row(page, "Нужна парковка")
    check.get_by_role("button").click()
    check.get_by_role("checkbox").click()
    expect(shown(page, "Нужна парковка")).to_have_text("Да")
    labels = ["Бюджет", "Ответственный", "Закрытие", "Источник", "Студия", "Дата визита", "Кампания", "Гостей", "Пожелания",
              "Портфолио", "Теги", "Услуги", "Нужна парковка"]
    before = {label: shown(page, label).inner_text() for label in labels}
    # What the log says is in words: no code, no "true", no name of an event.
    flow = page.locator(".flow")
    expect(flow).to_contain_text(re.compile(r"Источник: — → Telegram"))
    expect(flow).to_contain_text(re.compile(r"Закрытие: — → 20\sдекабря"))
    expect(flow).to_contain_text(re.compile(r"Нужна парковка: \S+ → Да"))
    expect(flow).to_contain_text(re.compile(r"Дата визита: — → 24\sдекабря"))
    expect(flow).to_contain_text("ответственный Анна Ким → Илья Орлов")
    for word in ("изменение (", "true", "_changed", "undefined", "NaN"):
        assert word not in flow.inner_text()
    page.reload()
    page.wait_for_selector(".f .shown")
    assert {label: shown(page, label).inner_text() for label in labels} == before
    # And a choice can be taken back to nothing.
    box = row(page, "Источник")
    box.get_by_role("button").click()
    box.get_by_role("combobox").select_option(label="—")
    expect(row(page, "Источник").locator(".none")).to_have_count(1)
    page.locator(".toast").get_by_role("button", name=re.compile("Отменить")).click()
    expect(shown(page, "Источник")).to_contain_text("Telegram")


def test_the_pipeline_and_the_reason_of_a_refusal_are_changed_in_place(window):
    page = window.open(f"/deals/{window.id}")
    line = row(page, "Воронка")
    line.get_by_role("button").click()
    line.get_by_role("combobox").select_option(label="Корпоративные")
    expect(page.locator(".crumb")).to_contain_text("Корпоративные")
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(".crumb")).to_contain_text("Услуги")
    page.get_by_role("button", name="Отказ", exact=True).click()
    page.locator(".choice").first.click()
    expect(page.locator(".outcome")).to_contain_text("Отказ: ")
    reason = row(page, "Причина отказа")
    first = reason.locator(".shown").inner_text()
    reason.get_by_role("button").click()
    options = reason.get_by_role("combobox").locator("option").all_inner_texts()
    other = next(text for text in options if text not in ("—", first))
    reason.get_by_role("combobox").select_option(label=other)
    expect(page.locator(".outcome")).to_contain_text(other)
    page.reload()
    expect(page.locator(".outcome")).to_contain_text(other)


def test_people_and_the_company_are_tied_made_main_and_parted(window):
    page = window.open(f"/deals/{window.id}")
    for button, name in (("Добавить контакт", "Первая Гостья"), ("Добавить контакт", "Вторая Гостья"), ("Добавить компанию", "Дом моды")):
        page.get_by_role("button", name=button).click()
        page.locator("dialog input").fill(name)
        page.get_by_role("button", name=f"Создать «{name}»").click()
        expect(page.locator(".fields .person .strong", has_text=name.replace(" ", "\u00a0")).or_(
            page.locator(".fields .person .strong", has_text=name))).to_have_count(1)
    blocks = page.locator(".person-block")
    expect(blocks.first).to_contain_text("Первая")
    expect(blocks.first).to_contain_text("Основной")

    def menu(name, item):
        page.locator(".person", has_text=name).hover()
        page.get_by_role("button", name=re.compile(f"Действия: {name}")).click()
        page.get_by_role("menuitem", name=item).click()

    menu("Вторая Гостья", "Сделать основным")
    expect(blocks.first).to_contain_text("Вторая")
    expect(page.locator(".toast")).to_contain_text("Основной контакт")
    menu("Вторая Гостья", "Отвязать")
    expect(blocks).to_have_count(1)
    page.locator(".toast").get_by_role("button", name=re.compile("Отменить")).click()
    expect(blocks).to_have_count(2)
    expect(blocks.first).to_contain_text("Вторая")
    menu("Дом моды", "Отвязать")
    expect(page.get_by_role("button", name="Добавить компанию")).to_be_visible()
    expect(page.locator(".flow")).to_contain_text(re.compile("добавлен контакт Вторая.Гостья"))


@pytest.mark.parametrize("width", [390, 1440])
def test_who_may_only_look_at_a_deal_is_offered_nothing_that_is_refused(window, visit, salon, width):
    theirs = visit(salon, who="seller", width=width)
    theirs.page.goto(theirs.base + "/tasks")
    status, _ = theirs.json(f"/api/v4/leads/{window.id}", {"price": 5}, "PATCH")
    assert status == 403, "the demo's seller looks at the deals of others"
    page = theirs.open(f"/deals/{window.id}")
    expect(page.locator(".actions .chip", has_text="Только просмотр")).to_be_visible()
    assert page.locator(".actions .chip").get_attribute("title")
    assert page.locator(".fields :is(.value, .pen, .add-row, .btn, input, select)").count() == 0
    expect(page.locator(".actions > button")).to_have_count(1)
    expect(page.locator(".step button:not([aria-disabled])")).to_have_count(0)
    at = page.locator(".step.cur").inner_text().split("\n")[0]
    for key in ("e", "w", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert page.locator("dialog[open], .title-edit input").count() == 0
    assert page.locator(".step.cur").inner_text().split("\n")[0] == at
    # A note may be left by whoever reads the deal, and is the author's own.
    page.keyboard.press("c")
    page.get_by_label("Заметка", exact=True).fill(f"Видела клиентку в студии, {width}")
    page.get_by_label("Заметка", exact=True).press("ControlOrMeta+Enter")
    note = page.locator(".flow .note", has_text=f"в студии, {width}")
    expect(note.get_by_role("button", name="Изменить заметку")).to_have_count(1)
    expect(note.get_by_role("button", name="Закрепить заметку")).to_have_count(0)
    assert violations(page) == []


def test_a_deal_is_worked_by_keys_alone(window):
    page = window.open(f"/deals/{window.id}")
    page.keyboard.press("e")
    page.keyboard.type("Названа с клавиатуры")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Названа")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".step").nth(1)).to_have_class(re.compile("cur"))
    page.keyboard.press("t")
    page.keyboard.type("Позвонить из клавиатуры")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".pinned .task")).to_contain_text("Позвонить")
    page.locator(".dhead").click(position={"x": 4, "y": 4})
    page.keyboard.press("c")
    page.keyboard.type("Записано с клавиатуры")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".flow .note:not(.is-temporary)")).to_contain_text("Записано")
    # By Tab from field to field, each with a ring that is seen.
    page.locator('[data-field="price"] button').focus()
    page.keyboard.press("Enter")
    page.keyboard.type("7000")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.f').dataset.field") == "owner"
    assert page.evaluate("getComputedStyle(document.activeElement).boxShadow") != "none"
    page.keyboard.press("Escape")
    expect(shown(page, "Бюджет")).to_have_text(re.compile(r"7\s000"))
    assert page.evaluate("document.activeElement.closest('.f').dataset.field") == "owner"
    page.locator(".dhead").click(position={"x": 4, "y": 4})
    page.keyboard.press("w")
    expect(page.locator(".outcome")).to_contain_text("Успешно")
    page.keyboard.press("?")
    expect(page.locator("dialog .keys")).to_contain_text("Написать заметку")
