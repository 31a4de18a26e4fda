// Contacts and companies: the lists and the cards. One shape, two names.

import { h, icon, replace, debounce, $ } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { session } from './store.js';
import { mutate, complain } from './mutations.js';
import { go, notFound, stateBox } from './router.js';
import { formDialog, field } from './dialog.js';
import { toast } from './toast.js';
import { Feed } from './feed.js';
import { memberAvatar, memberSelect, dueChip, stageLabel, personAvatar } from './bits.js';
import { newTaskDialog } from './task-actions.js';
import * as f from './fields.js';
import * as format from './format.js';

const KINDS = {
  contacts: { type: 'contact', icon: 'user' },
  companies: { type: 'company', icon: 'bld' },
};
const text = (one) => (typeof one === 'string' ? one : one?.value);

// ---- lists

export const openList = (plural) => async (_, query) => {
  const asked = { query: query.get('query') ?? '', page: Number(query.get('page')) || 1 };
  const data = await api.get(api.address('/ui/' + plural, asked));
  return list(plural, asked, data ?? { total: 0, page: 1, pages: 0, [plural]: [] });
};

function list(plural, asked, first) {
  let data = first;
  const table = h('div.table-wrap', { tabindex: '0', role: 'region', 'aria-label': t('nav.' + plural) });
  const count = h('span.count');
  const pager = h('nav.pager', { 'aria-label': t('pager.title') });
  const input = h('input', { type: 'search', value: asked.query, placeholder: t(plural + '.search'), 'aria-label': t(plural + '.search'), autocomplete: 'off', maxlength: 200 });

  const load = async (page) => {
    const next = { query: input.value.trim(), page };
    table.classList.add('is-stale');
    try {
      const found = await api.get(api.address('/ui/' + plural, next));
      if (input.value.trim() !== next.query) return;
      data = found ?? { total: 0, page: 1, pages: 0, [plural]: [] };
      history.replaceState(null, '', api.address('/' + plural, { query: next.query, page: page > 1 ? page : null }));
      draw();
      table.scrollTop = 0;
    } catch (error) {
      complain(error);
    } finally {
      table.classList.remove('is-stale');
    }
  };
  input.addEventListener('input', debounce(220, () => load(1)));

  const create = () => createPerson(plural).then((id) => id && go(`/${plural}/${id}`));
  function draw() {
    count.textContent = format.number(data.total);
    const rows = data[plural] ?? [];
    replace(table, rows.length ? people(plural, rows) : stateBox({
      mark: icon(KINDS[plural].icon, 'big'),
      title: t(input.value.trim() ? 'list.nothing_found' : plural + '.empty'),
      text: t(input.value.trim() ? 'list.try_other' : plural + '.empty_text'),
      action: !input.value.trim() && h('button.btn.p', { type: 'button', onclick: create }, icon('plus'), t(plural + '.new')) }));
    const step = (page, name, label) => h('button.btn.sm.i', { type: 'button', disabled: page < 1 || page > data.pages, 'aria-label': label, onclick: () => load(page) }, icon(name, 's'));
    replace(pager, data.pages > 1 && [step(data.page - 1, 'left', t('pager.previous')),
      h('span.num', null, t('pager.of', { page: format.number(data.page), pages: format.number(data.pages) })), step(data.page + 1, 'right', t('pager.next'))]);
  }
  draw();
  const node = h('div.screen.list-screen', null,
    h('header.top', null, h('h1', null, t('nav.' + plural)), count, h('span.grow'),
      h('label.searchfield', null, icon('search'), input),
      h('button.btn.p', { type: 'button', onclick: create }, icon('plus'), h('span.label', null, t(plural + '.new')))),
    table, pager);
  const stop = store.subscribe('news', debounce(800, ({ entity }) => entity === KINDS[plural].type && node.isConnected && load(data.page || 1)));
  return { node, title: t('nav.' + plural), leave: stop, keys: { KeyN: create, '/': () => input.focus() } };
}

function people(plural, rows) {
  const isPeople = plural === 'contacts';
  const heads = ['name', isPeople && 'company', 'phone', 'email', 'deals', 'in_work', 'next', 'owner'].filter(Boolean);
  const none = () => h('span.none', null, '—');
  const table = h('table.grid', null,
    h('thead', null, h('tr', null, heads.map((key) => h('th', { scope: 'col', class: 'c-' + key }, t('col.' + key))))),
    h('tbody', null, rows.map((one) => {
      const phone = text(one.phones?.[0]);
      const email = text(one.emails?.[0]);
      const cells = {
        name: h('a.row-link', { href: `/${plural}/${one.id}` }, isPeople ? personAvatar(one, 'md') : h('span.av.md.org', null, icon('bld', 's')), h('span.trunc', null, tidy(one.name) || '—')),
        company: one.company ? h('a.link-quiet.trunc', { href: '/companies/' + one.company.id }, tidy(one.company.name)) : none(),
        phone: phone ? h('a.link-quiet.num', { href: format.phoneHref(phone) }, format.phone(phone)) : none(),
        email: email ? h('a.link-quiet.trunc', { href: 'mailto:' + email }, email) : none(),
        deals: h('span.num', null, format.number(one.deals_count ?? 0)),
        in_work: one.open_amount_minor ? h('b.num', null, format.money(one.open_amount_minor)) : none(),
        next: one.next_task ? dueChip(one.next_task) : none(),
        owner: memberAvatar(one.owner_id),
      };
      return h('tr', null, heads.map((key) => h('td', { class: 'c-' + key }, cells[key])));
    })));
  table.addEventListener('click', (event) => {
    if (event.target.closest('a')) return;
    event.target.closest('tbody tr')?.querySelector('.row-link').click();
  });
  return table;
}

