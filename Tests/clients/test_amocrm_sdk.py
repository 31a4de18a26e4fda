"""PyPI amocrm-sdk: data classes, batches, pages until one is short, the complex call."""

import pytest
from amocrm.auth import InMemoryTokenStorage, OAuthConfig
from amocrm.client import AmoCRM
from amocrm.exceptions import AmoCRMAPIError
from amocrm.models.common import CustomFieldValue, Tag
from amocrm.models.companies import Company
from amocrm.models.contacts import Contact
from amocrm.models.leads import Lead
from amocrm.models.pipelines import Pipeline, PipelineStatus
from amocrm.models.tasks import Task


@pytest.fixture(scope="module")
def client(wire, salon):
    return signed_in(wire, salon)


def signed_in(wire, tenant):
    storage = InMemoryTokenStorage()
    storage.save(tenant["api_token"], "no refreshing here")
    oauth = OAuthConfig(client_id="-", client_secret="-", redirect_uri="-", storage=storage)
    client = AmoCRM(tenant["slug"], oauth)
    client._session.mount("https://", wire)
    return client


def test_deals_are_made_changed_and_read(client):
    made = client.leads.create([
        Lead(name="Первая", price=100, tags=[Tag(name="sdk")]), Lead(name="Вторая", price=200)])
    ids = [lead.id for lead in made]
    assert len(set(ids)) == 2 and None not in ids
    changed = client.leads.update([Lead(id=ids[0], price=150), Lead(id=ids[1], name="Вторая, новая")])
    assert [lead.id for lead in changed] == ids and all(lead.updated_at for lead in changed)
    assert client.leads.update_one(Lead(id=ids[0], status_id=143)).id == ids[0]
    lost, other = client.leads.get(ids[0], with_=["contacts", "loss_reason"]), client.leads.get(ids[1])
    assert (lost.name, lost.price, lost.status_id, lost.contacts) == ("Первая", 150, 143, None)
    assert lost.closed_at and lost.tags[0].name == "sdk"
    assert (other.name, other.price) == ("Вторая, новая", 200)


def test_a_deal_comes_with_its_contact_and_company(client):
    results = client.leads.create_complex([
        Lead(name="Заявка с сайта", price=3000,
             contacts=[Contact(first_name="Анна", custom_fields_values=[phone(client, "+79001112233")])],
             company=Company(name="ООО «Сайт»")),
        Lead(name="Без людей")])
    first, second = results
    assert first.merged is False and first.request_id == ["0"]
    assert (second.contact_id, second.company_id, second.request_id) == (None, None, ["1"])
    lead = client.leads.get(first.id, with_=["contacts"])
    assert [contact.id for contact in lead.contacts] == [first.contact_id]
    assert lead.company.id == first.company_id
    contact = client.contacts.get(first.contact_id)
    assert (contact.name, contact.get_cf_value(phone(client).field_id)) == ("Анна", "+79001112233")
    again = client.leads.create_complex([Lead(name="Ещё одна", contacts=[Contact(id=first.contact_id)])])
    assert again[0].contact_id == first.contact_id


def phone(client, value=None):
    field = next(one for one in client.custom_fields.list("contacts") if one.name == "Телефон")
    return CustomFieldValue(field_id=field.id, values=[{"value": value, "enum_code": "MOB"}])


def test_contacts_and_companies_are_made_changed_and_read(client):
    contact, = client.contacts.create([Contact(name="Вера Панова", custom_fields_values=[phone(client, "+7 1")])])
    company, = client.companies.create([Company(name="ООО «SDK»")])
    contact_now = client.contacts.get(contact.id)
    assert contact_now.get_cf_raw(phone(client).field_id)[0]["enum_code"] == "MOB"
    contact_now.set_cf_value(phone(client).field_id, "+7 2")
    client.contacts.update_one(contact_now)
    assert client.contacts.get(contact.id).get_cf_value(phone(client).field_id) == "+7 2"
    client.companies.update([Company(id=company.id, name="ООО «SDK», новое")])
    assert client.companies.get(company.id).name == "ООО «SDK», новое"


def test_tasks_are_set_and_done(client):
    lead, = client.leads.create([Lead(name="С задачей из SDK")])
    task, = client.tasks.create([
        Task(text="Позвонить", complete_till=1790000000, entity_id=lead.id, entity_type="leads", task_type_id=2)])
    read = client.tasks.get(task.id)
    assert (read.text, read.task_type_id, read.entity_id, read.is_completed) == ("Позвонить", 2, lead.id, False)
    client.tasks.update_one(Task(id=task.id, is_completed=True))
    assert client.tasks.get(task.id).is_completed
    open_ones = [one.id for one in client.tasks.list(filter={"is_completed": 0})]
    assert task.id not in open_ones and open_ones


def test_pipelines_and_stages_are_shaped(client):
    made, = client.pipelines.create([Pipeline(name="Из SDK", sort=50, is_main=False, is_unsorted_on=True)])
    assert [status.id for status in made.statuses][-2:] == [142, 143]
    assert client.pipelines.get(made.id).name == "Из SDK"
    assert client.pipelines.update(made.id, Pipeline(name="Из SDK, новая", sort=60)).name == "Из SDK, новая"
    stage, = client.pipelines.create_statuses(made.id, [PipelineStatus(name="Этап", sort=30, color="#fffeb2")])
    assert client.pipelines.get_status(made.id, stage.id).color == "#fffeb2"
    stage = client.pipelines.update_status(made.id, stage.id, PipelineStatus(name="Этап, новый"))
    assert stage.name == "Этап, новый"
    listed = client.pipelines.list_statuses(made.id, with_descriptions=True)
    assert stage.id in [one.id for one in listed] and all(one.descriptions == [] for one in listed)
    client.pipelines.delete_status(made.id, stage.id)
    client.pipelines.delete(made.id)
    assert made.id not in [one.id for one in client.pipelines.list()]


def test_pages_are_walked_to_the_end(client):
    whole = [lead.id for lead in client.leads.list(limit=250)]
    assert whole == [lead.id for lead in client.leads.list(limit=9)]
    assert whole[9:18] == [lead.id for lead in client.leads.list(page=2, limit=9)]
    newest = [lead.id for lead in client.leads.list(page=1, limit=5, order={"id": "desc"})]
    assert newest == sorted(whole, reverse=True)[:5]
    found = client.leads.list(page=1, query="Первая", filter={"price": 150}, with_=["contacts"])
    assert found and all(lead.price == 150 for lead in found)


def test_a_neighbour_sees_nothing_of_it(wire, client, vector):
    lead, = client.leads.create([Lead(name="Тайная сделка салона")])
    stranger = signed_in(wire, vector)
    assert stranger.leads.get(lead.id).id is None
    assert stranger.leads.list(page=1, query="Тайная сделка салона") == []
    with pytest.raises(AmoCRMAPIError) as refused:
        stranger.leads.update_one(Lead(id=lead.id, name="Украдена"))
    assert refused.value.status_code == 404
    assert client.leads.get(lead.id).name == "Тайная сделка салона"


def test_a_wrong_item_refuses_the_batch(client):
    with pytest.raises(AmoCRMAPIError) as refused:
        client.leads.create([Lead(name="Хорошая из SDK"), Lead(status_id=1, pipeline_id=1)])
    assert refused.value.status_code == 400 and "pipeline_id" in refused.value.body
    assert client.leads.list(page=1, query="Хорошая из SDK") == []
