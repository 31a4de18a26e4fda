// The sheet of keys that `?` shows.

import { h } from './dom.js';
import { t } from './i18n.js';
import { openDialog } from './dialog.js';
import { mod } from './toast.js';

const SHEET = [
  ['keys.anywhere', [
    ['keys.palette', mod + 'K'], ['keys.search', '/'], ['keys.new_deal', 'N'], ['keys.new_task', 'T'],
    ['keys.go_deals', 'G D'], ['keys.go_contacts', 'G C'], ['keys.go_companies', 'G O'], ['keys.go_tasks', 'G T'],
    ['keys.undo', mod + 'Z'], ['keys.close', 'Esc'], ['keys.help', '?'],
  ]],
  ['keys.in_lists', [
    ['keys.next', 'J'], ['keys.previous', 'K'], ['keys.open', '↵'], ['keys.edit', 'E'], ['keys.stage', '⇧ ← →'],
    ['keys.filter', 'F'],
  ]],
  ['keys.in_cards', [
    ['keys.write_note', 'C'], ['keys.new_task', 'T'], ['keys.win', 'W'], ['keys.lose', 'L'],
  ]],
  ['keys.in_tasks', [
    ['keys.finish', '↵'], ['keys.reschedule', 'R'], ['keys.open_card', 'O'],
  ]],
  ['keys.in_fields', [
    ['keys.save', '↵'], ['keys.next_field', 'Tab'], ['keys.give_up', 'Esc'], ['keys.send', mod + '↵'],
  ]],
];

export function showKeys() {
  openDialog({
    title: t('keys.title'),
    wide: true,
    body: h('div.keys', null, SHEET.map(([title, rows]) => h('section', null, h('h3.menu-cap', null, t(title)), h('dl', null, rows.map(([key, shown]) =>
      h('div', null, h('dt', null, t(key)), h('dd', null, shown.split(' ').map((k) => h('kbd', null, k))))))))),
  });
}
