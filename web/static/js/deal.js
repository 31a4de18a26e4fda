// The card of one deal: stage stepper, fields, contact, company, feed.

import { h, icon, replace, debounce, $ } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { session, WON, LOST } from './store.js';
import { complain, fetched, late } from './mutations.js';
import { notFound, go } from './router.js';
import { Feed } from './feed.js';
import { first, openMenu, partMenu, personBlock } from './deal-people.js';
import { rail, spentIn } from './deal-rail.js';
import { channel } from './bits.js';
import * as f from './fields.js';
import * as format from './format.js';
import { remember } from './recent.js';

/** What changes a deal is fetched once its page stands. */
const fetchActions = () => fetched(() => import('./deal-actions.js'));
const fetchTrash = () => late(() => import('./deal-trash.js'));
/** The dialogs that tie people and companies, fetched when first asked for. */
const links = async (name, ...given) => (await late(() => import('./links.js')))?.[name](...given);

export async function open([text]) {
  const id = Number(text);
  const data = await api.get(`/ui/deals/${id}`);
  if (!data) throw notFound();
  return new DealPage(id, data).screen();
}

class DealPage {
  constructor(id, data) {
    this.id = id;
    this.data = data;
    store.put('deal', data.deal);
    this.head = h('header.dhead');
    this.fields = h('div.fields', { 'aria-label': t('deal.fields'), role: 'region', tabindex: '0' });
    this.rail = h('aside.rail', { 'aria-label': t('deal.insight'), tabindex: '0' });
    this.feed = new Feed({ entity: { type: 'deal', id, name: this.deal.name }, data, changed: () => this.reloadSoon(), mayPin: () => !this.isLocked, nameOf: (type, known) => this.nameOf(type, known) });
    this.body = h('div.body', { 'data-pane': 'feed' }, h('div.aside', null, this.fields, this.rail), this.feed.node);
    this.node = h('div.screen.record', null, this.head, this.panes(), this.body);
    this.reloadSoon = debounce(120, () => this.reload());
    this.drawHead();
    this.drawFields();
    this.drawRail();
    this.stops = [
      store.subscribe('deal', (change) => change.id === id && this.changed(change)),
      store.subscribe('news', (event) => this.concerns(event) && (event.type === 'lead_deleted' ? this.gone(true) : this.reloadSoon())),
      store.subscribe('touched', ({ entity, id: other, parent }) => {
        if ((entity === 'deal' && other === id) || (parent?.type === 'deal' && parent.id === id)) this.reloadSoon();
      }),
      store.subscribe('reset', () => this.reloadSoon()),
    ];
    remember({ id, name: this.deal.name });
  }

  get deal() {
    return store.get('deal', this.id) ?? this.data.deal;
  }

  /** Seen, but someone else's to change. */
  get isLocked() {
    return !store.mayEdit(this.deal);
  }

  nameOf(type, id) {
    const { contacts = [], company } = this.data;
    return type === 'company' ? company?.id === id && company.name : contacts.find((one) => one.id === id)?.name;
  }

  concerns({ entity, id, patch }) {
    if (entity === 'deal') return id === this.id;
    if (entity === 'task') return patch?.entity?.type === 'deal' && patch.entity.id === this.id;
    if (entity === 'contact') return (this.data.contacts ?? []).some((one) => one.id === id);
    return entity === 'company' && this.data.company?.id === id;
  }

  screen() {
    const visit = (side) => () => {
      const id = this.data.neighbours?.[side];
      return id ? void go('/deals/' + id, { replace: true }) : false;
    };
    return {
      node: this.node,
      title: this.deal.name,
      keys: {
        KeyJ: visit('next'), KeyK: visit('previous'),
        KeyE: () => this.title.edit(),
        KeyT: () => this.compose('task'), KeyC: () => this.compose('note'),
        KeyW: () => this.close('won'), KeyL: () => this.close('lost'),
        Escape: () => go('/deals?pipeline=' + this.deal.pipeline_id),
        'Shift+ArrowLeft': () => this.shift(-1), 'Shift+ArrowRight': () => this.shift(1),
      },
      leave: () => this.leave(),
      shown: () => {
        fetchActions().catch(() => {});
        this.feed.toEnd();
        $('.step.cur', this.steps)?.scrollIntoView({ block: 'nearest', inline: 'center' });
      },
    };
  }

