// ⌘K: search of deals, contacts and companies, and every command with its key.

import { h, icon, replace, debounce, $, uid } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import { session } from './store.js';
import { go } from './router.js';
import { stageLabel } from './bits.js';
import { recent } from './recent.js';
import * as format from './format.js';

/** `commands` are {text, icon, kbd, run}. */
export function openPalette(commands) {
  if ($('dialog.palette')) return;
  const listID = uid('palette');
  const input = h('input', { type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': listID, 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false',
    placeholder: t('palette.placeholder'), 'aria-label': t('palette.placeholder'), maxlength: 200 });
  const list = h('div.results', { id: listID, role: 'listbox', 'aria-label': t('palette.results') });
  const node = h('dialog.palette', { 'aria-label': t('palette.placeholder') }, h('div.palette-input', null, icon('search'), input, h('kbd', null, 'Esc')), list);
  let rows = [];
  let at = 0;
  let found = null;

  const run = (row) => {
    if (!row) return;
    node.close();
    row.run();
  };
  const select = (index) => {
    at = Math.max(0, Math.min(index, rows.length - 1));
    rows.forEach((row, place) => row.node.setAttribute('aria-selected', String(place === at)));
    const current = rows[at];
    if (current) {
      input.setAttribute('aria-activedescendant', current.node.id);
      current.node.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };
  const draw = () => {
    const query = input.value.trim().toLowerCase();
    const groups = [];
    if (query && found) {
      groups.push([t('nav.deals'), found.deals.map((one) => ({ icon: 'deals', text: tidy(one.name), note: dealNote(one), run: () => go('/deals/' + one.id) }))]);
      groups.push([t('nav.contacts'), found.contacts.map((one) => ({ icon: 'user', text: one.name, run: () => go('/contacts/' + one.id) }))]);
      groups.push([t('nav.companies'), found.companies.map((one) => ({ icon: 'bld', text: tidy(one.name), run: () => go('/companies/' + one.id) }))]);
    }
    if (!query) groups.push([t('nav.recent'), recent().slice(0, 4).map((one) => ({ icon: 'clock', text: tidy(one.name), run: () => go('/deals/' + one.id) }))]);
    groups.push([t('palette.commands'), commands.filter((one) => !query || one.text.toLowerCase().includes(query))]);
    rows = [];
    replace(list, groups.filter(([, items]) => items.length).map(([title, items]) => h('div', { role: 'group', 'aria-label': title }, h('p.menu-cap', { role: 'presentation' }, title),
      items.map((item) => {
        const row = { ...item };
        row.node = h('div.result', { role: 'option', id: uid('option'), 'aria-selected': 'false', onclick: () => run(row), onpointermove: () => rows[at] !== row && select(rows.indexOf(row)) },
          icon(item.icon ?? 'arr'), h('span.grow.trunc', null, item.text), item.note && h('small', null, item.note), item.kbd && h('kbd', null, item.kbd));
        rows.push(row);
        return row.node;
      }))));
    if (!rows.length) replace(list, h('p.quiet', { role: 'option', 'aria-selected': 'false' }, t('palette.nothing')));
    select(0);
  };
  const search = debounce(120, async () => {
    const query = input.value.trim();
    if (!query) return;
    const answer = await api.get(api.address('/ui/search', { query })).catch(() => null);
    if (input.value.trim() !== query || !node.isConnected) return;
    found = { deals: (answer?.deals ?? []).slice(0, 7), contacts: (answer?.contacts ?? []).slice(0, 5), companies: (answer?.companies ?? []).slice(0, 4) };
    draw();
  });
  input.addEventListener('input', () => {
    if (!input.value.trim()) found = null;
    draw();
    search();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      select(at + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(rows[at]);
    }
  });
  node.addEventListener('close', () => node.remove());
  node.addEventListener('pointerdown', (event) => event.target === node && node.close());
  $('#layers').append(node);
  draw();
  node.showModal();
  input.focus();
}

const dealNote = (deal) => {
  const line = session.pipelines.find((one) => one.stages.some((stage) => stage.id === deal.stage_id && stage.kind === 'open'));
  const stage = deal.pipeline_id ? stageLabel(deal.pipeline_id, deal.stage_id) : line ? stageLabel(line.id, deal.stage_id) : null;
  return [stage, format.money(deal.amount_minor)].filter(Boolean).join(' · ');
};
