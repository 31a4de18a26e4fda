// One column of the board: its head, and the list that cards are put into.

import { h, icon, replace, uid } from './dom.js';
import { t, tidy } from './i18n.js';
import { mayAddDeals } from './store.js';
import * as format from './format.js';

/** Without its cards; `loaded` is what the server said of the stage. */
export function makeColumn(stage, loaded, isFiltered) {
  const title = uid('stage');
  const column = {
    stage, ids: [], count: loaded?.count ?? 0, amount: loaded?.amount_minor ?? 0, next: loaded?.next ?? null,
    conversion: loaded?.conversion_pct ?? null, loading: false,
    countNode: h('span.n'), sumNode: h('span'), conversionNode: h('span.conv', { title: t('board.conversion') }), bar: h('i'),
    list: h('ul.list', { 'data-stage': stage.id, 'aria-labelledby': title }),
    end: h('li.list-end', { 'data-stage': stage.id }),
    empty: h('li.list-empty', { hidden: true }, t(isFiltered ? 'board.none_match' : 'board.empty_column')),
  };
  const name = tidy(stage.name);
  column.node = h('section.col', { 'data-hue': stage.hue, 'data-stage': stage.id, 'aria-labelledby': title },
    h('header', null,
      h('div', null, h('span.sq'), h('h2', { id: title, title: name.length > 22 ? name : null }, name), column.countNode,
        mayAddDeals() && h('button.btn.sm.i.g.add', { type: 'button', 'data-act': 'add', title: t('board.add_here'),
          'aria-label': t('board.add_to', { stage: stage.name }) }, icon('plus'))),
      h('div.sum', null, column.sumNode, column.conversionNode),
      h('div.fb', { 'aria-hidden': 'true' }, column.bar)),
    column.list);
  return column;
}

/** Count, sum, share of the `largest` column's sum, conversion to the next stage. */
export function drawHead(column, largest) {
  column.countNode.textContent = format.number(column.count);
  column.sumNode.textContent = format.moneyShort(column.amount);
  if (column.conversion === null || column.conversion === undefined) column.conversionNode.replaceChildren();
  else replace(column.conversionNode, icon('arr', 'xs'), format.percent(column.conversion));
  column.bar.style.setProperty('width', `${Math.round((column.amount / largest) * 100)}%`);
  column.empty.hidden = column.ids.length > 0 || column.next !== null;
}
