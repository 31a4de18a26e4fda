"""The board in every state that a day brings: narrow, zoomed, calm, empty, cut off from the server, not mine to change."""

import re

import pytest
from playwright.sync_api import expect

from conftest import column, drag, prefer, shot, violations
from test_board import by_id, first_card, stage_of

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Text that is cut off without a way to read it whole: no ellipsis of its own or of a parent, or one without a title.
CUT = """() => [...document.querySelectorAll('.top *, .viewbar *, .kpi *, .col header *, .card *')]
    .filter((one) => one.children.length === 0 && one.textContent.trim() && one.checkVisibility() && !one.closest('.vh'))
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
    .filter((one) => !one.closest('[title]')).map((one) => one.outerHTML.slice(0, 160))"""


@pytest.mark.parametrize("width", [390, 1024])
def test_axe_finds_nothing_in_either_language_or_theme(visit, salon, width):
    window = visit(salon, width=width, height=800, has_touch=width == 390)
    page = window.board()
    found = []
    try:
        for language in ("ru", "en"):
            for theme in ("light", "dark"):
                prefer(window, locale=language, theme=theme)
                window.board()
                found += [f"{language} {theme}: {line}" for line in violations(page)]
                assert page.evaluate(SIDEWAYS) <= 0
                shot(page, f"board-{language}-{theme}-{width}")
    finally:
        prefer(window, locale="ru", theme="light")
    assert found == []


@pytest.mark.parametrize("width", [390, 1024, 1440, 1920])
def test_nothing_is_cut_off_that_cannot_be_read_whole(visit, vector, width):
    """The other company sells to companies: a card names both the company and the person."""
    window = visit(vector, width=width, height=900)
    page = window.board()
    cards = [card for stage in window.json("/ui/board")[1]["stages"] for card in stage["cards"] or []]
    whole = next(card for card in cards if card["company"] and card["contact"]
                 and 18 < len(card["company"]["name"]) + len(card["contact"]["name"])
                 and max(len(card["company"]["name"]), len(card["contact"]["name"])) < 24)
    card = by_id(page, whole["id"])
    parts = card.locator(".both > span")
    expect(parts).to_have_text([whole["company"]["name"], whole["contact"]["name"]])
    card.scroll_into_view_if_needed()
    for part in parts.all():
        assert part.evaluate("(one) => one.scrollWidth <= one.clientWidth + 1"), "both are read whole"
    assert page.evaluate(CUT) == []
    shot(page, f"vector-board-{width}")


# What a card holds that sticks out of it, or lies under the face of its owner.
OUTSIDE = """(card) => {
    const [box, face] = [card, card.querySelector('.av')].map((one) => one.getBoundingClientRect());
    return [...card.querySelectorAll('.name, .who *, .foot > :not(.av)')].filter((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      return right > box.right || left < box.left - 12 || bottom > box.bottom || (right > face.left && bottom > face.top && top < face.bottom);
    }).map((one) => one.className + ': ' + one.textContent); }"""


@pytest.mark.parametrize("width", [390, 1024, 1440, 1920])
def test_the_longest_names_tags_and_sums_stay_within_their_card(visit, vector, width):
    window = visit(vector, width=width, height=900)
    window.open("/tasks")
    post = lambda plural, item: window.json("/api/v4/" + plural, [item])[1]["_embedded"][plural][0]["id"]
    long = "Сверхдлинноеназваниебезединогопробела" * 3
    person, company = post("contacts", {"name": long}), post("companies", {"name": long})
    tags = [{"name": "Очень длинное название тега для проверки ширины карточки"}, {"name": long}]
    deal = post("leads", {"name": long, "price": 98_765_432, "_embedded": {
        "tags": tags, "contacts": [{"id": person, "is_main": True}], "companies": [{"id": company}]}})
    page = window.board()
    card = by_id(page, deal)
    card.scroll_into_view_if_needed()
    assert card.evaluate(OUTSIDE) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(SIDEWAYS) <= 0
    shot(page, f"board-long-{width}")
    for plural, one in (("leads", deal), ("contacts", person), ("companies", company)):
        window.json(f"/api/v4/{plural}/{one}", method="DELETE")


