"""Two windows: whatever is done to a deal in one is seen on the board of the other, by itself."""

import time
import uuid

import pytest
from playwright.sync_api import expect

from conftest import violations

SOON = 5000


class Deal:
    """One deal of the salon, changed by one window and watched on the board of another."""

    def __init__(self, visit, salon):
        self.window, self.other = visit(salon), visit(salon)
        self.window.open("/tasks")
        self.page = self.other.board()
        _, body = self.window.json("/api/v4/leads/pipelines")
        line = next(one for one in body["_embedded"]["pipelines"] if one["is_main"])
        self.pipeline = line["id"]
        self.stages = [one["id"] for one in line["_embedded"]["statuses"] if one["id"] not in (142, 143)]
        self.name = f"Наблюдаемая {uuid.uuid4().hex[:6]}"
        self.id = None

    def make(self, **more):
        return self.post("leads", [{"name": self.name, "price": 1000, "pipeline_id": self.pipeline,
                                    "status_id": self.stages[0], **more}])

    def post(self, plural, items):
        status, body = self.window.json("/api/v4/" + plural, items)
        assert status == 200, body
        return body["_embedded"][plural][0]["id"]

    def change(self, **fields):
        status, body = self.window.json(f"/api/v4/leads/{self.id}", fields, "PATCH")
        assert status == 200, body

    @property
    def card(self):
        return self.page.locator(f'.card[data-id="{self.id}"]')

    def column(self, place):
        return self.page.locator(f'.col[data-stage="{self.stages[place]}"]')

    def count(self, place):
        return int(self.column(place).locator(".n").inner_text())


@pytest.fixture
def deal(visit, salon):
    made = Deal(visit, salon)
    made.id = made.make()
    expect(made.card).to_have_count(1, timeout=SOON)
    yield made
    made.window.json(f"/api/v4/leads/{made.id}", method="DELETE")


def test_a_new_deal_appears_at_the_top_of_its_column_and_is_counted(deal):
    expect(deal.column(0).locator(".card").first).to_contain_text(deal.name)
    before = deal.count(0)
    deal.window.json(f"/api/v4/leads/{deal.id}", method="DELETE")
    expect(deal.card).to_have_count(0, timeout=SOON)
    expect(deal.column(0).locator(".n")).to_have_text(str(before - 1), timeout=SOON)


def test_its_name_amount_owner_and_tags_change_on_the_card(deal):
    deal.change(name="Совсем другое имя")
    expect(deal.card.locator(".name")).to_have_text("Совсем другое имя", timeout=SOON)
    deal.change(price=7_654_321)
    expect(deal.card.locator("b")).to_have_text("7\u00a0654\u00a0321\u00a0₽", timeout=SOON)
    _, body = deal.window.json("/ui/session")
    other = next(one for one in body["members"] if one["name"] != "Анна Ким" and one["is_active"])
    deal.change(responsible_user_id=other["id"])
    expect(deal.card.locator(".av")).to_have_attribute("title", other["name"], timeout=SOON)
    deal.change(_embedded={"tags": [{"name": "Наблюдение"}]})
    expect(deal.card).to_contain_text("Наблюдение", timeout=SOON)
    deal.change(_embedded={"tags": None})
    expect(deal.card).not_to_contain_text("Наблюдение", timeout=SOON)


def test_its_contact_and_company_come_rename_and_go(deal):
    contact = deal.post("contacts", [{"name": "Вера Наблюдаева"}])
    company = deal.post("companies", [{"name": "ООО «Наблюдатель»"}])
    link = lambda kind, one, verb: deal.window.json(
        f"/api/v4/leads/{deal.id}/{verb}", [{"to_entity_id": one, "to_entity_type": kind}])
    people = deal.card.locator(".who")
    assert link("contacts", contact, "link")[0] in (200, 204)
    expect(people).to_contain_text("Вера Наблюдаева", timeout=SOON)
    assert link("companies", company, "link")[0] in (200, 204)
    expect(people.locator(".both > span")).to_have_text(["ООО «Наблюдатель»", "Вера Наблюдаева"], timeout=SOON)
    deal.window.json(f"/api/v4/contacts/{contact}", {"name": "Вера Новая"}, "PATCH")
    expect(people).to_contain_text("Вера Новая", timeout=SOON)
    assert link("companies", company, "unlink")[0] in (200, 204)
    expect(people).not_to_contain_text("Наблюдатель", timeout=SOON)
    assert link("contacts", contact, "unlink")[0] in (200, 204)
    expect(people).to_contain_text("Без контакта", timeout=SOON)