  /** On a phone the composer is on another pane. */
  compose(mode) {
    this.show('feed');
    this.feed.composer.set(mode);
  }

  /** A closed deal has to be reopened first. */
  close(how) {
    if (this.isLocked || this.isClosed) return false;
    this.move(how === 'won' ? WON : LOST);
    return true;
  }

  get isClosed() {
    return this.deal.stage_id === WON || this.deal.stage_id === LOST;
  }

  shift(by) {
    if (this.isLocked) return;
    const open = store.pipeline(this.deal.pipeline_id).stages.filter((stage) => stage.kind === 'open' || stage.kind === 'incoming');
    const next = open[open.findIndex((stage) => stage.id === this.deal.stage_id) + by];
    if (next) this.move(next.id);
  }

  async move(stageID, more) {
    const actions = await late(fetchActions);
    if (await actions?.moveDeal(this.id, stageID, more)) this.reloadSoon();
  }

  /** Throws Refused, or Unreachable, for the field that asked. */
  async update(change, body) {
    const done = await (await fetchActions()).updateDeal(this.id, change, body, { text: t('toast.saved') });
    this.reloadSoon();
    return done;
  }

  /** Everything the server knows now, without disturbing what is being typed. */
  async reload() {
    try {
      const data = await api.get(`/ui/deals/${this.id}`);
      if (!data) return;
      if (this.isGone) return this.again();
      this.data = data;
      store.put('deal', data.deal);
      this.feed.update(data);
      this.redraw();
    } catch (error) {
      if (error.status === 404) this.gone(false);
      else if (!(error instanceof api.Unreachable)) complain(error);
    }
  }

  /** The page of a deal that came back. */
  again() {
    go(location.pathname, { replace: true });
  }

  /** Deleted, as the news say, or not to be seen by this person any more. */
  async gone(isDeleted) {
    this.isGone = true;
    this.isDeleted ||= isDeleted;
    const trash = await fetchTrash();
    if (trash) replace(this.node, trash.goneBox(this.data.deal, { isDeleted: this.isDeleted, back: () => this.again() }));
  }

  async remove() {
    const trash = await fetchTrash();
    if (!trash) return;
    this.leave();
    trash.deleteDeal(this.id);
    go('/deals?pipeline=' + this.data.deal.pipeline_id);
  }

  leave() {
    for (const stop of this.stops) stop();
  }

  changed({ before, after }) {
    if (!after) return void this.gone(false);
    if (before?.stage_id !== after.stage_id || before?.pipeline_id !== after.pipeline_id) this.drawSteps();
    if (before?.pipeline_id !== after.pipeline_id) this.drawCrumb();
    this.rows.forEach((row) => row.draw());
    if (!$('input', this.title.node)) this.title.draw();
    this.drawButtons();
  }

  redraw() {
    this.drawSteps();
    this.drawButtons();
    this.drawCrumb();
    if (!$('.edit', this.fields)) f.keepFocus(this.fields, () => this.drawFields());
    this.drawRail();
  }

  panes() {
    const names = [['feed', t('feed.title')], ['fields', t('deal.fields')], ['rail', t('deal.insight')]];
    this.tabs = h('div.panes', null, names.map(([pane, label]) =>
      h('button', { type: 'button', 'data-pane': pane, 'aria-pressed': String(pane === 'feed'), onclick: () => this.show(pane) }, label)));
    return this.tabs;
  }

  show(pane) {
    if (this.body.dataset.pane === pane) return;
    this.body.dataset.pane = pane;
    for (const button of this.tabs.children) button.setAttribute('aria-pressed', String(button.dataset.pane === pane));
    if (pane === 'feed') this.feed.toEnd();
  }

  // ---- head

