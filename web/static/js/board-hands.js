// What hands do on the board: keys, the pointer, the quick actions of a card.

import { h, icon, $ } from './dom.js';
import { t } from './i18n.js';
import * as store from './store.js';
import { openMenu } from './menu.js';
import { late } from './mutations.js';
import { toast } from './toast.js';
import { go } from './router.js';

export class Hands {
  /** `move(id, stageID)` and `add(stageID)` do it; `columns` is set, and set anew, by `listen`. */
  constructor({ pipeline, move, add, isBusy }) {
    Object.assign(this, { pipeline, move, add, isBusy });
    this.quickActions();
  }

  keys() {
    const onFocused = (work) => () => {
      const id = this.focused();
      return id ? void work(id) : false;
    };
    return {
      KeyJ: () => this.step(1), KeyK: () => this.step(-1),
      KeyE: onFocused((id) => go('/deals/' + id)),
      KeyT: onFocused((id) => this.newTask(id)),
      'Shift+ArrowLeft': () => this.shift(-1), 'Shift+ArrowRight': () => this.shift(1),
    };
  }

  /** To other columns than before, when the board has been narrowed. */
  listen(columns) {
    this.columns = columns;
    const cols = columns.node;
    cols.addEventListener('click', (event) => this.clicked(event));
    cols.addEventListener('keydown', (event) => this.pressed(event));
    cols.addEventListener('focusin', (event) => {
      const card = event.target.closest('.card');
      if (card) this.last = Number(card.dataset.id);
    });
    cols.addEventListener('pointerover', (event) => {
      if (event.pointerType !== 'mouse' || this.isBusy()) return;
      const card = event.target.closest('.card');
      // Put in anew under a pressed button, they would swallow its click.
      if (card && this.actions.parentNode === card) return;
      if (card && !card.classList.contains('is-temporary')) card.append(this.actions);
      else if (!event.target.closest('.acts')) this.actions.remove();
    });
    cols.addEventListener('pointerleave', () => this.actions.matches(':focus-within') || this.actions.remove());
  }

  /** One set of quick actions that visits the card under the pointer. */
  quickActions() {
    const button = (name, act, label) => h('button', { type: 'button', tabindex: '-1', 'data-act': act, title: label, 'aria-label': label }, icon(name));
    this.actions = h('div.acts', null, button('task', 'task', t('card.add_task')), button('more', 'more', t('card.more')));
  }

  clicked(event) {
    const button = event.target.closest('button[data-act]');
    const card = event.target.closest('.card');
    if (button?.dataset.act === 'add') this.add(Number(button.closest('.col').dataset.stage));
    else if (button && card) this.act(button, Number(card.dataset.id));
    else if (card && !event.target.closest('a') && !event.metaKey && !event.ctrlKey) $('a.name', card).click();
  }

  act(button, id) {
    const deal = store.get('deal', id);
    if (button.dataset.act === 'task') {
      this.newTask(id);
      return;
    }
    openMenu(button, [
      { text: t('card.open'), icon: 'arr', kbd: 'E', run: () => go('/deals/' + id) },
      { text: t('card.copy'), icon: 'link', run: () => this.copyLink(id) },
      ...(store.mayEdit(deal) ? this.moves(id, deal) : []),
      ...(store.mayDelete(deal) ? ['-', { text: t('deal.delete'), icon: 'trash', tone: 'bad', run: () => this.remove(id) }] : []),
    ], { align: 'end', label: t('card.more') });
  }

  moves(id, deal) {
    const others = this.pipeline.stages.filter((stage) => stage.id !== deal.stage_id);
    return ['-', { heading: t('card.move_to') }, ...others.map((stage) => ({
      text: stage.name, hue: stage.kind === 'lost' ? 'pink' : stage.hue, run: () => this.move(id, stage.id) }))];
  }

  async newTask(id) {
    const deal = store.get('deal', id);
    (await late(() => import('./task-new.js')))?.newTaskDialog({ deal });
  }

  async remove(id) {
    (await late(() => import('./deal-trash.js')))?.deleteDeal(id);
  }

  async copyLink(id) {
    await navigator.clipboard?.writeText(`${location.origin}/deals/${id}`);
    toast({ text: t('toast.copied') });
  }

  pressed(event) {
    const card = event.target.closest('.card');
    if (!card || event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
    const id = Number(card.dataset.id);
    const next = {
      ArrowDown: () => this.columns.neighbour(id, 1), ArrowUp: () => this.columns.neighbour(id, -1),
      ArrowRight: () => this.columns.neighbour(id, 1, true), ArrowLeft: () => this.columns.neighbour(id, -1, true),
    }[event.key]?.();
    if (next === undefined) return;
    event.preventDefault();
    if (next !== null) this.columns.focus(next);
  }

  focused() {
    const card = document.activeElement?.closest?.('.card');
    return card ? Number(card.dataset.id) : null;
  }

  step(by) {
    const id = this.focused();
    if (!id) {
      const first = this.last && this.columns.places.has(this.last) ? this.last
        : [...this.columns.columns.values()].find((column) => column.ids.length)?.ids[0];
      if (first) this.columns.focus(first);
      return;
    }
    const next = this.columns.neighbour(id, by);
    if (next) this.columns.focus(next);
  }

  shift(by) {
    const id = this.focused();
    const stageID = id && this.columns.stageBeside(id, by);
    if (!stageID) return false;
    this.move(id, stageID, { painted: () => this.columns.focus(id) });
  }
}
