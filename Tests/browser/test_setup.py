"""What somebody else does to the company or to one's session while a window is open."""

import json
import urllib.parse
import urllib.request

import pytest

from conftest import SELLER, Window, sign_in


def call(tenant, method, path, body=None):
    address = urllib.parse.urlsplit(tenant["url"])
    request = urllib.request.Request(
        f"http://127.0.0.1:{address.port}/api/v4/{path}", json.dumps(body).encode(), method=method,
        headers={"Authorization": f"Bearer {tenant['api_token']}", "Content-Type": "application/json", "Host": address.netloc})
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read())


@pytest.mark.parametrize("name", ["salon", "vector"])
def test_a_stage_that_is_renamed_elsewhere_is_renamed_on_open_boards(visit, run, name):
    tenant = run["tenants"][["salon", "vector"].index(name)]
    page = visit(tenant).open("/deals")
    title = page.locator(".col h2").nth(1)
    title.wait_for()
    number = page.locator(".col").nth(1).get_attribute("data-id")
    was = title.inner_text()
    pipeline = next(
        line for line in call(tenant, "GET", "leads/pipelines")["_embedded"]["pipelines"] if line["is_main"])
    stage = next(one for one in pipeline["_embedded"]["statuses"] if one["name"] == was or str(one["id"]) == number)
    path = f"leads/pipelines/{pipeline['id']}/statuses/{stage['id']}"
    call(tenant, "PATCH", path, {"name": "Ждём ответа клиента"})
    try:
        page.locator(".col h2", has_text="Ждём ответа клиента").wait_for()
    finally:
        call(tenant, "PATCH", path, {"name": stage["name"]})
    page.locator(".col h2", has_text=stage["name"]).wait_for()


def test_a_window_whose_session_ends_elsewhere_goes_to_the_sign_in_page(chromium, salon):
    context = chromium.new_context(locale="ru-RU")
    try:
        page = sign_in(context, {**salon, "email": SELLER}).open("/tasks")
        # As a program would: this window is told by the end of its stream alone.
        other = Window(context, salon["url"])
        assert other.page.goto(other.base + "/sign-in").ok
        status, _ = other.json("/ui/sign-out", {})
        assert status in (200, 204), status
        page.wait_for_url("**/sign-in?next=*tasks*", timeout=20_000)
    finally:
        context.close()
