// What narrows the board beside its tab: words, a person, a tag. Kept in the address, so it can be sent to a colleague.

import { h, icon, replace, debounce } from './dom.js';
import { t } from './i18n.js';
import * as api from './api.js';
import { member } from './store.js';
import { activeMembers, memberAvatar } from './bits.js';
import { openMenu } from './menu.js';

/** What the view «Крупные» begins at; the server counts by the same. */
export const BIG_MINOR = 300_000_00;
export const NO_FILTER = { query: '', owner: null, tag: null };

export const readFilter = (query) => ({
  query: (query.get('query') ?? '').trim().slice(0, 255),
  owner: Number(query.get('owner')) || null,
  tag: Number(query.get('tag')) || null,
});

export const isFiltered = (filter) => Boolean(filter.query || filter.owner || filter.tag);

/** For the address bar and for the server: the same names. */
export const filterQuery = ({ query, owner, tag }) => ({ query: query || null, owner, tag });

/** Whether a deal passes; of the words only what a card shows can be judged here. */
export function passes(deal, { query, owner, tag }) {
  if (owner && deal.owner_id !== owner) return false;
  if (tag && !(deal.tags ?? []).some((one) => one.id === tag)) return false;
  if (!query) return true;
  const words = query.toLowerCase();
  return [deal.name, deal.contact?.name, deal.company?.name].some((text) => text?.toLowerCase().includes(words));
}

/** The controls; `changed(filter)` is called with the new filter. */
export class FilterBar {
  constructor(filter, changed) {
    this.filter = filter;
    this.changed = changed;
    this.input = h('input', { type: 'search', maxlength: 255, autocomplete: 'off', value: filter.query,
      placeholder: t('filter.words'), 'aria-label': t('filter.words'), 'aria-keyshortcuts': 'F',
      oninput: () => this.typed(), onkeydown: (event) => this.pressed(event) });
    this.typed = debounce(250, () => this.set({ query: this.input.value.trim() }));
    this.choices = h('span.picks');
    this.node = h('div.filters', { role: 'search', 'aria-label': t('filter.title') },
      h('label.find', null, icon('search', 's'), this.input), this.choices);
    this.draw();
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  pressed(event) {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (this.input.value) {
      this.input.value = '';
      this.set({ query: '' });
    } else this.input.blur();
  }

  set(change) {
    this.typed.cancel();
    const next = { ...this.filter, ...change };
    if (Object.keys(next).every((key) => next[key] === this.filter[key])) return;
    this.filter = next;
    if (this.input.value.trim() !== next.query) this.input.value = next.query;
    this.draw();
    this.changed(next);
  }

  draw() {
    const { owner, tag } = this.filter;
    this.node.classList.toggle('is-on', isFiltered(this.filter));
    const pick = (on, content, label, open) => {
      const button = h('button.btn.sm.g', { type: 'button', class: on ? 'on' : '', 'aria-haspopup': 'menu',
        'aria-label': label, onclick: () => open(button) }, content, icon('down', 's'));
      return button;
    };
    replace(this.choices,
      pick(owner, owner ? [memberAvatar(owner, 'xs'), h('span.label', null, member(owner)?.name)] : h('span.label', null, t('filter.owner')),
        t('filter.owner'), (anchor) => this.pickOwner(anchor)),
      pick(tag, h('span.label', null, tag ? this.tags?.get(tag) ?? t('filter.tag') : t('filter.tag')),
        t('filter.tag'), (anchor) => this.pickTag(anchor)),
      isFiltered(this.filter) && h('button.btn.sm.i.g', { type: 'button', title: t('filter.clear'), 'aria-label': t('filter.clear'),
        onclick: () => { this.input.focus(); this.set(NO_FILTER); } }, icon('x', 's')));
    if (tag && !this.tags) this.loadTags().then(() => this.draw(), () => {});
  }

  pickOwner(anchor) {
    openMenu(anchor, [
      { text: t('filter.anyone'), checked: !this.filter.owner, run: () => this.set({ owner: null }) },
      ...activeMembers().map((one) => ({ text: one.name, lead: h('span', { 'aria-hidden': 'true' }, memberAvatar(one.id, 'xs')),
        checked: one.id === this.filter.owner, run: () => this.set({ owner: one.id }) })),
    ], { align: 'end', label: t('filter.owner') });
  }

  async pickTag(anchor) {
    await this.loadTags().catch(() => {});
    openMenu(anchor, [
      { text: t('filter.any_tag'), checked: !this.filter.tag, run: () => this.set({ tag: null }) },
      ...[...(this.tags ?? [])].map(([id, name]) => ({ text: name, icon: 'tag', checked: id === this.filter.tag,
        run: () => this.set({ tag: id }) })),
    ], { align: 'end', label: t('filter.tag') });
  }

  async loadTags() {
    const answer = await api.get('/api/v4/leads/tags?limit=250');
    this.tags = new Map((answer?._embedded?.tags ?? []).map((tag) => [tag.id, tag.name]));
  }
}
