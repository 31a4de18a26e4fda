"""A deal that is deleted: from its page and from the board, taken back, and seen by whoever had it open."""

import re

import pytest
from playwright.sync_api import expect

from conftest import violations
from test_board_live import SOON, Deal, deal  # noqa: F401 (a fixture)

GONE = ".state"


def delete(page):
    page.get_by_role("button", name="Ещё", exact=True).click()
    page.get_by_role("menuitem", name="Удалить сделку").click()


def kinds(window, deal):  # noqa: F811
    _, body = window.json(f"/api/v4/events?filter[entity]=lead&filter[entity_id]={deal}")
    return [event["type"] for event in body["_embedded"]["events"] if event["type"] in ("lead_deleted", "lead_restored")]


@pytest.fixture
def opened(visit, salon, deal):  # noqa: F811
    """The deal's page in one window; the board of the other is watched."""
    window = visit(salon)
    window.open(f"/deals/{deal.id}")
    return window


def test_a_deal_deleted_on_its_page_leaves_every_board_and_the_toast_brings_it_back(opened, deal):  # noqa: F811
    page = opened.page
    stage = deal.card.locator("xpath=ancestor::section[1]").get_attribute("data-stage")
    delete(page)
    expect(page).to_have_url(re.compile(f"/deals\\?pipeline={deal.pipeline}$"))
    toast = page.locator(".toast")
    expect(toast).to_contain_text(f"Сделка «{deal.name}» удалена")
    page.wait_for_selector(".cols .card")
    expect(page.locator(f'.card[data-id="{deal.id}"]')).to_have_count(0)
    expect(deal.card).to_have_count(0, timeout=SOON)
    assert deal.name not in page.locator(".side").inner_text(), "nor among the recent"
    assert deal.window.json(f"/ui/deals/{deal.id}")[0] == 404
    toast.get_by_role("button", name=re.compile("Отменить")).click()
    expect(page.locator(".toast")).to_contain_text("возвращена")
    for window in (page, deal.page):
        expect(window.locator(f'.col[data-stage="{stage}"] .card[data-id="{deal.id}"]')).to_have_count(1, timeout=SOON)
    assert sorted(kinds(opened, deal.id)) == ["lead_deleted", "lead_restored"]
    page.locator(f'.card[data-id="{deal.id}"] .name').click()
    expect(page.locator(".flow")).to_contain_text("сделка удалена")
    expect(page.locator(".flow")).to_contain_text("сделка восстановлена")
    assert violations(page) == []


def test_the_key_takes_a_deletion_on_the_board_back(deal):  # noqa: F811
    page = deal.page
    before = deal.count(0)
    deal.card.hover()
    delete(page)
    expect(deal.card).to_have_count(0)
    assert deal.count(0) == before - 1
    page.keyboard.press("ControlOrMeta+z")
    expect(deal.card).to_have_count(1, timeout=SOON)
    expect(deal.column(0).locator(".n")).to_have_text(str(before))
    assert deal.window.json(f"/ui/deals/{deal.id}")[0] == 200


def test_who_had_it_open_is_told_and_can_bring_it_back(opened, deal):  # noqa: F811
    page = opened.page
    deal.window.json(f"/api/v4/leads/{deal.id}", method="DELETE")
    expect(page.locator(GONE)).to_contain_text("Сделка удалена", timeout=SOON)
    expect(page.locator(GONE)).to_contain_text(deal.name)
    assert violations(page) == []
    page.get_by_role("button", name="Вернуть сделку").click()
    expect(page.locator(".dtitle")).to_contain_text(deal.name, timeout=SOON)
    expect(page.locator(GONE)).to_have_count(0)
    expect(deal.card).to_have_count(1, timeout=SOON)
    deal.window.json(f"/api/v4/leads/{deal.id}", method="DELETE")
    expect(page.locator(GONE)).to_be_visible(timeout=SOON)
    assert deal.window.json(f"/api/v4/leads/{deal.id}/restore", {})[0] == 204
    expect(page.locator(".dtitle")).to_contain_text(deal.name, timeout=SOON)


def test_without_a_connection_nothing_is_deleted(deal):  # noqa: F811
    page = deal.page
    deal.other.forgiven += ["ERR_INTERNET_DISCONNECTED"]
    page.wait_for_timeout(2500)  # what is fetched at rest is there
    deal.card.hover()
    page.context.set_offline(True)
    delete(page)
    expect(page.locator(".toast.bad")).to_be_visible(timeout=SOON)
    expect(deal.card).to_have_count(1)
    page.context.set_offline(False)
    assert kinds(deal.window, deal.id) == []


def test_who_may_not_delete_is_not_offered_to(visit, salon):
    window = visit(salon, who="seller")
    page = window.board()
    rights = window.json("/ui/session")[1]["user"]
    assert rights["deletes_deals_of"] is not None
    card = page.locator(".card.is-fixed").first
    foreign = card.get_attribute("data-id")
    window.open(f"/deals/{foreign}")
    page.get_by_role("button", name="Ещё", exact=True).click()
    expect(page.get_by_role("menu")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Удалить сделку")).to_have_count(0)
    assert window.json(f"/api/v4/leads/{foreign}", method="DELETE")[0] == 403
    assert window.json(f"/api/v4/leads/{foreign}/restore", {})[0] in (403, 404)
