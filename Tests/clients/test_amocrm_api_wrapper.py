"""PyPI amocrm-api-wrapper: plain dictionaries over HTTPX, every resource by name."""

import email.utils
import time

import httpx
import pytest
from amocrm_api import AmoOAuthClient
from amocrm_api.errors import AmoException


class Session(httpx.Client):
    """The library hands `json=None` to every verb, which HTTPX refuses where there is no body."""

    def get(self, url, *, json=None, **options):
        assert json is None
        return super().get(url, **options)

    def delete(self, url, *, json=None, **options):
        assert json is None
        return super().delete(url, **options)


def signed_in(run, token, **headers):
    client = AmoOAuthClient(token, "-", run["api"], "-", "-", "-")
    client._session = Session(headers=dict(client._session.headers) | headers, timeout=client.timeout)
    return client


@pytest.fixture(scope="module")
def client(run, salon):
    return signed_in(run, salon["api_token"])


def ids(answer, key):
    return [item["id"] for item in answer["_embedded"][key]]


def test_the_account_and_its_people(client, salon):
    account = client.get_account_info(
        with_users_groups=True, with_task_types=True, with_version=True, with_entity_names=True,
        with_datetime_settings=True, with_amojo_id=True, with_amojo_rights=True)
    assert account["subdomain"] == salon["slug"]
    assert set(account["_embedded"]) >= {"users_groups", "task_types", "entity_names", "datetime_settings"}
    users = client.get_users(with_role=True, with_group=True)
    assert users["_total_items"] == len(users["_embedded"]["users"])
    one = client.get_user(users["_embedded"]["users"][0]["id"])
    assert {"leads", "contacts", "companies", "tasks", "mail_access", "catalog_access"} <= set(one["rights"])
    assert client.get_roles()["_embedded"]["roles"]


def test_a_user_is_made_switched_off_and_on(client):
    role = next(role for role in client.get_roles()["_embedded"]["roles"]
                if role["rights"]["leads"]["delete"] == "D")
    made = client.add_users([{
        "name": "Новый Сотрудник", "email": f"new-{time.time_ns()}@salon.example", "password": "очень длинный пароль",
        "lang": "ru", "rights": {"role_id": role["id"]}}])["_embedded"]["users"][0]
    assert made["request_id"] == "0" and made["rights"]["role_id"] == role["id"]
    client.deactivate_users([{"id": made["id"]}])
    assert client.get_user(made["id"])["rights"]["is_active"] is False
    client.activate_users([{"id": made["id"]}])
    assert client.get_user(made["id"])["rights"]["is_active"] is True


def test_a_role_is_made_changed_and_removed(client):
    rights = {"leads": {"view": "A", "edit": "M", "add": "A", "delete": "D", "export": "D"}}
    made = client.create_roles([{"name": "Стажёр", "rights": rights}])["_embedded"]["roles"][0]
    assert made["rights"]["leads"] == rights["leads"] and made["rights"]["contacts"]["view"] == "D"
    changed = client.update_role(made["id"], {"rights": {"contacts": {"view": "G"}}})
    assert (changed["rights"]["contacts"]["view"], changed["rights"]["leads"]["edit"]) == ("G", "M")
    client.delete_role(made["id"])
    with pytest.raises(AmoException) as refused:
        client.get_role(made["id"])
    assert refused.value.code == 404


def test_deals_with_all_that_hangs_on_them(client):
    contact, = ids(client.create_contacts([{
        "first_name": "Пётр", "custom_fields_values": [
            {"field_code": "PHONE", "values": [{"value": "+79005554433", "enum_code": "WORK"}]}]}]), "contacts")
    company, = ids(client.create_companies([{"name": "ООО «Обёртка»"}]), "companies")
    made = client.create_leads([
        {"name": "Из обёртки", "price": 3000.50, "request_id": "a1", "_embedded": {
            "tags": [{"name": "обёртка"}], "contacts": [{"id": contact, "is_main": True}],
            "companies": [{"id": company}]}},
        {"name": "Вторая из обёртки"}])
    assert [item["request_id"] for item in made["_embedded"]["leads"]] == ["a1", "1"]
    first, second = ids(made, "leads")
    lead = client.get_lead(first, with_params=["contacts", "loss_reason", "catalog_elements", "source_id"])
    assert (lead["price"], lead["price_with_minor_units"]) == (3000, 3000.5)
    assert lead["_embedded"]["contacts"][0]["is_main"] is True
    assert ids(lead, "companies") == [company] and lead["_embedded"]["catalog_elements"] == []
    assert lead["custom_fields_values"] is None and lead["source_id"] is None
    links = client.get_leads_links(first)["_embedded"]["links"]
    assert {(one["to_entity_type"], one["to_entity_id"]) for one in links} == {
        ("contacts", contact), ("companies", company)}
    client.unlink_leads_entity(first, [{"to_entity_id": contact, "to_entity_type": "contacts"}])
    assert [one["to_entity_type"] for one in client.get_leads_links(first)["_embedded"]["links"]] == ["companies"]
    client.link_leads_entity(first, [
        {"to_entity_id": contact, "to_entity_type": "contacts", "metadata": {"is_main": True}}])
    changed = client.update_leads([
        {"id": first, "price": 4000}, {"id": second, "tags_to_add": [{"name": "обёртка"}]}])
    assert all(item["updated_at"] for item in changed["_embedded"]["leads"])
    assert [tag["name"] for tag in client.get_lead(second)["_embedded"]["tags"]] == ["обёртка"]
    complex_one, = client.create_leads_complex([{"name": "Сложная", "_embedded": {"contacts": [{"name": "Кто-то"}]}}])
    assert set(complex_one) == {"id", "contact_id", "company_id", "request_id", "merged"}


