// The card of a contact or a company: fields, people, one feed with that of the deals, and the deals.

import { h, icon, replace, debounce, $ } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { session, mayAddDeals, WON, LOST } from './store.js';
import { mutate, complain, late } from './mutations.js';
import { go, notFound } from './router.js';
import { toast } from './toast.js';
import { Feed } from './feed.js';
import { stageLabel, personAvatar } from './bits.js';
import * as f from './fields.js';
import * as format from './format.js';

/** Menus come when one is first opened. */
const openMenu = async (...given) => (await late(() => import('./menu.js')))?.openMenu(...given);
/** The dialogs that tie cards, fetched when first asked for. */
const linkTo = async (...given) => (await late(() => import('./links.js')))?.linkTo(...given);
const unlinkFrom = async (...given) => (await late(() => import('./links.js')))?.unlinkFrom(...given);

const TYPES = { contacts: 'contact', companies: 'company' };
const text = (one) => (typeof one === 'string' ? one : one?.value);

export const openCard = (plural) => async ([idText]) => {
  const id = Number(idText);
  const data = await api.get(`/ui/${plural}/${id}`);
  if (!data) throw notFound();
  return new PersonPage(plural, id, data).screen();
};

class PersonPage {
  constructor(plural, id, data) {
    Object.assign(this, { plural, id, type: TYPES[plural] });
    this.load(data);
    this.reloadSoon = debounce(120, () => this.reload());
    this.fields = h('div.fields', { role: 'region', 'aria-label': t('deal.fields'), tabindex: '0' });
    this.rail = h('aside.rail', { 'aria-label': t('nav.deals'), tabindex: '0' });
    this.feed = new Feed({ entity: { type: this.type, id, name: this.record.name }, data, changed: () => this.reloadSoon(), mayPin: () => !this.isLocked, nameOf: (type, known) => this.nameOf(type, known) });
    this.body = h('div.body', { 'data-pane': 'fields' }, h('div.aside', null, this.fields, this.rail), this.feed.node);
    this.title = f.editableTitle({ value: () => tidy(this.record.name), label: t('field.name'), isLocked: () => this.isLocked, save: (name) => this.write((to) => [{ name: to }, { name: to }])(name, this.record.name) });
    this.about = h('p.about');
    this.buttons = h('div.actions');
    this.node = h('div.screen.record', null,
      h('header.dhead.short', null,
        h('nav.crumb', { 'aria-label': t('nav.where') }, h('a', { href: '/' + plural }, t('nav.' + plural)), icon('right', 'xs'), h('span.num', null, `№\u00a0${format.number(id)}`),
          h('span.grow'), h('a.btn.sm.i.g', { href: '/' + plural, 'aria-label': t('common.close'), title: `${t('common.close')} — Esc` }, icon('x', 's'))),
        h('div.dtitle', null, plural === 'contacts' ? personAvatar(this.record) : h('span.av.lg.org', null, icon('bld')),
          h('div.who', null, this.title.node, this.about), h('span.grow'), this.buttons)),
      this.panes(), this.body);
    this.draw();
    this.stops = [
      store.subscribe('news', (event) => this.concerns(event) && this.reloadSoon()),
      store.subscribe('touched', ({ parent }) => this.isOurs(parent?.type, parent?.id) && this.reloadSoon()),
      store.subscribe('reset', () => this.reloadSoon()),
    ];
  }

  load(data) {
    this.data = data;
    store.put(this.type, data[this.type]);
  }

  /** Seen, but someone else's to change. */
  get isLocked() {
    return this.record.can_edit === false;
  }

  get record() {
    return store.get(this.type, this.id) ?? this.data[this.type];
  }

  nameOf(type, id) {
    const { contacts = [], company, deals = [] } = this.data;
    const list = { contact: contacts, company: company ? [company] : [] }[type] ?? deals;
    return list.find((one) => one.id === id)?.name;
  }

  isOurs(type, id) {
    return (type === this.type && id === this.id) || (type === 'deal' && (this.data.deals ?? []).some((deal) => deal.id === id));
  }

  concerns({ entity, id, patch }) {
    return this.isOurs(entity === 'lead' ? 'deal' : entity, id) || this.isOurs(patch?.entity?.type ?? patch?.entity_type, patch?.entity?.id ?? patch?.entity_id);
  }

  screen() {
    return {
      node: this.node, title: this.record.name,
      keys: { KeyE: () => this.title.edit(), KeyT: () => this.compose('task'), KeyC: () => this.compose('note'), KeyN: () => void this.newDeal(), Escape: () => go('/' + this.plural) },
      leave: () => this.stops.forEach((stop) => stop()),
      shown: () => this.feed.toEnd(),
    };
  }

  /** On a narrow window the composer is on another pane. */
  compose(mode) {
    this.show('feed');
    this.feed.composer.set(mode);
  }

