"""The card of a deal: notes, tasks, fields, stages."""

import json
import re

import pytest
from playwright.sync_api import expect

from conftest import shot


@pytest.fixture
def deal(visit, salon):
    """A fresh window on the second deal of the third column."""
    window = visit(salon)
    page = window.board()
    window.id = page.locator(".col").nth(2).locator(".card").nth(1).get_attribute("data-id")
    window.open(f"/deals/{window.id}")
    page.wait_for_selector(".dtitle")
    return window


def test_a_note_appears_in_the_feed_and_stays(deal):
    page = deal.page
    text = "Просит перезвонить в обед <b>и не раньше</b>"
    box = page.get_by_label("Заметка", exact=True)
    box.fill(text)
    box.press("ControlOrMeta+Enter")
    expect(page.locator(".note", has_text="перезвонить в обед")).to_have_count(1)
    page.wait_for_selector(".note:not(.is-temporary)")
    page.reload()
    note = page.locator(".note", has_text="перезвонить в обед").last
    expect(note).to_contain_text("<b>и не раньше</b>")


def test_a_task_with_a_deadline_is_pinned_done_and_asks_for_the_next(deal):
    page = deal.page
    page.get_by_role("tab", name="Задача").click()
    page.get_by_label("Что сделать").fill("Подтвердить репетицию образа")
    page.get_by_role("button", name="Через неделю").click()
    page.get_by_role("button", name=re.compile("^Поставить")).click()
    task = page.locator(".task", has_text="Подтвердить репетицию образа")
    expect(task).to_have_count(1)
    page.reload()
    expect(task).to_have_count(1)
    for other in page.locator(".task").all()[:-1]:
        other.get_by_role("button", name="Готово").click()
        other.get_by_role("textbox").press("Enter")
        page.wait_for_timeout(300)
    task.get_by_role("button", name="Готово").click()
    task.get_by_role("textbox").fill("Подтвердила, ждём в субботу")
    task.get_by_role("textbox").press("Enter")
    expect(page.locator(".task")).to_have_count(0)
    expect(page.locator(".prompt")).to_be_visible()
    expect(page.locator(".flow")).to_contain_text("Подтвердила, ждём в субботу")


def test_the_amount_is_edited_in_place_and_undone(deal):
    page = deal.page
    row = page.locator('[data-field="price"]')
    before = row.locator(".shown").inner_text()
    row.get_by_role("button").click()
    row.get_by_role("textbox").fill("234 500")
    row.get_by_role("textbox").press("Enter")
    expect(row.locator(".shown")).to_have_text(re.compile(r"234\s500\s₽"))
    expect(page.locator(".flow")).to_contain_text(re.compile(r"234\s500"))
    page.locator(".toast").get_by_role("button", name=re.compile("Отменить")).click()
    expect(row.locator(".shown")).to_have_text(before)
    page.reload()
    expect(row.locator(".shown")).to_have_text(before)


def test_a_refused_amount_stays_open_with_its_reason(deal):
    page = deal.page
    row = page.locator('[data-field="price"]')
    row.get_by_role("button").click()
    row.get_by_role("textbox").fill("много денег")
    row.get_by_role("textbox").press("Enter")
    expect(row.locator(".error")).to_be_visible()
    reason = {"title": "Bad Request", "status": 400, "detail": "Request validation failed", "validation-errors": [
        {"request_id": "0", "errors": [{"code": "TooLong", "path": "price", "detail": "Сумма слишком велика."}]}]}
    page.route("**/api/v4/leads/*", lambda route: route.fulfill(
        status=400, content_type="application/problem+json", body=json.dumps(reason)))
    row.get_by_role("textbox").fill("9 999 999")
    row.get_by_role("textbox").press("Enter")
    expect(row.locator(".error")).to_contain_text("Сумма слишком велика.")
    expect(row.get_by_role("textbox")).to_have_value(re.compile(r"9\s999\s999"))
    expect(row.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    row.get_by_role("textbox").press("Escape")
    expect(row.locator(".error")).to_be_hidden()


def test_a_stage_is_changed_by_the_stepper(deal):
    page = deal.page
    steps = page.locator(".step")
    at = page.locator(".step.cur").inner_text()
    steps.nth(1).get_by_role("button").click()
    expect(steps.nth(1)).to_have_class(re.compile("cur"))
    expect(page.locator(".flow .ev").last).to_contain_text("этап")
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(".step.cur")).to_contain_text(at.split("\n")[0])


def test_the_name_and_the_owner_are_edited_in_place(deal):
    page = deal.page
    title = page.locator(".title-edit")
    old = title.inner_text()
    title.get_by_role("button").click()
    title.get_by_role("textbox").fill(old.replace("\u00a0", " ") + ", правка")
    title.get_by_role("textbox").press("Enter")
    expect(title.get_by_role("heading")).to_contain_text("правка")
    expect(page.locator(".toast")).to_contain_text("Сохранено")
    page.keyboard.press("ControlOrMeta+z")
    expect(title.get_by_role("heading")).to_have_text(old)
    row = page.locator('[data-field="owner"]')
    row.get_by_role("button").click()
    row.get_by_role("combobox").select_option(label="Илья Орлов")
    expect(row.locator(".shown")).to_contain_text("Илья Орлов")


def test_another_window_sees_the_note(deal, visit, salon):
    other = visit(salon)
    second = other.open(f"/deals/{deal.id}")
    second.wait_for_timeout(500)
    box = deal.page.get_by_label("Заметка", exact=True)
    box.fill("Видно из другого окна")
    box.press("ControlOrMeta+Enter")
    expect(second.locator(".note", has_text="Видно из другого окна")).to_have_count(1, timeout=3000)


def test_a_draft_survives_leaving(deal):
    page = deal.page
    page.get_by_label("Заметка", exact=True).fill("Черновик, который нельзя потерять")
    page.wait_for_timeout(500)
    page.reload()
    expect(page.get_by_label("Заметка", exact=True)).to_have_value("Черновик, который нельзя потерять")


def test_the_neighbours_company_is_out_of_reach(visit, salon, vector):
    home, foreign = visit(salon), visit(vector)
    home.open("/deals")
    page = foreign.open("/deals")

    def newest(window):
        status, list = window.json("/api/v4/leads?order[id]=desc&limit=1")
        assert status == 200
        return list["_embedded"]["leads"][0]["id"]

    # The salon has more deals, so its newest number was never given out in the other company.
    id = newest(home)
    assert id > newest(foreign)
    assert home.json(f"/ui/deals/{id}")[0] == 200
    for path in ("/ui/deals/%d", "/api/v4/leads/%d", "/ui/deals/%d/feed"):
        asked, _ = foreign.json(path % id)
        never, _ = foreign.json(path % 987654321)
        assert asked in (204, 404), path
        assert asked == never, "a neighbour's id answers as one that never was"
    page.goto(f"{foreign.base}/deals/{id}")
    expect(page.locator(".state")).to_be_visible()


def test_a_missing_deal_is_told_plainly(visit, salon):
    page = visit(salon).open("/deals/987654321")
    expect(page.locator(".state")).to_contain_text("Такой страницы нет")
    shot(page, "missing")
