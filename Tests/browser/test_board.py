"""The board: a deal is dragged, others see it, it can be taken back."""

import re

from playwright.sync_api import expect

from conftest import column, drag, shot


def first_card(page, number=0):
    card = column(page, number).locator(".card:not(.is-temporary)").first
    return card, card.get_attribute("data-id")


def by_id(page, deal):
    return page.locator(f'.card[data-id="{deal}"]')


def stage_of(page, deal):
    return by_id(page, deal).locator("xpath=ancestor::section[1]").get_attribute("data-stage")


def events(window, deal):
    status, body = window.json(f"/ui/deals/{deal}")
    assert status == 200
    return [item for item in body["feed"] if item.get("type") == "lead_status_changed"]


def test_the_board_shows_the_pipeline_with_its_figures(visit, salon):
    page = visit(salon).board()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Услуги")
    assert page.locator(".col").count() == 5
    assert page.locator(".cols .card").count() >= 40
    expect(page.locator(".kpi dt").first).to_have_text("В\u00a0работе")
    shown = int(page.locator(".views a[aria-current] .c").inner_text())
    counted = sum(int(text) for text in page.locator(".col .n").all_inner_texts())
    assert shown == counted
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    side, main = page.locator(".side").bounding_box(), page.locator(".main").bounding_box()
    assert side["x"] + side["width"] <= main["x"] and main["y"] < 20, "the sidebar stands beside the board"


def test_a_dragged_deal_moves_at_once_and_the_other_window_sees_it_within_a_second(visit, salon):
    window, other = visit(salon), visit(salon)
    page, second = window.board(), other.board()
    second.wait_for_timeout(500)
    card, deal = first_card(page)
    target = column(page, 1)
    stage = target.get_attribute("data-stage")
    before = len(events(window, deal))
    drag(page, card, target)
    assert stage_of(page, deal) == stage, "painted before the server answers"
    expect(page.locator(".toast")).to_contain_text("Консультация")
    expect(second.locator(f'.col[data-stage="{stage}"] .card[data-id="{deal}"]')).to_have_count(1, timeout=1000)
    after = events(window, deal)
    assert len(after) == before + 1
    assert after[-1]["after"][0]["lead_status"]["id"] == int(stage)
    page.reload()
    page.wait_for_selector(".cols .card")
    assert stage_of(page, deal) == stage, "a reload keeps it"


def test_the_key_takes_a_move_back_and_the_feed_says_so(visit, salon):
    window = visit(salon)
    page = window.board()
    card, deal = first_card(page, 1)
    home = stage_of(page, deal)
    drag(page, card, column(page, 2))
    assert stage_of(page, deal) != home
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(f'.col[data-stage="{home}"] .card[data-id="{deal}"]')).to_have_count(1)
    expect(page.locator(".toast")).to_contain_text("отменено")
    assert events(window, deal)[-1]["undoes"]
    page.reload()
    page.wait_for_selector(".cols .card")
    assert stage_of(page, deal) == home


def test_the_toast_takes_a_move_back(visit, salon):
    page = visit(salon).board()
    card, deal = first_card(page, 2)
    home = stage_of(page, deal)
    drag(page, card, column(page, 1))
    page.locator(".toast").get_by_role("button", name=re.compile("Отменить")).click()
    expect(page.locator(f'.col[data-stage="{home}"] .card[data-id="{deal}"]')).to_have_count(1)


def test_escape_gives_a_drag_up(visit, salon):
    page = visit(salon).board()
    card, deal = first_card(page)
    home = stage_of(page, deal)
    drag(page, card, column(page, 2), drop=False)
    shot(page, "board-drag")
    page.keyboard.press("Escape")
    expect(page.locator(".lift")).to_have_count(0)
    page.mouse.up()
    assert stage_of(page, deal) == home
    expect(page.locator(".toast")).to_have_count(0)


def test_a_deal_dropped_on_lost_asks_why_and_can_come_back(visit, salon):
    page = visit(salon).board()
    card, deal = first_card(page, 3)
    home = stage_of(page, deal)
    drag(page, card, column(page, 2), drop=False)
    zone = page.locator('.zone[data-kind="lost"]').bounding_box()
    page.mouse.move(zone["x"] + 60, zone["y"] + 30, steps=6)
    page.wait_for_timeout(40)
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Почему отказ?")
    dialog.get_by_role("button", name="Дорого").click()
    expect(by_id(page, deal)).to_have_count(0)
    page.locator(".toast").get_by_role("button", name=re.compile("Отменить")).click()
    expect(page.locator(f'.col[data-stage="{home}"] .card[data-id="{deal}"]')).to_have_count(1)


