"""PyPI amocrm_api: models with lazy links, float timestamps, pages as long as there is a `next`."""

import datetime
import time

import pytest
from amocrm.v2 import Company, Contact, Event, Lead, Pipeline, Status, Tag, Task, User
from amocrm.v2 import custom_field, exceptions, filters, interaction, manager, tokens
from amocrm.v2.account import Account, AccountInteraction
from amocrm.v2.entity import customer  # noqa: F401  names the model that Company links to
from amocrm.v2.entity.contact import ContactsInteraction


class Client(Contact):
    """A contact with the fields that every company has, as users of the library write it."""

    phone = custom_field.ContactPhoneField("Телефон")
    email = custom_field.ContactEmailField("Email")
    objects = manager.Manager(ContactsInteraction())


@pytest.fixture(scope="module", autouse=True)
def signed_in(wire, salon):
    interaction._session.mount("https://", wire)
    storage = tokens.MemoryTokensStorage()
    storage.save_tokens(salon["api_token"], "no refreshing here")
    tokens.default_token_manager(
        client_id="-", client_secret="-", subdomain=salon["slug"], redirect_url="-", storage=storage)


@pytest.fixture
def pipeline():
    return next(one for one in Pipeline.objects.all() if one.is_main)


def test_the_account_knows_itself_and_who_asks(salon):
    # Not by get_account_info(), which asks its interaction for a list that it does not have.
    account = manager.Manager(AccountInteraction(), model=Account).get(0)
    assert account.subdomain == salon["slug"]
    assert account.current_user.email == salon["email"]
    assert [kind["id"] for kind in account.task_types] == [1, 2]
    assert account.users_groups[0]["id"] == 0
    assert account.datetime_settings["timezone"] == "Europe/Moscow"
    assert account.version


def test_users_have_names_and_rights(salon):
    users = list(User.objects.all())
    assert salon["email"] in [user.email for user in users]
    assert [user.is_admin for user in users].count(True) >= 1
    assert User.objects.get(users[0].id).name == users[0].name


def test_a_pipeline_ends_with_won_and_lost(pipeline):
    assert [status.id for status in pipeline.statuses][-2:] == [142, 143]
    again = Pipeline.objects.get(pipeline.id)
    assert [status.name for status in again.statuses] == [status.name for status in pipeline.statuses]
    first = list(Status.get_for(pipeline).all())[0]
    assert Status.get_for(pipeline).get(query=first.name).id == first.id


def test_a_contact_is_made_read_changed_and_found():
    digits = str(time.time_ns())[-7:]
    made = Client(first_name="Пётр", last_name="Клиентов", phone="+7 916 000-11-22", email="p@client.example")
    made.save()
    read = Client.objects.get(made.id)
    assert (read.name, read.first_name, read.last_name) == ("Пётр Клиентов", "Пётр", "Клиентов")
    assert (read.phone, read.email) == ("+7 916 000-11-22", "p@client.example")
    read.phone = f"+7 916 {digits}"
    read.last_name = "Новый"
    read.save()
    assert Client.objects.get(made.id).phone == f"+7 916 {digits}"
    assert Client.objects.get(made.id).last_name == "Новый"
    assert [found.id for found in Client.objects.filter(query=f"8916{digits}")] == [made.id]
    assert read.company is None


def test_a_company_takes_contacts_and_deals(pipeline):
    company = Company(name="ООО «Клиент»")
    company.save()
    contact = Contact(name="Сотрудник")
    contact.save()
    contact = Contact.objects.get(contact.id)
    contact.company = Company.objects.get(company.id)
    assert Contact.objects.get(contact.id).company.name == "ООО «Клиент»"
    company = Company.objects.get(company.id)
    assert [one.id for one in company.contacts] == [contact.id]
    assert list(company.leads) == [] and list(company.customers) == []


def test_a_deal_goes_through_its_life(pipeline):
    contact = Contact(name="Покупатель")
    contact.save()
    lead = Lead(name="Из библиотеки", price=12000, pipeline=pipeline)
    lead.save()
    lead = Lead.objects.get(lead.id)
    assert (lead.price, lead.is_deleted, lead.score, lead.loss_reason) == (12000, False, None, [])
    assert lead.pipeline.id == pipeline.id
    assert lead.created_at <= datetime.datetime.utcnow() + datetime.timedelta(seconds=5)

    lead.contacts.append(contact, main=True)
    assert [one.id for one in Lead.objects.get(lead.id).contacts] == [contact.id]
    assert [one.id for one in Contact.objects.get(contact.id).leads] == [lead.id]

    lead.tags.append("из библиотеки")
    lead.save()
    tag = Tag.leads.create(name="готовый тег")
    lead = Lead.objects.get(lead.id)
    lead.tags.append(tag)
    lead.save()
    lead = Lead.objects.get(lead.id)
    assert [one.name for one in lead.tags] == ["из библиотеки", "готовый тег"]
    lead.tags.remove(tag)
    lead.save()
    assert [one.name for one in Lead.objects.get(lead.id).tags] == ["из библиотеки"]

    second = [status for status in pipeline.statuses if status.type == 0][1]
    lead.status = second.name
    lead.save()
    assert Lead.objects.get(lead.id).status.id == second.id
    lead.price = 15000
    lead.status = 142
    lead.save()
    won = Lead.objects.get(lead.id)
    assert (won.status.id, won.price) == (142, 15000) and won.closed_at

    moves = list(Event.objects.filter(filters=[
        filters.SingleListFilter("type")("lead_status_changed"),
        filters.SingleFilter("entity")("lead"), filters.SingleListFilter("entity_id")(lead.id)]))
    assert [move.value_after["id"] for move in moves] == [142, second.id]
    assert moves[0].created_by.email
    for event in Event.objects.filter(filters=[
            filters.SingleFilter("entity")("lead"), filters.SingleListFilter("entity_id")(lead.id)]):
        assert event.type and (event.value_after, event.value_before) is not None