/** The new contact or company dialog; resolves with its id. */
export function createPerson(plural) {
  const isPeople = plural === 'contacts';
  return formDialog({
    title: t(plural + '.new'),
    submit: t('common.create'),
    paths: { first_name: 'name', responsible_user_id: 'owner', 'custom_fields_values.0.values.0.value': 'phone', 'custom_fields_values.1.values.0.value': 'email', custom_fields_values: 'phone' },
    fields: [
      field(t(isPeople ? 'field.full_name' : 'field.name'), h('input', { name: 'name', required: true, maxlength: 255, autocomplete: 'off', autofocus: true })),
      h('div.two', null,
        field(t('field.phone'), h('input', { name: 'phone', type: 'tel', maxlength: 40, autocomplete: 'off', placeholder: '+7' }), { optional: true }),
        field(t('field.email'), h('input', { name: 'email', type: 'email', maxlength: 200, autocomplete: 'off' }), { optional: true })),
      field(t('field.owner'), memberSelect(session.user.id)),
    ],
    async save(form) {
      const data = new FormData(form);
      const name = data.get('name').trim();
      const [first, ...rest] = name.split(/\s+/);
      const values = [['PHONE', data.get('phone').trim(), 'MOB'], ['EMAIL', data.get('email').trim(), 'WORK']]
        .filter(([, value]) => value).map(([code, value, kind]) => ({ field_code: code, values: [{ value, enum_code: kind }] }));
      const answer = await api.post('/api/v4/' + plural, [{
        name, ...(isPeople ? { first_name: first, last_name: rest.join(' ') } : {}),
        responsible_user_id: Number(data.get('owner')), ...(values.length ? { custom_fields_values: values } : {}),
      }]);
      toast({ text: t('toast.saved') });
      return api.newID(answer, plural);
    },
  }).done;
}

// ---- cards

export const openCard = (plural) => async ([idText]) => {
  const id = Number(idText);
  const data = await api.get(`/ui/${plural}/${id}`);
  if (!data) throw notFound();
  return new PersonPage(plural, id, data).screen();
};

class PersonPage {
  constructor(plural, id, data) {
    this.plural = plural;
    this.type = KINDS[plural].type;
    this.id = id;
    this.load(data);
    this.reloadSoon = debounce(120, () => this.reload());
    this.fields = h('div.fields', { role: 'region', 'aria-label': t('deal.fields'), tabindex: '0' });
    this.rail = h('aside.rail', { 'aria-label': t('nav.deals'), tabindex: '0' });
    this.feed = new Feed({ entity: { type: this.type, id, name: this.record.name }, items: data.feed, before: data.feed_before, tasks: data.tasks, changed: () => this.reloadSoon() });
    this.body = h('div.body', { 'data-pane': 'fields' }, this.fields, this.feed.node, this.rail);
    this.title = f.editableTitle({ value: () => this.record.name, label: t('field.name'), save: (name) => this.update({ name }, { name }) });
    const task = h('button.btn', { type: 'button', onclick: () => this.newTask() }, icon('task'), h('span.label', null, t('card.add_task')));
    const phone = text(data[this.type]?.phones?.[0]);
    this.node = h('div.screen.record', null,
      h('header.dhead.short', null,
        h('nav.crumb', { 'aria-label': t('nav.where') }, h('a', { href: '/' + plural }, t('nav.' + plural)), icon('right', 'xs'), h('span.num', null, `№\u00a0${format.number(id)}`),
          h('span.grow'), h('a.btn.sm.i.g', { href: '/' + plural, 'aria-label': t('common.close'), title: `${t('common.close')} — Esc` }, icon('x', 's'))),
        h('div.dtitle', null, this.type === 'contact' ? personAvatar(this.record) : h('span.av.lg.org', null, icon('bld')), this.title.node, h('span.grow'),
          h('div.actions', null, phone && h('a.btn', { href: format.phoneHref(phone) }, icon('phone'), h('span.label', null, t('deal.call'))), task))),
      this.panes(), this.body);
    this.drawFields();
    this.drawRail();
    const mine = ({ entity, id: other, patch }) => (entity === this.type && other === id) || (patch?.entity?.type === this.type && patch.entity.id === id);
    this.stops = [
      store.subscribe('news', (event) => mine(event) && this.reloadSoon()),
      store.subscribe('touched', ({ parent }) => parent?.type === this.type && parent.id === id && this.reloadSoon()),
      store.subscribe('reset', () => this.reloadSoon()),
    ];
  }

