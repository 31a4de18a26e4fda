// The lists of contacts and companies. One shape, two names. Pages follow one another by scrolling.

import { h, icon, append, replace, debounce, $, $$ } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { complain } from './mutations.js';
import { go, stateBox } from './router.js';
import { openMenu } from './menu.js';
import { memberAvatar, dueChip, personAvatar } from './bits.js';
import { createPerson } from './person-new.js';
import * as format from './format.js';

export const KINDS = {
  contacts: { type: 'contact', icon: 'user' },
  companies: { type: 'company', icon: 'bld' },
};
const SORTS = ['updated', 'created', 'name', '-name'];
const VIEWS = ['all', 'mine'];
/** Pages that coming back to a list fetches at once, so that the place is found again. */
const KEPT_PAGES = 6;
const kept = {};
const text = (one) => (typeof one === 'string' ? one : one?.value);

export const openList = (plural) => async (_, query) => {
  const asked = {
    query: query.get('query') ?? '',
    whose: VIEWS.includes(query.get('whose')) ? query.get('whose') : 'all',
    sort: SORTS.includes(query.get('sort')) ? query.get('sort') : 'updated',
  };
  const address = listAddress(plural, asked);
  const place = kept[plural]?.address === address ? kept[plural] : null;
  const pages = await Promise.all(Array.from({ length: Math.min(place?.pages ?? 1, KEPT_PAGES) }, (__, at) => fetchPage(plural, asked, at + 1)));
  return new PeopleList(plural, asked, pages, place?.top ?? 0).screen();
};

const fetchPage = (plural, asked, page, options) => api.get(api.address('/ui/' + plural, { ...asked, page }), options);

const listAddress = (plural, { query, whose, sort }) => api.address('/' + plural, {
  query, whose: whose === 'all' ? null : whose, sort: sort === 'updated' ? null : sort });