def test_lists_are_filtered_ordered_and_paged(client):
    everything = list(client.iter_leads(limit=250))
    assert [lead["id"] for lead in client.iter_leads(limit=8)] == [lead["id"] for lead in everything]
    some = [lead["id"] for lead in everything[2:5]]
    assert ids(client.get_leads(filter_ids=some), "leads") == some
    assert ids(client.get_leads(filters={"id": some}), "leads") == some
    costly = list(client.iter_leads(limit=50, filters={"price__from": 10000}, order={"updated_at": "desc"}))
    assert {lead["id"] for lead in costly} == {lead["id"] for lead in everything if lead["price"] >= 10000}
    moments = [lead["updated_at"] for lead in costly]
    assert moments == sorted(moments, reverse=True)
    assert client.get_leads(filters={"price__from": 10**12}) == {}
    assert client.get_leads(page=300, limit=250) == {}


def test_next_begins_with_the_address_that_was_asked(client, run):
    page = client.get_leads(limit=2, page=2, with_params=["contacts"], filters={"price__from": 0, "id": None})
    links = page["_links"]
    assert all(link["href"].startswith(run["api"] + "/api/v4/leads?") for link in links.values())
    assert "filter%5Bprice%5D%5Bfrom%5D=0" in links["next"]["href"]
    assert "page=3" in links["next"]["href"] and "page=1" in links["prev"]["href"]
    following = client._send_api_request("get", links["next"]["href"])
    assert following["_page"] == 3 and following["_embedded"]["leads"]


def test_only_what_changed_since(run, salon):
    def since(moment):
        return signed_in(
            run, salon["api_token"], **{"If-Modified-Since": email.utils.formatdate(moment, usegmt=True)})

    later = since(time.time() + 60)
    assert later.get_leads() == later.get_contacts() == later.get_companies() == later.get_tasks() == {}
    assert later._session.get(run["api"] + "/api/v4/leads").status_code == 304
    assert since(0).get_leads()["_embedded"]["leads"]


def test_tasks_are_added_done_and_listed(client):
    lead, = ids(client.create_leads([{"name": "С задачами обёртки"}]), "leads")
    first, second = ids(client.add_tasks([
        {"text": "Позвонить", "complete_till": 1790300000, "entity_id": lead, "entity_type": "leads", "task_type_id": 1},
        {"text": "Без карточки", "complete_till": 1790300000}]), "tasks")
    assert client.get_task(second)["entity_type"] is None and client.get_task(first)["result"] == []
    client.update_tasks([{"id": second, "text": "Без карточки, новая"}])
    client.execution_task(first, True, "Дозвонился")
    assert client.get_task(first)["result"] == {"text": "Дозвонился"}
    found = client.get_tasks(filters={"entity_id": [lead], "entity_type": "leads", "is_completed": 1})
    assert ids(found, "tasks") == [first]
    listed = [task["complete_till"] for task in client.iter_tasks(limit=20, order={"complete_till": "asc"})]
    assert listed == sorted(listed)