  drawCrumb() {
    const { deal } = this;
    const { index, total, previous, next } = this.data.neighbours ?? {};
    const line = store.pipeline(deal.pipeline_id);
    const step = (id, name, label, key) => h('a.btn.sm.i.g', { href: id ? '/deals/' + id : null, 'aria-disabled': id ? null : 'true',
      role: id ? null : 'link', 'aria-label': label, title: `${label} — ${key}` }, icon(name, 's'));
    replace(this.crumb,
      h('a', { href: '/deals' }, t('nav.deals')), icon('right', 'xs'),
      h('a', { href: '/deals?pipeline=' + deal.pipeline_id }, line?.name), icon('right', 'xs'), h('span.num', null, `№\u00a0${format.number(this.id)}`),
      h('span.grow'), total > 1 && h('span.num.of', null, t('deal.of', { index, total })),
      step(previous, 'up', t('deal.previous'), 'K'), step(next, 'down', t('deal.next'), 'J'),
      h('a.btn.sm.i.g', { href: '/deals?pipeline=' + deal.pipeline_id, 'aria-label': t('common.close'), title: `${t('common.close')} — Esc` }, icon('x', 's')));
  }

  drawHead() {
    this.crumb = h('nav.crumb', { 'aria-label': t('nav.where') });
    this.title = f.editableTitle({ value: () => tidy(this.deal.name), label: t('field.name'), isLocked: () => this.isLocked,
      save: (name) => this.update({ name }, { name }) });
    this.buttons = h('div.actions');
    this.steps = h('ol.steps', { 'aria-label': t('deal.stages') });
    this.drawCrumb();
    replace(this.head, this.crumb,
      h('div.dtitle', null, this.title.node, h('span.grow'), this.buttons), this.steps);
    this.drawSteps();
    this.drawButtons();
  }

  drawButtons() {
    const { isClosed: closed, isLocked: locked } = this;
    const phone = this.data.contacts?.[0]?.phones?.[0];
    const more = h('button.btn.i', { type: 'button', 'aria-haspopup': 'menu', 'aria-label': t('card.more'), onclick: () => this.more(more) }, icon('more'));
    replace(this.buttons,
      phone && h('a.btn', { href: format.phoneHref(phone.value ?? phone) }, icon('phone'), h('span.label', null, t('deal.call'))),
      locked && h('span.chip.outcome', { title: t('card.locked_text') }, icon('eye', 'xs'), t('card.locked')),
      closed ? [this.outcome(), !locked && h('button.btn', { type: 'button', onclick: () => this.reopen() }, icon('undo'), h('span.label', null, t('deal.reopen')))]
        : !locked && [h('button.btn.ok', { type: 'button', title: `${t('deal.win')} — W`, 'aria-keyshortcuts': 'W', onclick: () => this.move(WON) }, icon('check'), t('deal.win')),
          h('button.btn', { type: 'button', title: `${t('deal.lose')} — L`, 'aria-keyshortcuts': 'L', onclick: () => this.move(LOST) }, t('deal.lose'))],
      more);
  }

  outcome() {
    const won = this.deal.stage_id === WON;
    const reason = session.reasonByID.get(this.deal.loss_reason_id)?.name;
    return h('span.chip.outcome', { class: won ? 'green' : 'red' }, icon(won ? 'check' : 'x', 'xs'),
      won ? t('deal.is_won') : reason ? t('deal.is_lost_because', { reason }) : t('deal.is_lost'));
  }

  /** Back to the stage it stood in before it was closed. */
  reopen() {
    const open = [...(this.data.spans ?? [])].reverse().find((span) => span.stage_id !== WON && span.stage_id !== LOST);
    const first = store.pipeline(this.deal.pipeline_id).stages.find((stage) => stage.kind === 'open');
    this.move(open?.stage_id ?? first.id);
  }