class PeopleList {
  constructor(plural, asked, pages, top) {
    Object.assign(this, { plural, asked, top });
    this.isPeople = plural === 'contacts';
    this.table = h('div.table-wrap', { tabindex: '0', role: 'region', 'aria-label': t('nav.' + plural) });
    this.rows = h('tbody');
    this.end = h('div.list-more', { 'aria-hidden': 'true' });
    this.count = h('span.count', { role: 'status' });
    this.views = h('nav.views', { 'aria-label': t('people.views') });
    this.input = h('input', { type: 'search', value: asked.query, placeholder: t(plural + '.search'), 'aria-label': t(plural + '.search'), 'aria-keyshortcuts': '/', autocomplete: 'off', maxlength: 200 });
    this.input.addEventListener('input', debounce(180, () => this.ask({ query: this.input.value.trim() })));
    this.input.addEventListener('keydown', (event) => this.inputKey(event));
    const sort = h('button.btn.g', { type: 'button', 'aria-haspopup': 'menu', 'aria-label': t('people.sort'), title: t('people.sort'), onclick: () => this.sortMenu(sort) }, icon('sort'), this.sortLabel = h('span.label'));
    this.node = h('div.screen.list-screen', null,
      h('header.top', null, h('h1', null, t('nav.' + plural)), this.count, h('span.grow'),
        h('label.searchfield', null, icon('search'), this.input, h('kbd', { 'aria-hidden': 'true' }, '/')), sort,
        h('button.btn.p', { type: 'button', 'aria-keyshortcuts': 'N', 'aria-label': t(plural + '.new'), onclick: () => this.create() }, icon('plus'), h('span.label', null, t(plural + '.new')), h('kbd', { 'aria-hidden': 'true' }, 'N'))),
      this.views, this.table);
    this.watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.more(), { root: this.table, rootMargin: '600px' });
    this.take(pages);
    this.stops = [
      store.subscribe('news', debounce(800, ({ entity }) => [KINDS[plural].type, 'deal', 'task'].includes(entity) && this.refresh())),
      store.subscribe('reset', () => this.refresh()),
    ];
  }

  screen() {
    const step = (by) => () => this.step(by);
    return {
      node: this.node, title: t('nav.' + this.plural), leave: () => this.leave(),
      shown: () => { this.table.scrollTop = this.top; },
      keys: { KeyN: () => void this.create(), KeyJ: step(1), KeyK: step(-1), '/': () => { this.input.focus(); this.input.select(); } },
    };
  }

  leave() {
    kept[this.plural] = { address: listAddress(this.plural, this.asked), pages: this.pages.length, top: this.table.scrollTop };
    this.stops.forEach((stop) => stop());
    this.watcher.disconnect();
  }

  create() {
    return createPerson(this.plural).then((id) => id && go(`/${this.plural}/${id}`));
  }

  // ---- data

  take(pages) {
    this.pages = pages;
    this.known = new Set();
    this.draw();
  }

  /** Other words, another view or order: the list begins again. */
  async ask(change) {
    this.asked = { ...this.asked, ...change };
    const mine = (this.turn = (this.turn ?? 0) + 1);
    this.table.classList.add('is-stale');
    try {
      const first = await fetchPage(this.plural, this.asked, 1);
      if (mine !== this.turn) return;
      history.replaceState(null, '', listAddress(this.plural, this.asked));
      this.take([first]);
      this.table.scrollTop = 0;
    } catch (error) {
      complain(error);
    } finally {
      if (mine === this.turn) this.table.classList.remove('is-stale');
    }
  }

  /** What colleagues changed, without moving what is being read. */
  async refresh() {
    if (!this.node.isConnected || this.loading) return;
    const { turn } = this;
    try {
      const pages = await Promise.all(this.pages.slice(0, KEPT_PAGES).map((_, at) => fetchPage(this.plural, this.asked, at + 1)));
      if (turn !== this.turn || !this.node.isConnected) return;
      const top = this.table.scrollTop;
      const at = document.activeElement?.closest?.('tr')?.dataset.id;
      this.take(pages);
      this.table.scrollTop = top;
      if (at) $(`tr[data-id="${at}"] .row-link`, this.rows)?.focus({ preventScroll: true });
    } catch {
      // The banner tells about the connection; the list stays.
    }
  }

  async more() {
    const { turn } = this;
    const next = this.pages.length + 1;
    if (this.loading || next > this.pages[0].pages) return;
    this.loading = true;
    try {
      const page = await fetchPage(this.plural, this.asked, next);
      if (turn !== this.turn) return;
      this.pages.push(page);
      this.add(page);
    } catch (error) {
      if (!(error instanceof api.Refused)) complain(error);
      // So far down pages do not go: the words must be narrower.
      this.end.hidden = true;
    } finally {
      this.loading = false;
      this.watch();
    }
  }

  // ---- drawing

  draw() {
    const { total, counts } = this.pages[0];
    this.count.textContent = format.number(total);
    this.sortLabel.textContent = t('people.sort_' + this.asked.sort.replace('-name', 'name_down'));
    replace(this.views, VIEWS.map((whose) => h('a', { href: listAddress(this.plural, { ...this.asked, whose }), 'aria-current': whose === this.asked.whose ? 'page' : null,
      onclick: (event) => { event.preventDefault(); this.ask({ whose }); } }, t('people.' + whose), h('span.c', null, format.number(counts[whose])))));
    this.rows.replaceChildren();
    if (!total) return replace(this.table, this.empty());
    const { sort } = this.asked;
    const order = sort === 'name' ? 'ascending' : sort === '-name' ? 'descending' : null;
    const heads = { name: h('button', { type: 'button', onclick: () => this.ask({ sort: sort === 'name' ? '-name' : 'name' }) }, t(this.isPeople ? 'col.name' : 'col.title'), order && icon(order === 'ascending' ? 'up' : 'down', 'xs')) };
    replace(this.table, h('table.grid', null,
      h('thead', null, h('tr', null, ['name', 'phone', 'email', 'in_work', 'next', 'owner'].map((key) =>
        h('th', { scope: 'col', class: 'c-' + key, 'aria-sort': key === 'name' ? order : null }, heads[key] ?? t('col.' + key))))), this.rows), this.end);
    this.end.hidden = false;
    this.pages.forEach((page) => this.add(page));
    this.watch();
  }

  watch() {
    this.watcher.unobserve(this.end);
    const isWhole = this.pages.length >= this.pages[0].pages;
    for (const look of ['sk', 'sk-row']) this.end.classList.toggle(look, !isWhole);
    if (!isWhole && !this.end.hidden) this.watcher.observe(this.end);
  }

  add(page) {
    const fresh = page[this.plural].filter((one) => !this.known.has(one.id));
    fresh.forEach((one) => this.known.add(one.id));
    append(this.rows, fresh.map((one) => this.row(one)));
  }

  row(one) {
    const phone = text(one.phones?.[0]);
    const email = text(one.emails?.[0]);
    const open = `/${this.plural}/${one.id}`;
    const row = h('tr', { 'data-id': one.id },
      h('td.c-name', null, this.isPeople ? personAvatar(one, 'md') : h('span.av.md.org', null, icon('bld', 's')),
        h('span.cell', null, h('a.row-link.trunc', { href: open, title: one.name }, tidy(one.name) || '—'),
          (one.company || one.tags?.length > 0) && h('span.sub.trunc', null, one.company ? tidy(one.company.name) : one.tags.map((tag) => tag.name).join(', ')))),
      h('td.c-phone', null, phone && h('a.link-quiet.num', { href: format.phoneHref(phone) }, format.phone(phone))),
      h('td.c-email', null, email && h('a.link-quiet.trunc', { href: 'mailto:' + email, title: email }, email)),
      h('td.c-in_work', null, one.open_amount_minor > 0 && h('b.num', null, format.money(one.open_amount_minor)),
        one.deals_count > 1 && h('span.sub', null, t('count.deals', { n: one.deals_count }))),
      h('td.c-next', null, one.next_task && dueChip(one.next_task)),
      h('td.c-owner', null, memberAvatar(one.owner_id)));
    row.addEventListener('click', (event) => {
      if (!event.target.closest('a') && !getSelection()?.toString()) go(open);
    });
    return row;
  }

  empty() {
    const { query, whose } = this.asked;
    if (query) return stateBox({ mark: icon('search', 'big'), title: t('list.nothing_found'), text: t('list.try_other'),
      action: h('button.btn', { type: 'button', onclick: () => { this.input.value = ''; this.input.focus(); this.ask({ query: '' }); } }, t('list.clear')) });
    return stateBox({ mark: icon(KINDS[this.plural].icon, 'big'), title: t(whose === 'mine' ? 'people.none_mine' : this.plural + '.empty'), text: t(this.plural + '.empty_text'),
      action: h('button.btn.p', { type: 'button', onclick: () => this.create() }, icon('plus'), t(this.plural + '.new')) });
  }

  // ---- keys and menus

  step(by) {
    const links = $$('.row-link', this.rows);
    const at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(at + by, links.length - 1))]?.focus();
  }

  inputKey(event) {
    if (event.key === 'ArrowDown') this.step(1);
    else if (event.key === 'Escape' && this.input.value) {
      this.input.value = '';
      this.ask({ query: '' });
    } else if (event.key === 'Escape') this.input.blur();
    else return;
    event.preventDefault();
  }

  sortMenu(anchor) {
    openMenu(anchor, SORTS.map((sort) => ({ text: t('people.sort_' + sort.replace('-name', 'name_down')), checked: sort === this.asked.sort, run: () => this.ask({ sort }) })),
      { align: 'end', label: t('people.sort') });
  }
}
