"""The board narrowed to a person, a tag, words, and all of them: what stands there, its sums, its address, and what the others do to it."""

import re

import pytest
from playwright.sync_api import expect

from conftest import prefer, violations
from test_board_live import SOON, Deal, deal  # noqa: F401 (a fixture)

ILYA = "Илья Орлов"


def cards(window, **more):
    """What the server has on the main board, by column."""
    _, body = window.json("/api/v4/leads/pipelines")
    line = next(one["id"] for one in body["_embedded"]["pipelines"] if one["is_main"])
    asked = "".join(f"&{key}={value}" for key, value in more.items())
    status, board = window.json(f"/ui/board?pipeline={line}&view=open{asked}")
    assert status == 200, board
    return [card for stage in board["stages"] for card in stage.get("cards", [])]


def choose(page, button, option):
    page.get_by_role("search").get_by_role("button", name=button, exact=True).click()
    page.get_by_role("menuitemradio", name=option, exact=True).click()
    expect(page.locator(".is-narrowing")).to_have_count(0)


def shown(page):
    return {int(card) for card in page.locator(".cols .card").evaluate_all("cards => cards.map((card) => card.dataset.id)")}


def counted(page):
    return sum(int(text) for text in page.locator(".col .n").all_inner_texts())


def member(window, name=ILYA):
    return next(one["id"] for one in window.json("/ui/session")[1]["members"] if one["name"] == name)


def test_a_person_chosen_leaves_his_deals_their_sums_and_an_address_to_send(visit, salon):
    window = visit(salon)
    page = window.board()
    everything, whole = shown(page), page.locator(".kpi dd").first.text_content()
    ilya = member(window)
    his = {card["id"] for card in cards(window) if card["owner_id"] == ilya}
    assert 0 < len(his) < len(everything)
    choose(page, "Ответственный", ILYA)
    expect(page.locator(".cols .card")).to_have_count(len(his))
    assert shown(page) == his
    assert set(page.locator(".cols .card .av").evaluate_all("all => all.map((one) => one.title)")) == {ILYA}
    assert counted(page) == len(his) == int(page.locator(".views a[aria-current] .c").inner_text())
    expect(page.locator(".kpi dd").first).not_to_have_text(whole)
    expect(page.locator(".kpi dd").first).to_contain_text(f"{len(his)}\u00a0сдел")
    expect(page.locator(".kpi .plan")).to_have_count(0)
    expect(page.locator("#live")).to_contain_text(str(len(his)))
    expect(page.get_by_role("search").get_by_role("button", name="Ответственный")).to_have_text(re.compile(ILYA))
    assert f"owner={ilya}" in page.url
    other = visit(salon)
    expect(other.board(page.url.removeprefix(window.base)).locator(".cols .card")).to_have_count(len(his))
    page.locator(".views a", has_text="Без задач").click()
    expect(page.locator(".views a[aria-current]")).to_contain_text("Без задач")
    assert f"owner={ilya}" in page.url, "another view keeps it"
    assert shown(page) <= his
    page.go_back()
    expect(page.locator(".views a[aria-current]")).to_contain_text("Все открытые")
    assert shown(page) == his
    choose(page, "Ответственный", "Все")
    expect(page.locator(".cols .card")).to_have_count(len(everything))
    assert "owner=" not in page.url
    expect(page.locator(".kpi dd").first).to_have_text(whole)
    expect(page.locator(".kpi .plan")).to_have_count(1)


def test_a_tag_chosen_leaves_the_deals_that_bear_it(visit, salon):
    window = visit(salon)
    page = window.board()
    everything = cards(window)
    tags = {tag["name"]: tag["id"] for card in everything for tag in card["tags"]}
    name = min(tags, key=lambda one: sum(any(tag["name"] == one for tag in card["tags"]) for card in everything))
    bearing = {card["id"] for card in everything if any(tag["name"] == name for tag in card["tags"])}
    assert 0 < len(bearing) < len(everything)
    choose(page, "Тег", name)
    expect(page.locator(".cols .card")).to_have_count(len(bearing))
    assert shown(page) == bearing
    assert f"tag={tags[name]}" in page.url
    page.reload()
    expect(page.get_by_role("search").get_by_role("button", name="Тег", exact=True)).to_have_text(re.compile(re.escape(name)))
    assert shown(page) == bearing
    choose(page, "Тег", "Любой")
    expect(page.locator(".cols .card")).to_have_count(len(everything))


