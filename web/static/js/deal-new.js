// Dialogs of deals, fetched when first asked for: a new deal, the reason of a lost one.

import { h, icon, announce } from './dom.js';
import { t } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { session } from './store.js';
import { formDialog, openDialog, field } from './dialog.js';
import { memberSelect } from './bits.js';
import { parseMoney, currencySign } from './format.js';

/** The reason picker; null when the person thought better of it, 0 when the company has no reasons. */
export async function askReason() {
  if (!session.loss_reasons?.length) return 0;
  const list = h('div.choices', { role: 'group' }, session.loss_reasons.map((reason, index) =>
    h('button.choice', { type: 'button', autofocus: index === 0, onclick: () => dialog.close(reason.id) },
      reason.name, index < 9 && h('kbd', { 'aria-hidden': 'true' }, String(index + 1)))));
  list.addEventListener('keydown', (event) => {
    const found = session.loss_reasons[Number(event.key) - 1];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (found) dialog.close(found.id);
    else if (step) {
      event.preventDefault();
      const all = [...list.children];
      all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
    }
  });
  const dialog = openDialog({ title: t('lost.title'), body: [h('p.lead', null, t('lost.text')), list] });
  return (await dialog.done) ?? null;
}

/** Creates the contact (when there is a name or a phone), then the deal; gives the deal's id. */
export async function createDeal({ name, amount_minor, pipelineID, stageID, ownerID, contactName, phone, contact, company }) {
  let contactID = contact?.id ?? null;
  if (!contactID && (contactName || phone)) {
    const [first, ...rest] = (contactName || phone).split(/\s+/);
    const answer = await api.post('/api/v4/contacts', [{
      name: contactName || phone,
      ...(contactName ? { first_name: first, last_name: rest.join(' ') } : {}),
      ...(ownerID ? { responsible_user_id: ownerID } : {}),
      ...(phone ? {
        custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone, enum_code: 'MOB' }] }],
      } : {}),
    }]);
    contactID = api.newID(answer, 'contacts');
  }
  const answer = await api.post('/api/v4/leads', [{
    name, pipeline_id: pipelineID, status_id: stageID,
    ...(amount_minor % 100 ? { price_with_minor_units: amount_minor / 100 } : { price: amount_minor / 100 }),
    ...(ownerID ? { responsible_user_id: ownerID } : {}),
    ...(contactID || company ? { _embedded: {
      ...(contactID ? { contacts: [{ id: contactID, is_main: true }] } : {}),
      ...(company ? { companies: [{ id: company.id }] } : {}) } } : {}),
  }]);
  return api.newID(answer, 'leads');
}

/** Where the server's refusals of a new deal belong among the inputs. */
export const NEW_DEAL_PATHS = {
  price: 'amount', price_with_minor_units: 'amount', status_id: 'stage', pipeline_id: 'stage',
  responsible_user_id: 'owner', custom_fields_values: 'phone', first_name: 'contact', last_name: 'contact',
};

/** The new-deal dialog, for `contact` or `company` {id, name} when they are known; resolves with the id of the deal made, or undefined. */
export function newDealDialog({ pipelineID, stageID, contact, company } = {}) {
  const chosen = store.pipeline(pipelineID) ?? store.mainPipeline();
  const stages = h('select', { name: 'stage' });
  const fill = (line, selected) => stages.replaceChildren(...line.stages.filter((s) => s.kind === 'open')
    .map((s) => h('option', { value: s.id, selected: s.id === selected }, s.name)));
  fill(chosen, stageID);
  const lines = h('select', { name: 'pipeline',
    onchange: () => fill(store.pipeline(Number(lines.value))) },
  session.pipelines.map((line) => h('option', { value: line.id, selected: line === chosen }, line.name)));
  const amount = moneyInput('amount');
  return formDialog({
    title: t('deal.new'),
    submit: t('deal.create'),
    paths: NEW_DEAL_PATHS,
    fields: [
      (contact || company) && h('p.lead', null, icon(contact ? 'user' : 'bld', 's'), (contact ?? company).name),
      field(t('field.name'), h('input', { name: 'name', required: true, maxlength: 255, autofocus: true,
        autocomplete: 'off', placeholder: t('deal.name_example') })),
      h('div.two', null, field(t('field.price'), amount), field(t('field.owner'), memberSelect(session.user.id))),
      h('div.two', null, session.pipelines.length > 1 && field(t('field.pipeline'), lines), field(t('field.stage'), stages)),
      !contact && h('div.two', null,
        field(t('field.contact'), h('input', { name: 'contact', maxlength: 255, autocomplete: 'off' }), { optional: true }),
        field(t('field.phone'), h('input', { name: 'phone', type: 'tel', maxlength: 40, autocomplete: 'off', placeholder: '+7' }), { optional: true })),
    ],
    async save(form) {
      const data = new FormData(form);
      const minor = parseMoney(data.get('amount'));
      if (minor === null) throw new api.Refused(400, badField('price', t('error.money')));
      return createDeal({
        name: data.get('name').trim(), amount_minor: minor, ownerID: Number(data.get('owner')),
        pipelineID: Number(lines.value), stageID: Number(data.get('stage')),
        contactName: data.get('contact')?.trim(), phone: data.get('phone')?.trim(), contact, company,
      });
    },
  }).done;
}

export const badField = (path, detail) =>
  ({ 'validation-errors': [{ request_id: '0', errors: [{ code: 'InvalidValue', path, detail }] }] });

/** An amount input with the currency at its end. */
export function moneyInput(name, value = '', props) {
  const input = h('input.num', { name, value, inputmode: 'decimal', autocomplete: 'off', maxlength: 20,
    placeholder: `0 ${currencySign()}`, ...props });
  return input;
}

export function quickAddForm({ stage, pipelineID, onsave, onclose }) {
  const form = h('form.quick', { 'aria-label': t('deal.quick'), novalidate: true },
    field(t('field.name'), h('input', { name: 'name', required: true, maxlength: 255, autocomplete: 'off', placeholder: t('deal.name_example') })),
    h('div.two', null, field(t('field.price'), moneyInput('amount')),
      field(t('field.phone'), h('input', { name: 'phone', type: 'tel', maxlength: 40, autocomplete: 'off', placeholder: '+7' }))),
    h('footer', null,
      h('button.btn.sm.g', { type: 'button', onclick: () => onclose() }, t('common.cancel')),
      h('button.btn.sm.p', { type: 'submit' }, icon('plus', 's'), t('common.add'))));
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    onclose();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await onsave(form, { stageID: stage.id, pipelineID });
  });
  announce(t('deal.quick'));
  return form;
}