def test_closing_the_reasons_leaves_the_deal_where_it_was(visit, salon):
    page = visit(salon).board()
    card, deal = first_card(page, 3)
    home = stage_of(page, deal)
    drag(page, card, column(page, 2), drop=False)
    zone = page.locator('.zone[data-kind="lost"]').bounding_box()
    page.mouse.move(zone["x"] + 60, zone["y"] + 30, steps=6)
    page.wait_for_timeout(40)
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert stage_of(page, deal) == home


def test_the_keyboard_walks_the_board_and_moves_a_deal(visit, salon):
    page = visit(salon).board()
    page.keyboard.press("j")
    focused = "document.activeElement.closest('.card').dataset.id"
    first = page.evaluate(focused)
    page.keyboard.press("ArrowDown")
    deal = page.evaluate(focused)
    assert deal != first
    home = stage_of(page, deal)
    page.keyboard.press("Shift+ArrowRight")
    assert stage_of(page, deal) != home
    assert page.evaluate(focused) == deal, "focus stays with the card"
    expect(page.locator("#live")).not_to_be_empty()
    page.keyboard.press("Shift+ArrowLeft")
    assert stage_of(page, deal) == home
    page.keyboard.press("Enter")
    page.wait_for_selector(".dtitle")
    assert page.url.endswith(f"/deals/{deal}")
    page.go_back()
    page.wait_for_selector(".cols .card")


def test_quick_add_makes_a_deal_with_a_contact_in_its_column(visit, salon):
    window = visit(salon)
    page = window.board()
    place = column(page, 0)
    place.get_by_role("button", name=re.compile("Быстрая сделка")).click()
    form = place.locator("form.quick")
    form.get_by_label("Название").fill("Проба быстрой сделки")
    form.get_by_label("Бюджет").fill("12 500")
    form.get_by_label("Телефон").fill("+7 900 111-22-33")
    form.get_by_label("Телефон").press("Enter")
    card = place.locator(".card", has_text="Проба быстрой сделки")
    expect(card).to_have_count(1)
    expect(card).not_to_have_class(re.compile("is-temporary"))
    expect(card).to_contain_text(re.compile(r"12\s500"))
    status, body = window.json(f"/ui/deals/{card.get_attribute('data-id')}")
    assert status == 200 and body["contacts"], "the contact is tied to the deal"


def test_a_refused_new_deal_says_which_field(visit, salon):
    page = visit(salon).board()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Название").fill("   ")
    dialog.get_by_role("button", name=re.compile("Создать сделку")).click()
    expect(dialog.locator('[data-name="name"] .error')).to_be_visible()
    dialog.get_by_label("Название").fill("Сделка с суммой")
    dialog.get_by_label("Бюджет").fill("много")
    dialog.get_by_role("button", name=re.compile("Создать сделку")).click()
    expect(dialog.locator('[data-name="amount"] .error')).to_be_visible()


def test_the_views_narrow_the_board(visit, salon):
    page = visit(salon).board()
    for name in ("Мои", "Без задач", "Крупные"):
        link = page.locator(".views a", has_text=name)
        count = int(link.locator(".c").inner_text())
        link.click()
        expect(page.locator(".views a[aria-current]")).to_contain_text(name)
        page.wait_for_selector(".cols")
        assert page.locator(".cols .card").count() == min(count, page.locator(".cols .card").count())
        if count <= 50:
            expect(page.locator(".cols .card")).to_have_count(count)


def test_the_palette_finds_a_deal(visit, salon):
    page = visit(salon).board()
    name = page.locator(".card .name").nth(3).inner_text().replace("\u00a0", " ")
    page.keyboard.press("ControlOrMeta+k")
    box = page.get_by_role("combobox")
    box.fill(name.split()[0])
    expect(page.get_by_role("option").first).to_be_visible()
    option = page.get_by_role("option", name=re.compile(re.escape(name.split()[0]))).first
    expect(option).to_be_visible()
    shot(page, "palette")
    option.click()
    page.wait_for_selector(".dtitle")


def test_a_phone_gets_a_board_without_sideways_scrolling_of_the_page(visit, salon):
    page = visit(salon, width=390, height=844, has_touch=True).board()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "board-390")
    page.locator(".tabbar").get_by_role("link", name="Задачи").click()
    page.wait_for_selector(".task-list")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