def test_a_person_a_tag_and_words_narrow_together_and_one_button_takes_them_off(visit, salon):
    window = visit(salon)
    page = window.board()
    everything = cards(window)
    wanted = next(card for card in everything if card["tags"])
    tag, owner = wanted["tags"][0], next(
        one["name"] for one in window.json("/ui/session")[1]["members"] if one["id"] == wanted["owner_id"])
    both = {card["id"] for card in everything
            if card["owner_id"] == wanted["owner_id"] and any(one["id"] == tag["id"] for one in card["tags"])}
    choose(page, "Ответственный", owner)
    choose(page, "Тег", tag["name"])
    expect(page.locator(".cols .card")).to_have_count(len(both))
    assert shown(page) == both
    page.get_by_role("searchbox").fill(wanted["name"])
    expect(page).to_have_url(re.compile("query="))
    expect(page.locator(f'.cols .card[data-id="{wanted["id"]}"]')).to_have_count(1)
    assert wanted["id"] in shown(page) and shown(page) <= both
    page.get_by_role("button", name="Сбросить отбор").click()
    expect(page.locator(".cols .card")).to_have_count(len(everything))
    expect(page.get_by_role("searchbox")).to_have_value("")
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert not re.search("owner=|tag=|query=", page.url)


@pytest.mark.parametrize("broken", ["owner=999999999", "tag=999999999", "owner=999999999&tag=1", "owner=-1", "owner=oops&tag=%00"])
def test_an_address_that_nobody_can_have_meant_is_an_empty_board_or_the_whole_one(visit, salon, broken):
    window = visit(salon)
    window.open("/deals?" + broken)
    page = window.page
    if "oops" not in broken:
        expect(page.locator(".list-empty").first).to_have_text("Ничего не подходит")
        assert counted(page) == 0
        page.get_by_role("button", name="Сбросить отбор").click()
    expect(page.locator(".cols .card").first).to_be_visible()


def test_a_deal_leaves_and_comes_as_its_owner_and_tags_change_elsewhere(deal):  # noqa: F811
    page, ilya = deal.page, member(deal.window)
    anna = member(deal.window, "Анна Ким")
    choose(page, "Ответственный", ILYA)
    expect(deal.card).to_have_count(0)
    before = counted(page)
    deal.change(responsible_user_id=ilya)
    expect(deal.card).to_have_count(1, timeout=SOON)
    assert counted(page) == before + 1
    deal.change(responsible_user_id=anna)
    expect(deal.card).to_have_count(0, timeout=SOON)
    assert counted(page) == before
    deal.change(responsible_user_id=ilya, _embedded={"tags": [{"name": "Ярлык фильтра"}]})
    choose(page, "Тег", "Ярлык фильтра")
    expect(page.locator(".cols .card")).to_have_count(1)
    expect(deal.card).to_have_count(1)
    deal.change(_embedded={"tags": [{"name": "VIP"}]})
    expect(deal.card).to_have_count(0, timeout=SOON)
    deal.change(_embedded={"tags": [{"name": "Ярлык фильтра"}]})
    expect(deal.card).to_have_count(1, timeout=SOON)


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_the_menus_and_in_a_narrowed_board(visit, salon, width):
    window = visit(salon, width=width, height=844)
    window.board()
    try:
        for locale, theme, owner, tag in (("ru", "dark", "Ответственный", "Тег"), ("en", "light", "Owner", "Tag")):
            prefer(window, locale=locale, theme=theme)
            page = window.board()
            page.keyboard.press("f")
            for label in (owner, tag):
                page.get_by_role("search").get_by_role("button", name=label, exact=True).click()
                expect(page.get_by_role("menu")).to_be_visible()
                assert violations(page) == []
                page.keyboard.press("ArrowDown")
                page.keyboard.press("Enter")
                expect(page.get_by_role("menu")).to_have_count(0)
                expect(page.locator(".is-narrowing")).to_have_count(0)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        prefer(window, locale="ru", theme="light")
