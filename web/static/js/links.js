// Tying a contact or a company to a deal: find one that exists, or make it on the spot.

import { h, icon, replace, debounce, $$ } from './dom.js';
import { t } from './i18n.js';
import * as api from './api.js';
import { complain } from './mutations.js';
import { openDialog } from './dialog.js';
import { toast } from './toast.js';

/** `from` is {plural: 'leads', id}: the card that gets the link. A deal's first contact is its main one by itself. */
async function link({ plural, id: from }, type, id, isMain) {
  await api.post(`/api/v4/${plural}/${from}/link`, [{ to_entity_id: id, to_entity_type: type, metadata: isMain ? { is_main: true } : null }]);
}

export const linkPerson = (dealID, done) => linkTo({ plural: 'leads', id: dealID }, 'contacts', t('deal.add_contact'), done);
export const linkCompany = (dealID, done) => linkTo({ plural: 'leads', id: dealID }, 'companies', t('deal.add_company'), done);

/** The contact whose name the board shows; the toast gives its place back to `before`. */
export async function makeMain(dealID, person, before, done) {
  const set = (id) => link({ plural: 'leads', id: dealID }, 'contacts', id, true).then(done);
  try {
    await set(person.id);
    toast({ text: t('toast.main_contact', { name: person.name }), undo: before && (() => set(before.id).catch(complain)) });
  } catch (error) {
    complain(error);
  }
}

/** Parts two cards; the toast ties them again. */
export async function unlinkFrom(from, type, { id, name, is_main: wasMain }, done) {
  try {
    await api.post(`/api/v4/${from.plural}/${from.id}/unlink`, [{ to_entity_id: id, to_entity_type: type }]);
    done();
    toast({ text: t('toast.unlinked', { name }), undo: () => link(from, type, id, wasMain).then(done, complain) });
  } catch (error) {
    complain(error);
  }
}

/** A dialog that finds a card, or makes one on the spot, and ties it to `from`. */
export function linkTo(from, type, title, done) {
  const list = h('div.choices', { role: 'group', 'aria-label': t('palette.results') });
  const input = h('input', { type: 'search', autofocus: true, autocomplete: 'off', maxlength: 255, placeholder: t('link.find'), 'aria-label': t('link.find') });
  const choose = async (work) => {
    try {
      await link(from, type, await work());
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