def test_its_next_task_comes_moves_and_is_done(deal):
    due = deal.card.locator(".due")
    expect(due).to_have_text("Нет задачи")
    now = int(time.time())
    task = deal.post("tasks", [{"text": "Позвонить", "complete_till": now + 3 * 86_400, "task_type_id": 1,
                                "entity_id": deal.id, "entity_type": "leads"}])
    expect(due).not_to_have_text("Нет задачи", timeout=SOON)
    expect(due).to_have_attribute("title", "Позвонить")
    deal.window.json(f"/api/v4/tasks/{task}", {"complete_till": now - 3 * 86_400}, "PATCH")
    expect(due).to_contain_text("Просрочена", timeout=SOON)
    deal.window.json(f"/api/v4/tasks/{task}", {"is_completed": True, "result": {"text": "да"}}, "PATCH")
    expect(due).to_have_text("Нет задачи", timeout=SOON)


def test_it_moves_is_lost_with_a_reason_comes_back_and_is_won(deal):
    deal.change(status_id=deal.stages[2])
    expect(deal.column(2).locator(f'.card[data-id="{deal.id}"]')).to_have_count(1, timeout=SOON)
    count = deal.count(2)
    _, body = deal.window.json("/ui/session")
    deal.change(status_id=143, loss_reason_id=body["loss_reasons"][0]["id"])
    expect(deal.card).to_have_count(0, timeout=SOON)
    expect(deal.column(2).locator(".n")).to_have_text(str(count - 1))
    deal.change(status_id=deal.stages[1])
    expect(deal.column(1).locator(f'.card[data-id="{deal.id}"]')).to_have_count(1, timeout=SOON)
    deal.change(status_id=142)
    expect(deal.card).to_have_count(0, timeout=SOON)
    _, body = deal.window.json(f"/ui/deals/{deal.id}")
    assert body["deal"]["stage_id"] == 142


def test_a_change_of_a_deal_that_is_filtered_out_brings_no_card(deal, salon):
    page = deal.page
    page.get_by_role("searchbox").fill("такого на доске нет")
    expect(page.locator(".cols .card")).to_have_count(0, timeout=SOON)
    expect(page.locator(".list-empty").first).to_have_text("Ничего не подходит")
    assert violations(page) == []
    deal.change(price=2000)
    deal.change(status_id=deal.stages[1])
    page.wait_for_timeout(600)
    expect(page.locator(".cols .card")).to_have_count(0)
    page.get_by_role("searchbox").fill(deal.name)
    expect(deal.column(1).locator(f'.card[data-id="{deal.id}"]')).to_have_count(1, timeout=SOON)
    expect(page.locator(".cols .card")).to_have_count(1)


def test_news_under_a_card_in_the_air_wait_for_the_drop(deal):
    page = deal.page
    box = deal.card.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 40, steps=4)
    page.wait_for_selector(".lift")
    second = deal.make(name="Пока несут другую")
    page.wait_for_timeout(700)
    expect(page.locator(f'.card[data-id="{second}"]')).to_have_count(0)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(f'.card[data-id="{second}"]')).to_have_count(1, timeout=SOON)
    deal.window.json(f"/api/v4/leads/{second}", method="DELETE")
    expect(page.locator(f'.card[data-id="{second}"]')).to_have_count(0, timeout=SOON)
