"""A seller who may see his own records alone: every list, count, search and address agrees."""

import json
import subprocess
import uuid

import pytest
from playwright.sync_api import expect

from conftest import sign_in, violations

NAME = "Полина Седова"
VERBS = {"view": "own", "edit": "own", "add": "all", "delete": "none", "export": "none"}


@pytest.fixture(scope="module")
def role(run, salon):
    """Gives Полина, who has not signed in yet, a role of her own records alone."""
    def sql(text):
        return subprocess.run(["psql", run["database_url"], "-v", "ON_ERROR_STOP=1", "-Atqc", text],
                              check=True, capture_output=True, text=True).stdout.strip()
    schema = sql(f"SELECT schema_key FROM control.tenants WHERE slug = '{salon['slug']}'")
    rights = json.dumps({entity: VERBS for entity in ("deal", "contact", "company", "task")})
    sql(f"""WITH made AS (INSERT INTO {schema}.roles (name, rights) VALUES ('Только своё', '{rights}') RETURNING id)
            UPDATE {schema}.members SET role_id = made.id FROM made WHERE name = '{NAME}'""")


@pytest.fixture
def seller(chromium, salon, role):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="ru-RU")
    window = sign_in(context, {**salon, "email": "polina.sedova@salon.example"})
    yield window
    assert not window.complaints, window.complaints
    context.close()


def test_a_seller_sees_her_own_alone(seller, visit, salon):
    page, boss = seller.page, visit(salon)
    boss.open("/contacts")
    for path, owners in (("/contacts", ".c-owner .av"), ("/tasks?whose=all", ".trow .whom .av"), ("/deals", ".card .av")):
        seller.open(path)
        page.locator(owners).first.wait_for()
        assert set(page.eval_on_selector_all(owners, "(all) => all.map((one) => one.title)")) == {NAME}, path
        assert violations(page) == [], path
    _, all_contacts = boss.json("/ui/contacts")
    _, own_contacts = seller.json("/ui/contacts")
    assert 0 < own_contacts["total"] == own_contacts["counts"]["all"] == own_contacts["counts"]["mine"] < all_contacts["total"]

    name = f"Невидимая {uuid.uuid4().hex[:6]}"
    made = boss.json("/api/v4/contacts", [{"name": name}])[1]
    foreign = made["_embedded"]["contacts"][0]
    assert seller.json(f"/ui/contacts/{foreign['id']}")[0] == 404
    assert seller.json(f"/ui/contacts/{foreign['id']}/feed")[0] == 404
    seller.open(f"/contacts/{foreign['id']}")
    expect(page.locator(".state")).to_contain_text("Такой страницы нет")
    page.keyboard.press("ControlOrMeta+k")
    page.get_by_role("combobox").fill(name)
    expect(page.get_by_role("option")).to_have_text("Ничего не найдено")