def test_double_zoom_loses_nothing_and_scrolls_one_way_at_a_time(visit, salon):
    """200 % of 1440 x 900 is a window of 720 x 450: only the columns scroll sideways, and only cards up and down."""
    page = visit(salon, width=720, height=450).board()
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    lists = page.locator(".list").first
    assert lists.bounding_box()["height"] >= 120, "a card can be read"
    last = column(page, 4)
    last.scroll_into_view_if_needed()
    expect(last.locator("h2")).to_be_in_viewport()
    for control in page.locator(".top button, .viewbar a, .find input").all():
        if control.is_visible():
            control.scroll_into_view_if_needed()
            box = control.bounding_box()
            assert 0 <= box["x"] and box["x"] + box["width"] <= 720 and box["y"] + box["height"] <= 450
    shot(page, "board-200")


def test_who_wants_no_motion_gets_none(visit, salon):
    page = visit(salon, reduced_motion="reduce").board()
    card, deal = first_card(page, 1)
    home = stage_of(page, deal)
    moving = "document.getAnimations().filter((one) => one.effect.getTiming().duration > 1).length"
    drag(page, card, column(page, 2), drop=False)
    assert page.evaluate(moving) == 0
    page.mouse.up()
    page.wait_for_selector(".toast")
    assert page.evaluate(moving) == 0
    assert stage_of(page, deal) != home
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(f'.col[data-stage="{home}"] .card[data-id="{deal}"]')).to_have_count(1)


def test_tab_stops_once_in_a_column_and_keys_alone_move_a_deal(visit, salon):
    page = visit(salon).board()
    assert page.locator('.cols .name[tabindex="0"]').count() == page.locator(".col:has(.card)").count()
    page.locator(".col .add").first.focus()
    page.keyboard.press("Tab")
    deal = page.evaluate("document.activeElement.closest('.card')?.dataset.id")
    assert deal, "from the head of a column into its cards"
    home = stage_of(page, deal)
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#live")).to_contain_text("Консультация")
    assert stage_of(page, deal) != home
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(f'.col[data-stage="{home}"] .card[data-id="{deal}"]')).to_have_count(1)


def test_without_a_connection_a_move_comes_back_and_says_so(visit, salon):
    window = visit(salon)
    window.forgiven.append("ERR_INTERNET_DISCONNECTED")
    page = window.board()
    page.wait_for_timeout(400)
    card, deal = first_card(page, 1)
    home = stage_of(page, deal)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    drag(page, card, column(page, 2))
    assert stage_of(page, deal) != home, "painted at once"
    expect(page.locator(".toast.bad")).to_be_visible(timeout=6000)
    assert stage_of(page, deal) == home
    assert violations(page) == []
    shot(page, "board-offline")
    page.context.set_offline(False)
    expect(page.locator(".banner")).to_have_count(0)
    page.reload()
    page.wait_for_selector(".cols .card")
    assert stage_of(page, deal) == home


