"""The feed: notes that are changed, deleted and pinned, tabs, long histories; and what another window sees."""

import re

import pytest
from playwright.sync_api import expect

from conftest import prefer, violations
from test_deal_fields import make


@pytest.fixture
def window(visit, salon):
    window = visit(salon)
    window.page.goto(window.base + "/tasks")
    window.id = make(window, name="Проба ленты")
    return window


def write(window, *texts):
    body = [{"note_type": "common", "params": {"text": text}} for text in texts]
    status, answer = window.json(f"/api/v4/leads/{window.id}/notes", body)
    assert status == 200, answer
    return [note["id"] for note in answer["_embedded"]["notes"]]


def act(page, note, name):
    note.hover()
    note.get_by_role("button", name=name).click()


def test_a_note_is_changed_and_taken_back(window):
    write(window, "Старый текст")
    page = window.open(f"/deals/{window.id}")
    note = page.locator(".flow .note")
    act(page, note, "Изменить заметку")
    box = note.get_by_role("textbox")
    expect(box).to_be_focused()
    expect(note.get_by_role("button", name="Сохранить")).to_be_in_viewport()
    box.fill("")
    box.press("ControlOrMeta+Enter")
    expect(note.get_by_role("alert")).to_be_visible()
    box.fill("Передумала")
    box.press("Escape")
    expect(note).to_contain_text("Старый текст")
    act(page, note, "Изменить заметку")
    box.fill("Новый текст")
    box.press("ControlOrMeta+Enter")
    expect(note).to_contain_text("Новый текст")
    expect(note.locator(".edited")).to_have_count(1)
    page.reload()
    expect(note).to_contain_text("Новый текст")
    act(page, note, "Изменить заметку")
    box.fill("Третий текст")
    note.get_by_role("button", name="Сохранить").click()
    page.locator(".toast").get_by_role("button", name=re.compile("Отменить")).click()
    expect(note).to_contain_text("Новый текст")
    page.reload()
    expect(note).to_contain_text("Новый текст")


def test_a_refused_change_of_a_note_stays_open_with_its_reason(window):
    write(window, "Как было")
    page = window.open(f"/deals/{window.id}")
    page.route("**/leads/notes/*", lambda route: route.fulfill(
        status=403, content_type="application/problem+json", body='{"status":403,"detail":"Нет прав на эту заметку."}'))
    note = page.locator(".flow .note")
    act(page, note, "Изменить заметку")
    note.get_by_role("textbox").fill("Как стало")
    note.get_by_role("textbox").press("ControlOrMeta+Enter")
    expect(note.get_by_role("alert")).to_contain_text("Нет прав")
    expect(note.get_by_role("textbox")).to_have_value("Как стало")
    note.get_by_role("textbox").press("Escape")
    expect(note).to_contain_text("Как было")


def test_a_note_is_deleted_and_brought_back(window):
    write(window, "Останется", "Удалят и вернут")
    page = window.open(f"/deals/{window.id}")
    note = page.locator(".flow .note", has_text="Удалят и вернут")
    act(page, note, "Удалить заметку")
    expect(note).to_have_count(0)
    page.reload()
    expect(page.locator(".flow .note")).to_have_count(1)
    expect(page.locator(".flow")).to_contain_text("заметка удалена")
    act(page, page.locator(".flow .note"), "Удалить заметку")
    page.locator(".toast").get_by_role("button", name=re.compile("Отменить")).click()
    expect(page.locator(".flow .note", has_text="Останется")).to_have_count(1)
    page.reload()
    expect(page.locator(".flow .note", has_text="Останется")).to_have_count(1)


def test_a_pinned_note_stands_above_the_feed(window):
    write(window, "Аллергия на хну", *[f"Разговор {n}" for n in range(70)])
    page = window.open(f"/deals/{window.id}")
    page.locator(".views [data-kind=note]").click()
    page.locator(".flow").evaluate("(n) => (n.scrollTop = 0)")
    note = page.locator(".flow .note", has_text="Аллергия")
    expect(note).to_have_count(1)
    act(page, note, "Закрепить заметку")
    pinned = page.locator(".pinned .note")
    expect(pinned).to_contain_text("Аллергия на хну")
    page.reload()
    # Beyond the first page of the feed, and above it all the same.
    expect(page.locator(".flow .note", has_text="Аллергия")).to_have_count(0)
    expect(pinned).to_contain_text("Аллергия на хну")
    act(page, pinned, "Открепить заметку")
    expect(pinned).to_have_count(0)