  // ---- writing

  /** A saver of one field: `made(value)` gives [what changes here, what is sent]; undo sends the old value. */
  write(made) {
    return (next, before) => this.update(...made(next), made(before));
  }

  async update(change, body, back) {
    const done = await mutate({ type: this.type, id: this.id, key: this.plural, url: `/api/v4/${this.plural}/${this.id}`, change, body, quiet: true });
    const { version } = this.record;
    toast({ text: t('toast.saved'), undo: back && (() => this.undo(back, version)) });
    this.reloadSoon();
    return done;
  }

  async undo([change, body], version) {
    if (this.record.version !== version) return toast({ text: t('error.undo_changed'), tone: 'bad' });
    try {
      await mutate({ type: this.type, id: this.id, key: this.plural, url: `/api/v4/${this.plural}/${this.id}`, change, body, quiet: true });
      toast({ text: t('toast.undone') });
      this.reloadSoon();
    } catch (error) {
      complain(error);
    }
  }

  async newDeal() {
    if (!mayAddDeals()) return;
    const isContact = this.type === 'contact';
    const id = await (await late(() => import('./deal-new.js')))?.newDealDialog(isContact ? { contact: { id: this.id, name: this.record.name } } : { company: { id: this.id, name: this.record.name } });
    if (!id) return;
    store.emit('boards', {});
    go('/deals/' + id);
  }

  async reload() {
    try {
      const data = await api.get(`/ui/${this.plural}/${this.id}`);
      if (!data) return;
      this.load(data);
      this.feed.update(data);
      this.draw();
    } catch (error) {
      if (!(error instanceof api.Unreachable)) complain(error);
    }
  }

  // ---- drawing

  draw() {
    if (!$('.edit', this.fields)) f.keepFocus(this.fields, () => this.drawFields());
    if (!$('input', this.title.node)) this.title.draw();
    this.drawAbout();
    this.drawRail();
  }

  panes() {
    const names = [['fields', t('deal.fields')], ['feed', t('feed.title')], ['rail', t('nav.deals')]];
    this.tabs = h('div.panes', null, names.map(([pane, label]) =>
      h('button', { type: 'button', 'data-pane': pane, 'aria-pressed': String(pane === 'fields'), onclick: () => this.show(pane) }, label)));
    return this.tabs;
  }

  show(pane) {
    this.body.dataset.pane = pane;
    for (const button of this.tabs.children) button.setAttribute('aria-pressed', String(button.dataset.pane === pane));
    if (pane === 'feed') this.feed.toEnd();
  }

  drawAbout() {
    const { record, data } = this;
    const phone = text(record.phones?.[0]);
    const email = text(record.emails?.[0]);
    const deals = data.deals ?? [];
    const first = deals.filter((deal) => deal.stage_id === WON && deal.closed_at).reduce((least, deal) => Math.min(least, deal.closed_at), Infinity);
    const parts = [
      first < Infinity && t('deal.client_since', { month: format.monthYear(first) }),
      deals.length > 0 ? t('count.deals', { n: record.deals_count ?? deals.length }) : t('deal.new_client'),
    ].filter(Boolean);
    replace(this.about, parts.join(' · '), this.isLocked && h('span.chip', { title: t('card.locked_text') }, icon('eye', 'xs'), t('card.locked')));
    const more = h('button.btn.i', { type: 'button', 'aria-haspopup': 'menu', 'aria-label': t('card.more'), onclick: () => this.more(more) }, icon('more'));
    replace(this.buttons,
      phone && h('a.btn', { href: format.phoneHref(phone) }, icon('phone'), h('span.label', null, t('deal.call'))),
      email && h('a.btn.i', { href: 'mailto:' + email, 'aria-label': t('card.mail'), title: t('card.mail') }, icon('mail')),
      mayAddDeals() && h('button.btn.p', { type: 'button', 'aria-keyshortcuts': 'N', onclick: () => this.newDeal() }, icon('plus'), t('deal.one'), h('kbd', { 'aria-hidden': 'true' }, 'N')), more);
  }

  more(anchor) {
    openMenu(anchor, [
      { text: t('card.add_task'), icon: 'task', kbd: 'T', run: async () => (await late(() => import('./task-new.js')))?.newTaskDialog({ entity: { type: this.type, id: this.id, name: this.record.name } }) },
      !this.isLocked && { text: t('card.rename'), icon: 'edit', kbd: 'E', run: () => this.title.edit() },
      { text: t('card.copy'), icon: 'link', run: () => navigator.clipboard?.writeText(location.href) },
    ], { align: 'end', label: t('card.more') });
  }