def test_notes_are_written_changed_and_pinned(client):
    lead, = ids(client.create_leads([{"name": "С примечаниями обёртки"}]), "leads")
    made = client.create_entity_note(
        "leads", entity_id=lead, notes=[{"note_type": "common", "params": {"text": "Первое"}}])
    note, = ids(made, "notes")
    assert client.get_entity_note("leads", note)["params"]["text"] == "Первое"
    client.update_entity_note("leads", lead, note, {"note_type": "common", "params": {"text": "Второе"}})
    client.pin_note("leads", lead, note)
    listed = client.get_notes_by_entity_type_and_entity_id("leads", lead, with_params=["is_pinned"])
    assert [(one["params"]["text"], one["is_pinned"]) for one in listed["_embedded"]["notes"]] == [("Второе", True)]
    client.unpin_note("leads", lead, note)
    assert client.get_notes_by_entity_type("leads", filter_by_entity_id=[lead])["_embedded"]["notes"]


def test_tags_are_made_once(client):
    made = client.add_tags_for_entity_type("contacts", [{"name": "обёртка", "color": "EBEBEB"}])
    again = client.add_tags_for_entity_type("contacts", [{"name": "обёртка"}])
    assert ids(made, "tags") == ids(again, "tags")
    assert "обёртка" in [tag["name"] for tag in client.get_tags_by_entity_type("contacts")["_embedded"]["tags"]]


def test_pipelines_are_read_and_edited(client):
    pipelines = client.get_pipelines()["_embedded"]["pipelines"]
    assert {"id", "name", "sort", "is_main", "is_unsorted_on", "is_archive", "account_id"} <= set(pipelines[0])
    assert client.get_pipeline(pipelines[0]["id"])["name"] == pipelines[0]["name"]
    statuses = client.get_pipeline_statuses(pipelines[0]["id"])["_embedded"]["statuses"]
    assert client.get_pipeline_status(pipelines[0]["id"], statuses[0]["id"])["name"] == statuses[0]["name"]
    reasons = client.create_loss_reasons([{"name": "Из обёртки", "sort": 90}])["_embedded"]["loss_reasons"]
    renamed = client.update_loss_reasons([{"id": reasons[0]["id"], "name": "Из обёртки, новая"}])
    assert renamed["_embedded"]["loss_reasons"][0]["name"] == "Из обёртки, новая"
    client.delete_loss_reason(reasons[0]["id"])


def test_fields_are_made_filled_and_filtered_by(client):
    field = client.create_leads_custom_fields([{
        "name": "Повод", "type": "select", "enums": [{"value": "Свадьба", "sort": 1}, {"value": "Юбилей", "sort": 2}],
    }])["_embedded"]["custom_fields"][0]
    wedding = field["enums"][0]["id"]
    lead, = ids(client.create_leads([{
        "name": "Свадьба из обёртки", "custom_fields_values": [
            {"field_id": field["id"], "values": [{"enum_id": wedding}]}]}]), "leads")
    for value in (wedding, "Свадьба", [wedding]):
        found = client.get_leads(filters={f"custom_fields_values][{field['id']}": value})
        assert ids(found, "leads") == [lead], value
    assert client.get_leads(filters={f"custom_fields_values][{field['id']}": "Юбилей"}) == {}
    assert client.get_leads_custom_field(field["id"])["name"] == "Повод"
    client.delete_leads_custom_field(field["id"])
    assert client.get_lead(lead)["custom_fields_values"] is None


def test_events_tell_what_happened(client):
    lead, = ids(client.create_leads([{"name": "С событиями"}]), "leads")
    client.update_leads([{"id": lead, "price": 700}])
    events = client.get_events(filter_by_entity=["lead"], filter_by_entity_id=[lead])["_embedded"]["events"]
    assert [event["type"] for event in events] == ["sale_field_changed", "lead_added"]
    assert events[0]["value_after"][0]["sale_field_value"]["sale"] == 700
    assert client.get_event(events[0]["id"])["entity_id"] == lead
    assert client.get_events(limit=1, filter_by_type=["lead_added"])["_embedded"]["events"]
    kinds = client.get_events_type()["_embedded"]["events_types"]
    assert {"lead_added", "lead_status_changed", "task_completed"} <= {kind["key"] for kind in kinds}


def test_a_stranger_and_nonsense_are_refused(run, client):
    stranger = signed_in(run, "no-token")
    answer = stranger._session.get(run["api"] + "/api/v4/leads")
    assert answer.status_code == 401
    body = answer.json()
    assert list(body) == ["title", "type", "status", "detail", "request_id"] and body["type"].endswith("OAuthProblemJson")
    with pytest.raises(AmoException) as refused:
        client.create_leads([{"name": "Хорошая"}, {"name": "Плохая", "price": "много", "request_id": "плохая"}])
    assert refused.value.code == 400
    item, = refused.value.error_data["validation-errors"]
    assert (item["request_id"], item["errors"][0]["path"], item["errors"][0]["code"]) == (
        "плохая", "price", "InvalidType")