def test_notes_are_written_and_changed(pipeline):
    lead = Lead(name="С примечаниями", pipeline=pipeline)
    lead.save()
    lead = Lead.objects.get(lead.id)
    note = lead.notes(text="Просила вечернее время")
    note.save()
    call = lead.notes(uniq="8f52", duration=60, source="ats", link="https://ats.example/r.mp3", phone="+7900")
    call.save()
    read = lead.notes.objects.get(note.id)
    assert (read.note_type, read.text) == ("common", "Просила вечернее время")
    read.text = "Просила утреннее время"
    read.save()
    assert [one.note_type for one in lead.notes.objects.all()] == ["common", "call_in"]
    assert lead.notes.objects.get(note.id).text == "Просила утреннее время"


def test_tasks_are_set_and_done(pipeline, salon):
    me = next(user for user in User.objects.all() if user.email == salon["email"])
    lead = Lead(name="С задачей", pipeline=pipeline)
    lead.save()
    lead = Lead.objects.get(lead.id)
    due = datetime.datetime.now() + datetime.timedelta(days=1)
    lead.tasks.add(Task(text="Позвонить", complete_till=due, task_type_id=1, responsible_user=me))
    task = next(iter(lead.tasks))
    assert (task.text, task.is_completed, task.result) == ("Позвонить", False, None)
    assert task.entity.id == lead.id
    assert Lead.objects.get(lead.id).closest_task_at is not None
    Task.objects.update(task.id, is_completed=True, result={"text": "Записали"})
    done = Task.objects.get(task.id)
    assert done.is_completed and done.result == "Записали"
    results = list(Event.objects.filter(filters=[
        filters.SingleFilter("entity")("task"), filters.SingleListFilter("entity_id")(task.id),
        filters.SingleFilter("type")("task_result_added")]))
    assert [one.value_after for one in results] == [task.id]


def test_filters_and_pages_agree_with_the_whole_list(pipeline):
    everything = list(Lead.objects.all())
    assert len({lead.id for lead in everything}) == len(everything) > 50
    a_page = Lead.objects._interaction.get_list(page=1, limit=7, filters=())
    pages = [a_page] + [
        Lead.objects._interaction.get_list(page=page, limit=7, filters=()) for page in (2, 3)]
    assert [item["id"] for page in pages for item in page] == [lead.id for lead in everything[:21]]

    def found(*wanted, **more):
        return {lead.id for lead in Lead.objects.filter(filters=wanted, **more)}

    ids = [lead.id for lead in everything[3:6]]
    assert found(filters.MultiFilter("id")(ids)) == set(ids)
    assert found(filters.SingleListFilter("id")(ids[0])) == {ids[0]}
    assert found(filters.RangeFilter("price")(5000, 20000)) == {
        lead.id for lead in everything if 5000 <= lead.price <= 20000}
    status = everything[0]._data["status_id"]
    assert found(filters.FiltersByPipelineAndStatus("statuses")(pipeline.id, status)) == {
        lead.id for lead in everything
        if (lead._data["pipeline_id"], lead._data["status_id"]) == (pipeline.id, status)}
    now = datetime.datetime.now()
    assert found(filters.DateRangeFilter("created_at")(now - datetime.timedelta(days=3650), now)) <= {
        lead.id for lead in everything}
    newest = [lead.id for lead in Lead.objects.filter(order={"created_at": "desc"})]
    assert newest == [lead.id for lead in sorted(
        everything, key=lambda one: (one._data["created_at"], one.id), reverse=True)]


def test_what_is_not_there_is_not_found_and_nonsense_is_named():
    with pytest.raises(exceptions.NotFound):
        Lead.objects.get(987654321)
    with pytest.raises(exceptions.ValidationError) as refused:
        Lead(name="Плохая", price=-5).save()
    error = refused.value.args[0]["validation-errors"][0]
    assert (error["request_id"], error["errors"][0]["path"]) == ("0", "price")
    assert list(Contact.objects.filter(query="такого здесь нет")) == []
