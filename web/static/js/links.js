// Tying a contact or a company to a deal: find one that exists, or make it on the spot.

import { h, icon, replace, debounce, $$ } from './dom.js';
import { t } from './i18n.js';
import * as api from './api.js';
import { complain } from './mutations.js';
import { openDialog } from './dialog.js';

async function link(dealID, type, id) {
  await api.post(`/api/v4/leads/${dealID}/link`, [{ to_entity_id: id, to_entity_type: type, metadata: type === 'contacts' ? { is_main: true } : null }]);
}

export const linkPerson = (dealID, done) => pick('contacts', t('deal.add_contact'), dealID, done);
export const linkCompany = (dealID, done) => pick('companies', t('deal.add_company'), dealID, done);

function pick(type, title, dealID, done) {
  const list = h('div.choices', { role: 'group', 'aria-label': t('palette.results') });
  const input = h('input', { type: 'search', autofocus: true, autocomplete: 'off', maxlength: 255, placeholder: t('link.find'), 'aria-label': t('link.find') });
  const choose = async (work) => {
    try {
      await link(dealID, type, await work());
      dialog.close();
      done();
    } catch (error) {
      complain(error);
    }
  };
  const draw = (found) => {
    const name = input.value.trim();
    replace(list,
      found.map((one) => h('button.choice', { type: 'button', onclick: () => choose(() => one.id) },
        icon(type === 'contacts' ? 'user' : 'bld'), one.name)),
      name && h('button.choice.new', { type: 'button', onclick: () => choose(() => create(type, name)) }, icon('plus'), t('link.create', { name })));
  };
  const find = debounce(200, async () => {
    const query = input.value.trim();
    const answer = query ? await api.get(api.address('/ui/search', { query })).catch(() => null) : null;
    if (input.value.trim() === query) draw((answer?.[type] ?? []).slice(0, 6));
  });
  input.addEventListener('input', () => { draw([]); find(); });
  const body = h('div.pick', null, input, list);
  body.addEventListener('keydown', (event) => {
    const all = [input, ...$$('button', list)];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
    } else if (event.key === 'Enter' && event.target === input) all[1]?.click();
  });
  const dialog = openDialog({ title, body });
}

async function create(type, name) {
  const answer = await api.post(`/api/v4/${type}`, [{ name }]);
  return api.newID(answer, type);
}