  more(anchor) {
    openMenu(anchor, [
      { text: t('card.add_task'), icon: 'task', kbd: 'T', run: async () => (await late(() => import('./task-new.js')))?.newTaskDialog({ deal: this.deal }) },
      { text: t('card.copy'), icon: 'link', run: () => navigator.clipboard?.writeText(location.href) },
      !this.isLocked && { text: t('card.rename'), icon: 'edit', kbd: 'E', run: () => this.title.edit() },
      store.mayDelete(this.deal) && '-',
      store.mayDelete(this.deal) && { text: t('deal.delete'), icon: 'trash', tone: 'bad', run: () => this.remove() },
    ], { align: 'end', label: t('card.more') });
  }

  drawSteps() {
    const { deal } = this;
    const line = store.pipeline(deal.pipeline_id);
    const stages = (line?.stages ?? []).filter((stage) => stage.kind !== 'lost');
    const at = stages.findIndex((stage) => stage.id === deal.stage_id);
    const lost = deal.stage_id === LOST;
    const spent = spentIn(deal, this.data.spans);
    replace(this.steps, stages.map((stage, index) => {
      const state = lost ? (spent.has(stage.id) ? 'done' : 'next') : index < at ? 'done' : index === at ? 'cur' : 'next';
      const usual = this.data.usual_days?.[stage.id];
      const note = stage.kind === 'won' ? null
        : state === 'cur' ? format.spanWords(Math.max(0, format.now() - deal.stage_entered_at))
          : spent.has(stage.id) ? format.spanWords(spent.get(stage.id))
            : state === 'next' && usual >= 1 ? t('deal.usually', { n: Math.round(usual) }) : null;
      return h('li.step', { class: state, 'data-hue': stage.kind === 'won' ? 'green' : stage.hue },
        h('button', { type: 'button', 'aria-current': state === 'cur' ? 'step' : null, title: this.isLocked ? t('card.locked_text') : stage.name, 'aria-disabled': this.isLocked ? 'true' : null, onclick: () => this.isLocked || this.move(stage.id) },
          h('b', null, tidy(stage.name)), note && h('small', null, note)));
    }));
  }

  // ---- fields

  drawFields() {
    const record = () => this.deal;
    const locked = this.isLocked;
    const update = (change, body) => this.update(change, body);
    const stage = () => store.stage(this.deal.pipeline_id, this.deal.stage_id);
    const plain = (key, label, show, control, column = key) => f.row({ label: t(label), name: key, value: () => this.deal[column] ?? null, show, control: !locked && control,
      save: (value) => update({ [column]: value }, { [column]: value }) });
    this.rows = [
      f.row({ label: t('field.price'), name: 'price', value: () => this.deal.amount_minor, show: (minor) => h('b.num', null, format.money(minor)), control: !locked && ((c) => c.moneyControl),
        save: (minor) => update({ amount_minor: minor }, minor % 100 ? { price_with_minor_units: minor / 100 } : { price: minor / 100 }) }),
      f.row({ label: t('field.owner'), name: 'owner', value: () => this.deal.owner_id, show: f.showMember, control: !locked && ((c) => c.memberControl),
        save: (owner) => update({ owner_id: owner }, { responsible_user_id: owner }) }),
      session.pipelines.length > 1 && f.row({ label: t('field.pipeline'), name: 'pipeline', value: () => this.deal.pipeline_id,
        show: (id) => [h('span.sq', { 'data-hue': store.pipeline(id)?.color }), h('span', null, tidy(store.pipeline(id)?.name ?? '—'))],
        control: !locked && ((c) => c.selectControl(() => session.pipelines.map((line) => [line.id, line.name]))), save: (id) => this.toPipeline(id) }),
      this.deal.stage_id === LOST && plain('loss_reason', 'field.loss_reason_id', (id) => session.reasonByID.get(id)?.name ?? null,
        (c) => c.selectControl(() => [...session.reasonByID.values()].map((reason) => [reason.id, reason.name]), { none: '—' }), 'loss_reason_id'),
      f.row({ label: t('field.probability'), name: 'probability', value: () => stage(), show: (one) => one && [h('span.num', null, format.percent(one.probability ?? 0)),
        h('span.bar', { 'aria-hidden': 'true' }, h('i', { 'data-hue': one.hue, vars: { width: `${one.probability ?? 0}%` } }))] }),
      plain('close_on', 'field.close_on', (day) => day && showDay(day), (c) => c.dateControl, 'expected_close_on'),
      plain('channel', 'field.channel', (code) => code && [channel(code), h('span', null, t('channel.' + code))],
        (c) => c.selectControl(() => CHANNELS.map((code) => [code, t('channel.' + code)]), { none: '—' })),
      ...(session.fields?.deal ?? []).map((field) => f.customRow(field, record, update, locked)),
      f.row({ label: t('field.tags'), name: 'tags', wrap: true, value: () => this.deal.tags, show: f.showTags, control: !locked && ((c) => c.tagsControl),
        save: (names) => update({ tags: names.map((name) => (this.deal.tags ?? []).find((tag) => tag.name === name) ?? { id: 0, name, color: null }) },
          { _embedded: { tags: names.map((name) => ({ name })) } }) }),
    ].filter(Boolean);
    replace(this.fields,
      f.section(t('deal.one'), h('dl', null, this.rows.map((row) => row.node))),
      this.contactSection(), this.companySection(),
      h('p.fine', null, t('deal.created', { when: format.moment(this.deal.created_at) })));
  }

