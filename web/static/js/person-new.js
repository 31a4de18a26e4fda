// The new contact or company: a short dialog that says when there already is such a one.

import { h, icon, replace, debounce } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import { session } from './store.js';
import { formDialog, field } from './dialog.js';
import { toast } from './toast.js';
import { memberSelect, personAvatar } from './bits.js';
import * as format from './format.js';

const SHOWN_MAX = 3;

/** Resolves with the id of what was made, or of what was there already. */
export function createPerson(plural) {
  const isPeople = plural === 'contacts';
  const name = h('input', { name: 'name', required: true, maxlength: 255, autocomplete: 'off', autofocus: true });
  const phone = h('input', { name: 'phone', type: 'tel', maxlength: 40, autocomplete: 'off', placeholder: '+7' });
  const email = h('input', { name: 'email', type: 'email', maxlength: 200, autocomplete: 'off' });
  const likes = h('div.likes', { role: 'status' });
  const look = debounce(250, async () => {
    const asked = [phone, email, name].map((input) => input.value.trim()).filter((text) => text.length > 3);
    const answers = await Promise.all(asked.map((query) => api.get(api.address('/ui/search', { query })).catch(() => null)));
    const found = new Map(answers.flatMap((answer) => answer?.[plural] ?? []).map((one) => [one.id, one]));
    drawLikes(likes, plural, [...found.values()].slice(0, SHOWN_MAX), (id) => dialog.close(id));
  });
  for (const input of [name, phone, email]) input.addEventListener('input', look);
  const dialog = formDialog({
    title: t(plural + '.new'),
    submit: t('common.create'),
    paths: { first_name: 'name', last_name: 'name', responsible_user_id: 'owner', 'custom_fields_values.0.values.0.value': 'phone', 'custom_fields_values.1.values.0.value': 'email', custom_fields_values: 'phone' },
    fields: [
      field(t(isPeople ? 'field.full_name' : 'field.name'), name),
      h('div.two', null, field(t('field.phone'), phone, { optional: true }), field(t('field.email'), email, { optional: true })),
      likes,
      field(t('field.owner'), memberSelect(session.user.id)),
    ],
    async save(form) {
      const data = new FormData(form);
      const whole = data.get('name').trim();
      const [first, ...rest] = whole.split(/\s+/);
      const values = [['PHONE', data.get('phone').trim(), 'MOB'], ['EMAIL', data.get('email').trim(), 'WORK']]
        .filter(([, value]) => value).map(([code, value, kind]) => ({ field_code: code, values: [{ value, enum_code: kind }] }));
      const answer = await api.post('/api/v4/' + plural, [{
        name: whole, ...(isPeople ? { first_name: first, last_name: rest.join(' ') } : {}),
        responsible_user_id: Number(data.get('owner')), ...(values.length ? { custom_fields_values: values } : {}),
      }]);
      toast({ text: t('toast.saved') });
      return api.newID(answer, plural);
    },
  });
  return dialog.done;
}

function drawLikes(box, plural, found, choose) {
  replace(box, found.length > 0 && [
    h('p', null, icon('alert', 's'), t('people.already')),
    found.map((one) => h('button.choice', { type: 'button', onclick: () => choose(one.id) },
      plural === 'contacts' ? personAvatar(one, 'md') : h('span.av.md.org', null, icon('bld', 's')),
      h('span.grow.trunc', null, tidy(one.name)),
      one.phones?.[0] && h('span.hint.num', null, format.phone(one.phones[0].value ?? one.phones[0])), icon('right', 's'))),
  ]);
}