  drawFields() {
    const record = () => this.record;
    const update = (change, body, back) => this.update(change, body, back);
    const rows = [
      ...(session.fields?.[this.type] ?? []).map((one) => f.customRow(one, record, update, this.isLocked)),
      f.row({ label: t('field.owner'), name: 'owner', value: () => this.record.owner_id, show: f.showMember, control: !this.isLocked && ((c) => c.memberControl),
        save: this.write((owner) => [{ owner_id: owner }, { responsible_user_id: owner }]) }),
      f.row({ label: t('field.tags'), name: 'tags', wrap: true, value: () => this.record.tags, show: f.showTags, control: !this.isLocked && ((c) => c.tagsControl),
        save: (names, old) => this.write((list) => [{ tags: list.map((name) => (old ?? []).find((tag) => tag.name === name) ?? { id: 0, name, color: null }) },
          { _embedded: { tags: list.map((name) => ({ name })) } }])(names, (old ?? []).map((tag) => tag.name)) }),
    ];
    replace(this.fields,
      f.section(t(this.type === 'contact' ? 'deal.contact' : 'deal.company'), h('dl', null, rows.map((row) => row.node))),
      this.type === 'contact' ? this.companySection() : this.peopleSection(),
      h('p.fine', null, this.record.created_at && t('deal.created', { when: format.moment(this.record.created_at) })));
  }

  companySection() {
    const { company } = this.data;
    const link = () => linkTo({ plural: 'contacts', id: this.id }, 'companies', t('deal.add_company'), () => this.reload());
    if (!company)
      return !this.isLocked && f.section(t('deal.company'), h('button.add-row', { type: 'button', onclick: link }, icon('plus', 's'), t('deal.add_company')));
    const phone = text(company.phones?.[0]);
    return f.section(t('deal.company'), this.linked(h('span.av.md.org', null, icon('bld', 's')), '/companies/' + company.id, company.name, phone, () => unlinkFrom({ plural: 'contacts', id: this.id }, 'companies', company, () => this.reload())));
  }

  peopleSection() {
    const people = this.data.contacts ?? [];
    const add = () => linkTo({ plural: 'companies', id: this.id }, 'contacts', t('deal.add_contact'), () => this.reload());
    return f.section(t('nav.contacts'), people.length
      ? people.map((one) => this.linked(personAvatar(one, 'md'), '/contacts/' + one.id, one.name, text(one.phones?.[0]), () => unlinkFrom({ plural: 'companies', id: this.id }, 'contacts', one, () => this.reload())))
      : h('button.add-row', { type: 'button', onclick: add, disabled: this.isLocked }, icon('plus', 's'), t('deal.add_contact')), people.length > 0 && !this.isLocked && f.addButton(t('deal.add_contact'), add));
  }

  linked(mark, href, name, phone, part) {
    return h('div.person', null, mark, h('div.grow', null, h('a.strong', { href }, tidy(name)),
      phone && h('a.sub', { href: format.phoneHref(phone) }, format.phone(phone))),
    !this.isLocked && h('button.pen', { type: 'button', 'aria-label': t('link.remove', { name }), title: t('link.remove', { name }), onclick: part }, icon('x', 's')));
  }

  // ---- the deals

  drawRail() {
    const deals = this.data.deals ?? [];
    const isOpen = (deal) => deal.stage_id !== WON && deal.stage_id !== LOST;
    const open = deals.filter(isOpen);
    const won = this.record.won_minor ?? 0;
    const count = deals.filter((deal) => deal.stage_id === WON).length;
    replace(this.rail,
      h('section.w', null, h('header', null, h('h2', null, t('rail.money'))),
        h('div.stats', null,
          h('div', null, h('small', null, t('rail.bought')), h('b.num', null, format.moneyShort(won))),
          h('div', null, h('small', null, t('kpi.open')), h('b.num', null, format.moneyShort(this.record.open_amount_minor ?? 0)))),
        count > 1 && h('div.kv', null, h('span', null, t('rail.average')), h('b.num', null, format.moneyShort(won / count)))),
      this.dealList(t('rail.open_deals'), open, true),
      this.dealList(t('rail.closed_deals'), deals.filter((deal) => !isOpen(deal))));
  }

  dealList(title, deals, always) {
    if (!deals.length && !always) return null;
    return h('section.w', null,
      h('header', null, h('h2', null, title, deals.length > 0 && h('span.n', null, format.number(deals.length))), always && mayAddDeals() && f.addButton(t('deal.new'), () => this.newDeal())),
      deals.length ? h('ul.mini', null, deals.map((deal) => h('li', null,
        h('a', { href: '/deals/' + deal.id }, h('b', null, tidy(deal.name)),
          h('span.mini-line', null, h('span.sq', { 'data-hue': store.stage(deal.pipeline_id, deal.stage_id)?.hue }), h('span.trunc', null, stageLabel(deal.pipeline_id, deal.stage_id)), h('span.num', null, format.money(deal.amount_minor)))))))
        : h('p.quiet', null, t('rail.no_deals')));
  }
}