  /** A deal comes into another pipeline at its first stage. */
  async toPipeline(id) {
    const first = store.pipeline(id).stages.find((one) => one.kind === 'open');
    await this.move(first.id, { pipelineID: id });
  }

  contactSection() {
    const done = () => this.reload();
    const add = () => links('linkPerson', this.id, done);
    const people = this.data.contacts ?? [];
    if (!people.length) return this.nobody('deal.contact', 'deal.add_contact', add);
    const main = people.find((one) => one.is_main);
    const menu = (person) => !this.isLocked && partMenu(person, [
      people.length > 1 && !person.is_main && { text: t('contact.make_main'), icon: 'user', run: () => links('makeMain', this.id, person, main, done) },
      { text: t('link.part'), icon: 'x', run: () => links('unlinkFrom', { plural: 'leads', id: this.id }, 'contacts', person, done) }]);
    return f.section(people.length > 1 ? t('deal.contacts') : t('deal.contact'),
      people.map((person) => personBlock(person, people.length > 1 && person.is_main, menu(person))), !this.isLocked && f.addButton(t('deal.add_contact'), add));
  }

  companySection() {
    const done = () => this.reload();
    const tie = () => links('linkCompany', this.id, done);
    const { company } = this.data;
    if (!company) return this.nobody('deal.company', 'deal.add_company', tie);
    const phone = first(company.phones?.[0]);
    return f.section(t('deal.company'), h('div.person', null, h('span.av.lg.org', null, icon('bld')),
      h('div.grow', null, h('a.strong', { href: '/companies/' + company.id }, tidy(company.name)), phone && h('a.sub', { href: format.phoneHref(phone) }, format.phone(phone))),
      !this.isLocked && partMenu(company, [
        { text: t('company.other'), icon: 'bld', run: tie },
        { text: t('link.part'), icon: 'x', run: () => links('unlinkFrom', { plural: 'leads', id: this.id }, 'companies', company, done) }])));
  }

  /** Who may not change the deal is told that there is none; who may is asked for one. */
  nobody(title, text, add) {
    return f.section(t(title), this.isLocked ? h('p.nobody', null, t('common.empty_none'))
      : h('button.add-row', { type: 'button', onclick: add }, icon('plus', 's'), t(text)));
  }

  drawRail() {
    replace(this.rail, rail(this.deal, this.data));
  }
}

function showDay(day) {
  const days = Math.round((Date.parse(day) - Date.parse(format.dayKey(format.now()))) / 864e5);
  const note = days === 0 ? t('day.today_low') : days > 0 ? t('day.in', { n: days }) : t('day.ago', { n: -days });
  return [h('span', null, format.plainDate(day)), h('span.note-text', { class: days < 0 ? 'warn' : '' }, note)];
}

const CHANNELS = ['phone', 'site', 'mail', 'telegram', 'whatsapp', 'vk', 'office'];