  load(data) {
    this.data = data;
    store.put(this.type, data[this.type]);
  }

  get record() {
    return store.get(this.type, this.id) ?? this.data[this.type];
  }

  screen() {
    return {
      node: this.node, title: this.record.name,
      keys: { KeyE: () => this.title.edit(), KeyT: () => this.feed.composer.set('task'), Escape: () => go('/' + this.plural) },
      leave: () => this.stops.forEach((stop) => stop()),
      shown: () => this.feed.toEnd(),
    };
  }

  newTask() {
    newTaskDialog({ entity: { type: this.type, id: this.id, name: this.record.name } });
  }

  async update(change, body) {
    const done = await mutate({ type: this.type, id: this.id, key: this.plural, url: `/api/v4/${this.plural}/${this.id}`, change, body, quiet: true });
    toast({ text: t('toast.saved') });
    this.reloadSoon();
    return done;
  }

  async reload() {
    try {
      const data = await api.get(`/ui/${this.plural}/${this.id}`);
      if (!data) return;
      this.load(data);
      this.feed.update({ items: data.feed, before: data.feed_before, tasks: data.tasks });
      if (!$('.edit', this.fields)) this.drawFields();
      if (!$('input', this.title.node)) this.title.draw();
      this.drawRail();
    } catch (error) {
      if (!(error instanceof api.Unreachable)) complain(error);
    }
  }

  panes() {
    const tab = (pane, label) => h('button', { type: 'button', 'aria-pressed': String(pane === 'fields'), onclick: (event) => {
      this.body.dataset.pane = pane;
      for (const button of event.currentTarget.parentNode.children) button.setAttribute('aria-pressed', String(button === event.currentTarget));
    } }, label);
    return h('div.panes', null, tab('fields', t('deal.fields')), tab('feed', t('feed.title')), tab('rail', t('nav.deals')));
  }

  drawFields() {
    const record = () => this.record;
    const update = (change, body) => this.update(change, body);
    const company = this.type === 'contact' ? this.data.company : null;
    const rows = [
      f.row({ label: t('field.owner'), name: 'owner', value: () => this.record.owner_id, show: f.showMember, control: f.memberControl,
        save: (owner) => update({ owner_id: owner }, { responsible_user_id: owner }) }),
      ...(session.fields?.[this.type] ?? []).map((one) => f.customRow(one, record, update)),
      f.row({ label: t('field.tags'), name: 'tags', wrap: true, value: () => this.record.tags, show: f.showTags, control: f.tagsControl,
        save: (names) => update({ tags: names.map((name) => ({ id: 0, name, color: null })) }, { _embedded: { tags: names.map((name) => ({ name })) } }) }),
    ];
    const people = this.data.contacts ?? [];
    replace(this.fields,
      f.section(t(this.type === 'contact' ? 'deal.contact' : 'deal.company'), h('dl', null, rows.map((row) => row.node))),
      company && f.section(t('deal.company'), h('div.person', null, h('span.av.lg.org', null, icon('bld')), h('div', null, h('a.strong', { href: '/companies/' + company.id }, tidy(company.name))))),
      people.length > 0 && f.section(t('nav.contacts'), people.map((one) => h('div.person', null, personAvatar(one, 'md'), h('div', null, h('a.strong', { href: '/contacts/' + one.id }, one.name), one.phones?.[0] && h('small', null, format.phone(text(one.phones[0]))))))),
      h('p.fine', null, this.record.created_at && t('deal.created', { when: format.moment(this.record.created_at) })));
  }

  drawRail() {
    const deals = this.data.deals ?? [];
    const won = deals.filter((deal) => deal.stage_id === 142).reduce((sum, deal) => sum + deal.amount_minor, 0);
    const open = deals.filter((deal) => deal.stage_id !== 142 && deal.stage_id !== 143);
    replace(this.rail,
      h('section.w', null, h('header', null, h('h2', null, t('rail.money'))),
        h('div.stats', null,
          h('div', null, h('small', null, t('rail.bought')), h('b.num', null, format.moneyShort(won))),
          h('div', null, h('small', null, t('kpi.open')), h('b.num', null, format.moneyShort(open.reduce((sum, deal) => sum + deal.amount_minor, 0)))))),
      h('section.w', null, h('header', null, h('h2', null, t('nav.deals')), h('small', null, format.number(deals.length))),
        deals.length ? h('ul.mini', null, deals.map((deal) => h('li', null,
          h('a', { href: '/deals/' + deal.id }, h('b', null, tidy(deal.name)),
            h('span.mini-line', null, h('span.sq', { 'data-hue': store.stage(deal.pipeline_id, deal.stage_id)?.hue }), h('span.trunc', null, stageLabel(deal.pipeline_id, deal.stage_id)), h('span.num', null, format.money(deal.amount_minor)))))))
          : h('p.quiet', null, t('rail.no_deals'))));
  }
}