def test_tabs_show_one_kind_and_look_further_back(window):
    write(window, "Одинокая заметка")
    for price in range(60):
        window.json(f"/api/v4/leads/{window.id}", {"price": 2000 + price}, "PATCH")
    status, body = window.json("/api/v4/tasks", [{"text": "Дело", "complete_till": 1900000000, "entity_id": window.id, "entity_type": "leads"}])
    task = body["_embedded"]["tasks"][0]["id"]
    window.json(f"/api/v4/tasks/{task}", {"is_completed": True, "result": {"text": "Итог дела"}}, "PATCH")
    page = window.open(f"/deals/{window.id}")
    tab = lambda kind: page.locator(f".views [data-kind={kind}]")
    expect(page.locator(".flow .note")).to_have_count(0)
    tab("note").click()
    expect(page.locator(".flow .note")).to_have_text(re.compile("Одинокая заметка"))
    expect(page.locator(".flow .ev")).to_have_count(0)
    tab("task").click()
    expect(page.locator(".flow")).to_contain_text("Итог дела")
    expect(page.locator(".flow .note")).to_have_count(0)
    tab("change").click()
    expect(page.locator(".flow .ev").first).to_be_visible()
    expect(page.locator(".flow .box")).to_have_count(0)
    expect(tab("change")).to_have_attribute("aria-pressed", "true")
    tab("all").click()
    expect(page.locator(".flow")).to_contain_text("Итог дела")


def test_a_history_of_two_hundred_is_read_to_its_beginning(window):
    for start in range(0, 200, 50):
        write(window, *[f"Строка {start + n:03}" for n in range(50)])
    page = window.open(f"/deals/{window.id}")
    notes = page.locator(".flow .note")
    expect(notes).to_have_count(50)
    expect(page.locator(".flow")).to_contain_text("Строка 199")
    for _ in range(20):
        if page.locator(".older").count() == 0:
            break
        page.locator(".flow").evaluate("(n) => { n.scrollTop = 100; n.scrollTop = 0; }")
        page.wait_for_timeout(150)
    expect(notes).to_have_count(200)
    texts = notes.locator("p.prose").all_inner_texts()
    assert texts == [f"Строка {n:03}" for n in range(200)], "each once, in order"
    # News does not throw the older lines away.
    box = page.get_by_label("Заметка", exact=True)
    box.fill("Двести первая")
    box.press("ControlOrMeta+Enter")
    expect(notes).to_have_count(201)
    page.wait_for_timeout(300)
    expect(notes).to_have_count(201)


def test_a_short_feed_has_no_hole_and_a_long_one_keeps_the_composer_in_sight(window):
    status, _ = window.json("/api/v4/tasks", [{"text": "Дело", "complete_till": 1900000000, "entity_id": window.id, "entity_type": "leads"}])
    page = window.open(f"/deals/{window.id}")
    box = lambda selector: page.locator(selector).bounding_box()
    task, first, flow, composer = box(".pinned .task"), box(".flow > :first-child"), box(".flow"), box(".comp")
    assert first["y"] - (task["y"] + task["height"]) <= 32
    assert composer["y"] - (flow["y"] + flow["height"]) <= 16
    write(window, *[f"Заметка {n}" for n in range(40)])
    page = window.open(f"/deals/{window.id}")
    composer = box(".comp")
    assert composer["y"] + composer["height"] <= 900


def test_a_left_stage_says_how_long_the_deal_stood_there(window):
    page = window.open(f"/deals/{window.id}")
    page.locator(".step button").nth(1).click()
    expect(page.locator(".flow .ev", has_text="этап").last).to_contain_text(re.compile(r"на этапе 1\sминута"))


# ---- another window

@pytest.fixture
def pair(window, visit, salon):
    """Two windows on one deal: what is done in the first is seen in the second, which does nothing."""
    window.open(f"/deals/{window.id}")
    second = visit(salon)
    # Its stream is open when it hears of a first change.
    page = second.open(f"/deals/{window.id}")
    page.wait_for_timeout(600)
    return window, page


SOON = 4000


