"""The feed tells every kind of event in words, in both languages."""

import re

import pytest
from playwright.sync_api import expect

from conftest import prefer, shot
from test_deal_fields import make

# Every type that a card's feed can show, but of custom fields, which test_deal_fields.py writes.
DEAL = {
    "lead_added", "lead_status_changed", "name_field_changed", "sale_field_changed", "entity_responsible_changed",
    "channel_field_changed", "expected_close_field_changed", "closed_at_field_changed", "loss_reason_field_changed",
    "entity_tag_added", "entity_tag_deleted", "contact_linked", "contact_unlinked", "company_linked", "company_unlinked",
    "note_changed", "note_pinned", "note_unpinned", "note_deleted", "note_restored",
}
PARTY = {"added", "deleted", "restored"}
# What stands in a feed when the page has no words for an event.
RAW = re.compile(r"изменение \(|change \(|_|undefined|NaN|\[object|null|true|false|\{")

WORDS = {
    "ru": {
        "deal": ["сделка создана", "Закрыта: ", "Причина отказа: ", "заметка изменена, было «Утром»", "заметка восстановлена"],
        "contact": ["контакт создан", "контакт удалён", "контакт восстановлен"],
        "company": ["компания создана", "компания удалена", "компания восстановлена"],
    },
    "en": {
        "deal": ["deal created", "Closed: ", "Loss reason: ", "note edited, it was “Утром”", "note restored"],
        "contact": ["contact created", "contact deleted", "contact restored"],
        "company": ["company created", "company deleted", "company restored"],
    },
}


def call(window, method, path, body=None):
    status, answer = window.json("/api/v4/" + path, body, method)
    assert status < 300, (method, path, answer)
    return answer


def added(window, kind, name):
    return call(window, "POST", kind, [{"name": name}])["_embedded"][kind][0]["id"]


def types(window, card):
    _, answer = window.json(f"/ui/{card}/feed")
    return {item["type"] for item in answer["items"] if item["kind"] == "event"}


@pytest.fixture
def window(visit, salon):
    window = visit(salon)
    window.page.goto(window.base + "/tasks")
    yield window
    prefer(window, locale="ru")


def live_through(window):
    """A deal to which everything has happened, and a contact and a company that were away; gives their ids."""
    deal = make(window, name="Было всё")
    person, firm = added(window, "contacts", "Гостья Мая"), added(window, "companies", "Салон Май")
    path = f"leads/{deal}"
    me, others = window.json("/ui/session")[1]["user"]["id"], window.json("/ui/session")[1]["members"]
    other = next(member["id"] for member in others if member["id"] != me)
    reasons = call(window, "GET", "leads/loss_reasons")["_embedded"]["loss_reasons"]
    for change in (
        {"name": "Было почти всё"}, {"price": 4500}, {"responsible_user_id": other}, {"channel": "vk"},
        {"expected_close_on": "2026-12-24"}, {"tags_to_add": [{"name": "проба"}]}, {"tags_to_delete": [{"name": "проба"}]},
        {"status_id": 142}, {"closed_at": 1790000000}, {"status_id": 143, "loss_reason_id": reasons[0]["id"]},
        {"loss_reason_id": reasons[1]["id"]},
    ):
        call(window, "PATCH", path, change)
    for kind, id in (("contacts", person), ("companies", firm)):
        for verb in ("link", "unlink"):
            window.json(f"/api/v4/{path}/{verb}", [{"to_entity_id": id, "to_entity_type": kind}])
        call(window, "DELETE", f"{kind}/{id}")
        call(window, "POST", f"{kind}/{id}/restore", {})
    notes = call(window, "POST", f"{path}/notes", [{"note_type": "common", "params": {"text": "Утром"}}])
    note = notes["_embedded"]["notes"][0]["id"]
    call(window, "PATCH", f"leads/notes/{note}", {"params": {"text": "Вечером"}})
    for verb in ("pin", "unpin"):
        call(window, "POST", f"leads/notes/{note}/{verb}", [])
    call(window, "DELETE", f"leads/notes/{note}")
    call(window, "POST", f"leads/notes/{note}/restore", {})
    return deal, person, firm


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_feed_has_words_for_every_event(window, language):
    prefer(window, locale=language)
    deal, person, firm = live_through(window)
    assert types(window, f"deals/{deal}") >= DEAL
    cards = [(f"deals/{deal}", "deal")]
    for plural, kind, id in (("contacts", "contact", person), ("companies", "company", firm)):
        assert types(window, f"{plural}/{id}") >= {f"{kind}_{what}" for what in PARTY}
        cards.append((f"{plural}/{id}", kind))
    for path, name in cards:
        page = window.open("/" + path)
        feed = page.locator(".flow")
        expect(feed.locator("> *").first).to_be_visible()
        text = feed.inner_text()
        assert not RAW.search(text), text
        for word in WORDS[language].get(name, []):
            assert word in text, (word, text)
        shot(page, f"events-{name}-{language}")


def test_a_note_that_was_long_is_told_cut_short(window):
    deal = make(window, name="Длинная заметка")
    notes = call(window, "POST", f"leads/{deal}/notes", [{"note_type": "common", "params": {"text": "ба" * 5000}}])
    call(window, "PATCH", f"leads/notes/{notes['_embedded']['notes'][0]['id']}", {"params": {"text": "Коротко"}})
    feed = window.open(f"/deals/{deal}").locator(".flow")
    expect(feed).to_contain_text("Коротко")
    assert 100 < feed.inner_text().count("ба") * 2 <= 220