def test_a_pipeline_without_deals_says_so_and_takes_the_first(visit, salon):
    window = visit(salon)
    window.open("/tasks")
    status, body = window.json("/api/v4/leads/pipelines", [{
        "name": "Пустая воронка", "sort": 900, "is_main": False, "is_unsorted_on": False, "_embedded": {"statuses": [
            {"name": "Первый этап с очень длинным названием, которое не помещается", "sort": 10, "color": "#99ccff"},
            {"name": "Второй", "sort": 20, "color": "#ffff99"}]}}])
    assert status == 200, body
    line = body["_embedded"]["pipelines"][0]["id"]
    try:
        page = window.open(f"/deals?pipeline={line}")
        expect(page.locator(".list-empty:visible")).to_have_text(["Пока пусто", "Пока пусто"])
        assert page.evaluate(CUT) == []
        assert violations(page) == []
        shot(page, "board-empty")
        column(page, 0).locator(".add").click()
        form = page.locator("form.quick")
        form.get_by_label("Название").fill("Первая сделка")
        form.get_by_label("Название").press("Enter")
        card = column(page, 0).locator(".card:not(.is-temporary)")
        expect(card).to_contain_text("Первая")
        page.keyboard.press("Escape")
        expect(form).to_have_count(0)
        expect(column(page, 0).locator(".list-empty")).to_be_hidden()
        drag(page, card, column(page, 1), drop=False)
        # A company that kept the names which a new pipeline is given reads them in its own words.
        expect(page.locator(".zone")).to_have_text(["Успешно реализовано", "Закрыто и не реализовано"])
        page.keyboard.press("Escape")
        page.mouse.up()
        prefer(window, locale="en")
        window.open(f"/deals?pipeline={line}")
        drag(page, column(page, 0).locator(".card"), column(page, 1), drop=False)
        expect(page.locator(".zone")).to_have_text(["Won", "Lost"])
        page.keyboard.press("Escape")
        page.mouse.up()
        # A pipeline can be deleted when no deal is left in it, not even in the trash.
        deal = column(page, 0).locator(".card").get_attribute("data-id")
        _, body = window.json("/api/v4/leads/pipelines")
        main = next(one["id"] for one in body["_embedded"]["pipelines"] if one["is_main"])
        assert window.json(f"/api/v4/leads/{deal}", {"pipeline_id": main, "status_id": 143}, "PATCH")[0] == 200
        window.json(f"/api/v4/leads/{deal}", method="DELETE")
        assert window.json(f"/api/v4/leads/pipelines/{line}", method="DELETE")[0] in (200, 204)
    finally:
        prefer(window, locale="ru")
        page.evaluate("localStorage.removeItem('voronka.pipeline')")


def test_a_seller_cannot_carry_a_colleagues_deal_and_is_told_whose_it_is(visit, salon):
    window = visit(salon, who="seller")
    page = window.board()
    card = page.locator(".card.is-fixed").first
    deal = card.get_attribute("data-id")
    home = stage_of(page, deal)
    owner = card.locator(".av").get_attribute("title")
    card.scroll_into_view_if_needed()
    box = card.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    expect(page.locator(".toast.bad")).to_contain_text(owner)
    expect(page.locator(".lift, .dock")).to_have_count(0)
    page.mouse.up()
    assert re.search(r"/deals(\?|$)", page.url), "and the card does not open"
    assert stage_of(page, deal) == home
    card.locator(".name").focus()
    page.keyboard.press("Shift+ArrowRight")
    assert stage_of(page, deal) == home
    card.hover()
    card.get_by_role("button", name="Ещё").click()
    expect(page.get_by_role("menuitem")).to_have_text([re.compile("Открыть"), re.compile("Скопировать")])
    page.keyboard.press("Escape")
    assert violations(page) == []
    own = page.locator(".card:not(.is-fixed)").first
    assert own.locator(".av").get_attribute("title") == "Мария Лебедева"
    mine = own.get_attribute("data-id")
    before = stage_of(page, mine)
    own.locator(".name").focus()
    page.keyboard.press("Shift+ArrowRight" if before == column(page, 0).get_attribute("data-stage") else "Shift+ArrowLeft")
    expect(page.locator(".toast")).to_contain_text("перенесена")
    assert stage_of(page, mine) != before
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(f'.col[data-stage="{before}"] .card[data-id="{mine}"]')).to_have_count(1)
    assert window.json(f"/api/v4/leads/{deal}", {"status_id": 142}, "PATCH")[0] in (403, 404)


def test_who_may_not_add_deals_is_offered_no_way_to(visit, salon):
    window = visit(salon, who="seller")
    window.page.context.add_init_script("""const parse = JSON.parse;
        JSON.parse = (text, ...more) => parse(text.replace('"adds_deals":true', '"adds_deals":false'), ...more);""")
    page = window.board()
    expect(page.locator(".col .add, .top [data-act=new]")).to_have_count(0)
    page.keyboard.press("n")
    page.wait_for_timeout(200)
    expect(page.get_by_role("dialog")).to_have_count(0)