def test_another_window_sees_fields_the_name_and_tags(pair):
    window, page = pair
    path = f"/api/v4/leads/{window.id}"
    for body, selector, seen in (
        ({"name": "Имя из другого окна"}, "h1", "другого окна"),
        ({"price": 7654321}, '[data-field="price"]', re.compile(r"7\s654\s321")),
        ({"channel": "telegram"}, '[data-field="channel"]', "Telegram"),
        ({"expected_close_on": "2026-12-30"}, '[data-field="close_on"]', re.compile(r"30\sдекабря")),
        ({"_embedded": {"tags": [{"name": "Издалека"}]}}, '[data-field="tags"]', "Издалека"),
    ):
        assert window.json(path, body, "PATCH")[0] == 200
        expect(page.locator(selector)).to_contain_text(seen, timeout=SOON)
    field = next(one for one in window.json("/ui/session")[1]["fields"]["deal"] if one["kind"] == "text")
    body = {"custom_fields_values": [{"field_id": field["id"], "values": [{"value": "Слово"}]}]}
    assert window.json(path, body, "PATCH")[0] == 200
    expect(page.locator(f'[data-field="cf-{field["id"]}"]')).to_contain_text("Слово", timeout=SOON)


def test_another_window_sees_the_stage(pair):
    window, page = pair
    window.page.locator(".step button").nth(2).click()
    expect(page.locator(".step").nth(2)).to_have_class(re.compile("cur"), timeout=SOON)
    expect(page.locator(".flow")).to_contain_text("этап", timeout=SOON)


def test_another_window_sees_a_note_written_and_deleted(pair):
    window, page = pair
    [id] = write(window, "Видно из другого окна")
    note = page.locator(".flow .note")
    expect(note).to_contain_text("Видно из другого окна", timeout=SOON)
    assert window.json(f"/api/v4/leads/notes/{id}", method="DELETE")[0] == 204
    expect(page.locator(".note")).to_have_count(0, timeout=SOON)
    assert window.json(f"/api/v4/leads/notes/{id}/restore", {})[0] == 204
    expect(note).to_contain_text("Видно из другого окна", timeout=SOON)


def test_another_window_sees_a_task_set_moved_and_done(pair):
    window, page = pair
    status, body = window.json("/api/v4/tasks", [{"text": "Видно всем", "complete_till": 1900000000, "entity_id": window.id, "entity_type": "leads"}])
    id = body["_embedded"]["tasks"][0]["id"]
    task = page.locator(".pinned .task")
    expect(task).to_contain_text("Видно всем", timeout=SOON)
    before = task.locator(".due").inner_text()
    assert window.json(f"/api/v4/tasks/{id}", {"complete_till": 1905000000}, "PATCH")[0] == 200
    expect(task.locator(".due")).not_to_have_text(before, timeout=SOON)
    assert window.json(f"/api/v4/tasks/{id}", {"is_completed": True, "result": {"text": "Сделано там"}}, "PATCH")[0] == 200
    expect(task).to_have_count(0, timeout=SOON)
    expect(page.locator(".flow")).to_contain_text("Сделано там", timeout=SOON)


def test_another_window_sees_people_and_the_company_tied_and_parted(pair):
    window, page = pair
    for plural, name in (("contacts", "Гостья Издалека"), ("companies", "Дом Издалека")):
        id = window.json(f"/api/v4/{plural}", [{"name": name}])[1]["_embedded"][plural][0]["id"]
        tie = [{"to_entity_id": id, "to_entity_type": plural}]
        assert window.json(f"/api/v4/leads/{window.id}/link", tie)[0] == 200
        person = page.locator(".fields .person", has_text=name.split()[0])
        expect(person).to_have_count(1, timeout=SOON)
        assert window.json(f"/api/v4/leads/{window.id}/unlink", tie)[0] in (200, 204)
        expect(person).to_have_count(0, timeout=SOON)


def test_what_is_being_typed_is_not_disturbed_by_another_window(pair):
    window, page = pair
    write(window, "Чужая заметка")
    note = page.locator(".flow .note", has_text="Чужая заметка")
    expect(note).to_have_count(1, timeout=SOON)
    act(page, note, "Изменить заметку")
    page.locator(".rewrite textarea").fill("Набираю")
    write(window, "Ещё одна")
    page.wait_for_timeout(800)
    expect(page.locator(".rewrite textarea")).to_have_value("Набираю")
    page.locator(".rewrite textarea").press("Escape")
    expect(page.locator(".flow .note", has_text="Ещё одна")).to_have_count(1)


