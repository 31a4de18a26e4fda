// Dragging cards by pointer: rectangles are measured once, a ghost follows by transform.

import { h, icon, calm } from './dom.js';
import { t } from './i18n.js';

const SLOP_PX = 5;
const PRESS_MS = 320;
const EDGE_PX = 72;
const EDGE_SPEED_PX = 16;

/**
 * Lets cards of `cols` be dragged that `may(id)` be. `drop(id, stageID, rect)` is called with the ghost's last
 * rectangle; `state.active` tells others to hold their changes back until the drop.
 */
export function enableDrag({ cols, screen, closing, may, drop, ended }) {
  const state = { active: false };
  let press = null;
  let drag = null;

  cols.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    const card = event.target.closest('.card');
    if (!card || event.target.closest('button,.acts') || card.classList.contains('is-temporary')) return;
    press = { card, x: event.clientX, y: event.clientY, id: event.pointerId, touch: event.pointerType === 'touch' };
    if (press.touch) press.timer = setTimeout(() => press && begin(press.x, press.y), PRESS_MS);
    addEventListener('pointermove', moved);
    addEventListener('pointerup', released);
    addEventListener('pointercancel', cancelled);
    addEventListener('keydown', escaped, true);
  });
  cols.addEventListener('dragstart', (event) => event.preventDefault());
  cols.addEventListener('contextmenu', (event) => state.active && event.preventDefault());
  cols.addEventListener('touchmove', (event) => state.active && event.preventDefault(), { passive: false });
  // The click that ends a drag must not open the card.
  cols.addEventListener('click', (event) => {
    if (!state.justDropped) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  function moved(event) {
    if (!press || event.pointerId !== press.id) return;
    if (!drag) {
      const far = Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLOP_PX;
      if (!far) return;
      if (press.touch) return forget();
      begin(press.x, press.y);
      if (!drag) return;
    }
    drag.x = event.clientX;
    drag.y = event.clientY;
    if (!drag.frame) drag.frame = requestAnimationFrame(follow);
  }

  function begin(x, y) {
    const { card } = press;
    if (!may(Number(card.dataset.id))) return refuse(card);
    const rect = card.getBoundingClientRect();
    const ghost = card.cloneNode(true);
    ghost.querySelector('.acts')?.remove();
    ghost.classList.add('lift');
    ghost.setAttribute('aria-hidden', 'true');
    ghost.style.setProperty('width', `${rect.width}px`);
    const dock = makeDock();
    screen.append(dock.node);
    document.body.append(ghost);
    document.body.classList.add('is-dragging');
    card.classList.add('is-source');
    const holder = h('li.drop', { 'aria-hidden': 'true' });
    holder.style.setProperty('height', `${Math.round(rect.height)}px`);
    drag = {
      card, ghost, holder, dock, x, y, dx: x - rect.left, dy: y - rect.top, over: null,
      from: Number(card.closest('.list').dataset.stage), scroll: cols.scrollLeft,
      bounds: cols.getBoundingClientRect(),
      columns: [...cols.querySelectorAll('.col')].map((node) => {
        const box = node.getBoundingClientRect();
        return { node, list: node.querySelector('.list'), stage: Number(node.dataset.stage), left: box.left, right: box.right };
      }),
      zones: dock.zones.map((node) => ({ node, stage: Number(node.dataset.stage), box: node.getBoundingClientRect() })),
    };
    state.active = true;
    drag.frame = requestAnimationFrame(follow);
  }

  /** It stays where it is; the click that ends the attempt must not open it. */
  function refuse(card) {
    forget();
    state.justDropped = true;
    addEventListener('pointerup', () => setTimeout(() => (state.justDropped = false)), { once: true });
    if (!calm()) card.animate({ translate: ['0', '-5px', '5px', '-3px', '0'] }, 240);
  }

  function follow() {
    if (!drag) return;
    drag.frame = 0;
    const { ghost, x, y } = drag;
    ghost.style.setProperty('transform', `translate3d(${x - drag.dx}px,${y - drag.dy}px,0) rotate(2deg)`);
    target(x, y);
    const { left, right } = drag.bounds;
    const push = x > right - EDGE_PX ? 1 : x < left + EDGE_PX ? -1 : 0;
    if (push) {
      const before = cols.scrollLeft;
      cols.scrollLeft += push * EDGE_SPEED_PX;
      if (cols.scrollLeft !== before) drag.frame = requestAnimationFrame(follow);
    }
  }

  function target(x, y) {
    const zone = drag.zones.find(({ box }) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
    const shift = cols.scrollLeft - drag.scroll;
    const column = zone ? null : drag.columns.find((c) => x + shift >= c.left - 5 && x + shift < c.right + 5);
    const over = zone ?? column ?? null;
    if (over === drag.over) return;
    drag.over?.node.classList.remove('is-over');
    drag.over = over;
    over?.node.classList.add('is-over');
    if (column && column.stage !== drag.from) column.list.prepend(drag.holder);
    else drag.holder.remove();
  }

  function released(event) {
    if (press && event.pointerId === press.id) finish(true);
  }
  const cancelled = (event) => press && event.pointerId === press.id && finish(false);
  function escaped(event) {
    if (event.key !== 'Escape' || !drag) return;
    event.preventDefault();
    event.stopPropagation();
    finish(false);
  }

  function finish(dropped) {
    if (drag) {
      cancelAnimationFrame(drag.frame);
      if (dropped) target(drag.x, drag.y);
      const { card, ghost, holder, dock, over, from } = drag;
      const rect = ghost.getBoundingClientRect();
      over?.node.classList.remove('is-over');
      holder.remove();
      ghost.remove();
      dock.node.remove();
      card.classList.remove('is-source');
      document.body.classList.remove('is-dragging');
      drag = null;
      state.active = false;
      state.justDropped = true;
      setTimeout(() => (state.justDropped = false));
      if (dropped && over && over.stage !== from) drop(Number(card.dataset.id), over.stage, rect);
      else settle(card, rect);
      ended();
    }
    forget();
  }

  function forget() {
    clearTimeout(press?.timer);
    press = null;
    removeEventListener('pointermove', moved);
    removeEventListener('pointerup', released);
    removeEventListener('pointercancel', cancelled);
    removeEventListener('keydown', escaped, true);
  }

  function makeDock() {
    const zones = closing.map(({ id, kind, name }) =>
      h('div.zone', { 'data-stage': id, 'data-kind': kind }, icon(kind === 'won' ? 'check' : 'x'), name));
    return { node: h('div.dock', { 'aria-hidden': 'true', 'data-label': t('board.dock') }, zones), zones };
  }
  return state;
}

/** FLIP: the card glides from where it was to where it is. */
export function settle(node, from) {
  if (calm() || !node?.isConnected) return;
  const to = node.getBoundingClientRect();
  const x = from.left - to.left;
  const y = from.top - to.top;
  if (!x && !y) return;
  node.animate(
    [{ transform: `translate(${x}px,${y}px)`, zIndex: 3 }, { transform: 'none', zIndex: 3 }],
    { duration: 200, easing: 'cubic-bezier(.2,.8,.2,1)' });
}
