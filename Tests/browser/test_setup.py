"""How the company is set up, changed by somebody else while a board is open."""

import json
import urllib.parse
import urllib.request

import pytest


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