# ---- every width, zoom and motion

PAGES = ("deal", "contact", "tasks")


def addresses(window):
    id = window.json("/api/v4/contacts?limit=1")[1]["_embedded"]["contacts"][0]["id"]
    return {"deal": f"/deals/{window.id}", "contact": f"/contacts/{id}", "tasks": "/tasks"}


@pytest.mark.parametrize("width,height", [(720, 450), (640, 360)])
def test_pages_survive_double_zoom(window, visit, salon, width, height):
    """200 % of 1440 and of 1280 px: nothing sideways, nothing cut off, the composer can be reached."""
    places = addresses(window)
    write(window, "Заметка", "Ещё заметка")
    zoomed = visit(salon, width=width, height=height)
    for name in PAGES:
        page = zoomed.open(places[name])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        outside = page.evaluate("""(width) => [...document.querySelectorAll('.main :is(button, a, input, select, textarea)')]
            .filter((n) => n.checkVisibility() && !n.closest('.steps, .views, .cols, .crumb, .grid') && n.getBoundingClientRect().right > width + 1)
            .map((n) => n.outerHTML.slice(0, 120))""", width)
        assert outside == [], name
        assert violations(page) == [], name
    page = zoomed.open(places["deal"])
    page.keyboard.press("c")
    page.keyboard.type("Написано под лупой")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".flow .note", has_text="под лупой")).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_for_who_asked_for_calm(window, visit, salon, name):
    calm = visit(salon, reduced_motion="reduce")
    page = calm.open(addresses(window)[name])
    if name == "deal":
        page.locator(".step button").nth(1).click()
        expect(page.locator(".toast")).to_be_visible()
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
    moving = page.evaluate("""() => document.getAnimations().filter((a) => a.effect.getComputedTiming().duration > 1)
        .map((a) => (a.animationName ?? a.transitionProperty ?? 'script') + ' ' + a.effect.target.className)""")
    assert moving == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_full_deal_and_contact_have_no_violations_at_any_width(window, visit, salon, theme, language):
    window.json(f"/api/v4/leads/{window.id}", {
        "name": "Комплексное свадебное обслуживание: образ невесты, подружек и мам, выезд двух мастеров и репетиция",
        "price": 98765432, "expected_close_on": "2026-12-20", "channel": "vk",
        "_embedded": {"tags": [{"name": "Очень длинное название тега для проверки ширины"}]}}, "PATCH")
    person = window.json("/api/v4/contacts", [{"name": "Константин Константинопольский-Преображенский", "custom_fields_values": [
        {"field_code": "EMAIL", "values": [{"value": "konstantin.konstantinopolskiy@very-long-domain-name.example.ru", "enum_code": "WORK"}]}]}])[1]
    person = person["_embedded"]["contacts"][0]["id"]
    window.json(f"/api/v4/leads/{window.id}/link", [{"to_entity_id": person, "to_entity_type": "contacts"}])
    [id, *_] = write(window, "Закреплённая", "Обычная")
    window.json(f"/api/v4/leads/notes/{id}/pin", [])
    prefer(window, locale=language, theme=theme)
    try:
        for width in (390, 1024, 1440, 1920):
            window.page.set_viewport_size({"width": width, "height": 844 if width == 390 else 900})
            page = window.open(f"/deals/{window.id}")
            for pane in ("feed", "fields", "rail") if width == 390 else ("feed",):
                if width == 390:
                    page.locator(f".panes [data-pane={pane}]").click()
                assert violations(page) == [], (width, pane)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                cut = page.evaluate("""() => [...document.querySelectorAll('.fields *, .pinned *, .flow *')].filter((n) => n.checkVisibility()
                    && !n.matches('.vh') && n.scrollWidth > n.clientWidth + 1 && getComputedStyle(n).overflowX !== 'visible').map((n) => n.className)""")
                assert cut == [], (width, pane, "nothing that matters is cut")
            page = window.open(f"/contacts/{person}")
            assert violations(page) == [], (width, "contact")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        prefer(window, locale="ru", theme="light")
