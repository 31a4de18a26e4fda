"""The list of tasks: a line that understands deadlines, groups, keys, and what colleagues do."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from conftest import shot, violations


@pytest.fixture
def window(visit, salon):
    window = visit(salon)
    window.open("/tasks")
    return window


def row(page, text, group=None):
    return page.locator((f'[data-group="{group}"] ' if group else "") + ".trow", has_text=text)


def unique(words):
    return f"{words} {uuid.uuid4().hex[:6]}"


def quick(page, words):
    page.keyboard.press("t")
    expect(page.get_by_label("Новая задача одной строкой")).to_be_focused()
    page.keyboard.type(words)


def test_a_task_is_made_of_one_line(window):
    page, text = window.page, unique("позвонить поставщику")
    quick(page, f"завтра 15:00 {text}")
    expect(page.locator(".quick-task .chip")).to_have_text(re.compile(r"Завтра,\s15:00"))
    shot(page, "tasks-quick")
    assert violations(page) == []
    page.keyboard.press("Enter")
    found = row(page, text.capitalize(), "tomorrow")
    expect(found).to_have_count(1)
    expect(found.locator(".chip")).to_have_text(re.compile(r"Завтра,\s15:00"))
    page.reload()
    expect(row(page, text.capitalize(), "tomorrow")).to_have_count(1)


def test_a_line_without_words_or_with_a_past_time_is_refused_in_place(window):
    page = window.page
    quick(page, "завтра")
    page.keyboard.press("Enter")
    expect(page.locator(".quick-task .error")).to_have_text("Напишите, что сделать")
    page.get_by_label("Новая задача одной строкой").fill("01.01.2020 проверить")
    page.keyboard.press("Enter")
    expect(page.locator(".quick-task .error")).to_have_text("Это время уже прошло")


# Monday, 23 November 2026, 12:00 in Moscow.
NOON = 1795424400
WORDS = [
    ("позвонить Ольге", "позвонить Ольге", "2026-11-23 18:00"),
    ("завтра 15:00 позвонить", "позвонить", "2026-11-24 15:00"),
    ("позвонить завтра в 9", "позвонить", "2026-11-24 09:00"),
    ("послезавтра вечером отправить счёт", "отправить счёт", "2026-11-25 18:00"),
    ("сегодня в 10 утра", "", "2026-11-23 10:00"),
    ("в 11:00 созвон", "созвон", "2026-11-24 11:00"),
    ("в 16:30 созвон", "созвон", "2026-11-23 16:30"),
    ("через 2 часа перезвонить", "перезвонить", "2026-11-23 14:00"),
    ("через полчаса перезвонить", "перезвонить", "2026-11-23 12:30"),
    ("через 3 дня в 12:15 напомнить", "напомнить", "2026-11-26 12:15"),
    ("через неделю напомнить", "напомнить", "2026-11-30 10:00"),
    ("в пятницу встреча", "встреча", "2026-11-27 10:00"),
    ("в понедельник встреча", "встреча", "2026-11-30 10:00"),
    ("пт 14:00 встреча", "встреча", "2026-11-27 14:00"),
    ("25 ноября поздравить Анну", "поздравить Анну", "2026-11-25 10:00"),
    ("3.12 к 11 подготовить договор", "подготовить договор", "2026-12-03 11:00"),
    ("5 января позвонить", "позвонить", "2027-01-05 10:00"),
    ("15.02.2027 позвонить", "позвонить", "2027-02-15 10:00"),
    ("отправить прайс на 3 позиции", "отправить прайс на 3 позиции", "2026-11-23 18:00"),
    ("подготовить план на март", "подготовить план на март", "2026-11-23 18:00"),
    ("купить 15 маек завтра", "купить 15 маек", "2026-11-24 10:00"),
    ("средний чек посчитать", "средний чек посчитать", "2026-11-23 18:00"),
    ("tomorrow 3pm call Olga", "call Olga", "2026-11-24 15:00"),
    ("call Olga in 2 hours", "call Olga", "2026-11-23 14:00"),
    ("on Friday send the offer", "send the offer", "2026-11-27 10:00"),
    ("Nov 25 at 9:30 am meet", "meet", "2026-11-25 09:30"),
    ("day after tomorrow evening send it", "send it", "2026-11-25 18:00"),
    ("send 10 samples on time", "send 10 samples on time", "2026-11-23 18:00"),
]


def test_deadlines_are_read_from_words(window):
    found = window.page.evaluate(
        """async ([words, noon]) => {
          const base = document.documentElement.dataset.assets + '/js/';
          const {readDue} = await import(base + 'due-words.js');
          const {setLocale} = await import(base + 'format.js');
          setLocale({timeZone: 'Europe/Moscow', serverTime: noon});
          return words.map((one) => {
            const {text, at} = readDue(one);
            return [one, text, new Date(at * 1000).toLocaleString('sv', {timeZone: 'Europe/Moscow'}).slice(0, 16)];
          });
        }""",
        [[words for words, _, _ in WORDS], NOON])
    assert [tuple(one) for one in found] == WORDS


def test_a_task_is_done_with_a_result_and_taken_back(window):
    page, text = window.page, unique("Заказать расходники")
    quick(page, f"{text} завтра 12:00")
    page.keyboard.press("Enter")
    row(page, text, "tomorrow").get_by_role("button", name=re.compile("^Выполнить")).click()
    page.keyboard.type("Заказаны")
    page.keyboard.press("Enter")
    done = row(page, text, "done_today")
    expect(done).to_contain_text("Заказаны")
    page.get_by_role("button", name=re.compile("Отменить")).click()
    expect(row(page, text, "tomorrow")).to_have_count(1)
    page.reload()
    expect(row(page, text, "tomorrow")).to_have_count(1)
    expect(row(page, text, "done_today")).to_have_count(0)


def test_a_task_is_moved_by_menu_and_taken_back(window):
    page, text = window.page, unique("Перенести меня")
    quick(page, f"{text} через неделю")
    page.keyboard.press("Enter")
    row(page, text, "later").get_by_role("button", name=re.compile("^Перенести")).click()
    page.get_by_role("menuitem", name=re.compile("^Завтра")).click()
    expect(row(page, text, "tomorrow")).to_have_count(1)
    page.keyboard.press("ControlOrMeta+z")
    expect(row(page, text, "later")).to_have_count(1)


def test_the_dialog_makes_a_task_for_someone_else(window):
    page, text = window.page, unique("Для Илья")
    page.get_by_role("button", name="Новая задача", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Что сделать").fill(text)
    dialog.get_by_role("button", name="Через неделю").click()
    dialog.get_by_label("Ответственный").select_option(label="Илья Орлов")
    dialog.get_by_role("button", name=re.compile("^Поставить")).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(row(page, text)).to_have_count(0)
    given = page.locator(".views a", has_text="Поручил")
    expect(given.locator(".c")).not_to_have_text("0")
    given.click()
    expect(row(page, text)).to_contain_text("Илья Орлов")


def test_keys_walk_finish_and_open(window):
    page = window.page
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator(".trow:not(.is-done)").nth(1)
    expect(second.locator(".ck")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(".trow .ck").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.get_by_role("menu")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    second.locator(".ck").focus()
    page.keyboard.press("Enter")
    expect(second.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(second.locator(".ck")).to_be_focused()
    name = second.locator(".task-card a").get_attribute("title")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(re.escape(name).replace("\\ ", "\\s")))


def test_what_a_colleague_does_is_seen_at_once(window, visit, salon):
    page, text = window.page, unique("Из другого окна")
    other = visit(salon)
    second = other.open("/tasks")
    quick(second, f"{text} завтра 16:00")
    second.keyboard.press("Enter")
    expect(row(page, text, "tomorrow")).to_have_count(1, timeout=5000)
    row(second, text).get_by_role("button", name=re.compile("^Выполнить")).click()
    second.keyboard.press("Enter")
    expect(row(page, text, "done_today")).to_have_count(1, timeout=5000)


def test_views_and_groups_say_how_many(window):
    page = window.page
    for name in page.locator(".views a").all_inner_texts():
        assert re.search(r"\d", name), name
    for section in page.locator(".tasks-group").all():
        said = int(section.locator("h2 .c").inner_text())
        assert said == section.locator(".trow").count()


def test_nothing_to_do_is_said_with_one_action(window):
    page = window.page
    empty = {"overdue": [], "today": [], "tomorrow": [], "later": [], "done_today": []}
    page.route("**/ui/tasks?*", lambda route: route.fulfill(json={
        "groups": empty, "counts": {name: 0 for name in empty}, "views": {"mine": 0, "given": 0, "all": 0}}))
    page.reload()
    expect(page.locator(".state")).to_contain_text("Всё сделано")
    assert violations(page) == []
    shot(page, "tasks-empty")
    page.locator(".state button").click()
    expect(page.get_by_label("Новая задача одной строкой")).to_be_focused()
