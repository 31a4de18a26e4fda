// Menus and small panels anchored to a control, on the popover API (light dismiss, top layer).

import { h, icon, $, $$ } from './dom.js';

let open = null;

/** Shows `content` beside `anchor`; gives `close`. */
export function openPanel(anchor, content, { align = 'start', role, label, onclose } = {}) {
  closePanel();
  const node = h('div.panel', { popover: 'auto', role, 'aria-label': label }, content);
  $('#layers').append(node);
  node.showPopover();
  place(node, anchor.getBoundingClientRect(), align);
  anchor.setAttribute?.('aria-expanded', 'true');
  const state = { node, anchor };
  open = state;
  node.addEventListener('toggle', (event) => {
    if (event.newState !== 'closed') return;
    anchor.removeAttribute?.('aria-expanded');
    if (open === state) open = null;
    node.remove();
    onclose?.();
  });
  return () => node.isConnected && node.hidePopover();
}

export const closePanel = () => open?.node.isConnected && open.node.hidePopover();

function place(node, rect, align) {
  const { offsetWidth: width, offsetHeight: height } = node;
  let left = align === 'end' ? rect.right - width : rect.left;
  left = Math.max(8, Math.min(left, innerWidth - width - 8));
  const below = rect.bottom + 4;
  const top = below + height > innerHeight - 8 && rect.top - height - 4 > 8 ? rect.top - height - 4
    : Math.max(8, Math.min(below, innerHeight - height - 8));
  node.style.setProperty('left', `${Math.round(left)}px`);
  node.style.setProperty('top', `${Math.round(top)}px`);
}

/**
 * A menu of {text, icon, run, checked, tone, kbd, hue, note} and '-' for a rule.
 * Arrow keys, Home/End, Enter; focus goes back to the anchor.
 */
export function openMenu(anchor, items, { align, label } = {}) {
  const rows = items.filter(Boolean).map((item) => {
    if (item === '-') return h('hr');
    if (item.heading) return h('p.menu-cap', { role: 'presentation' }, item.heading);
    const checkable = item.checked !== undefined;
    return h('button.menu-item', {
      type: 'button', role: checkable ? 'menuitemradio' : 'menuitem', tabindex: '-1', class: item.tone,
      'aria-checked': checkable ? String(item.checked) : null,
      onclick: () => { close(); anchor.focus?.(); item.run(); },
    }, item.lead ?? (item.hue ? h('span.sq', { 'data-hue': item.hue }) : item.icon && icon(item.icon)),
    h('span.grow', null, item.text, item.note && h('small', null, item.note)),
    item.kbd && h('kbd', null, item.kbd), item.checked && icon('check', 's'));
  });
  const list = h('div.menu', { role: 'menu', 'aria-label': label }, rows);
  const close = openPanel(anchor, list, { align });
  const buttons = $$('button', list);
  (buttons.find((button) => button.getAttribute('aria-checked') === 'true') ?? buttons[0])?.focus();
  list.addEventListener('keydown', (event) => {
    const at = buttons.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      close();
      anchor.focus?.();
    } else if (next !== undefined) {
      event.preventDefault();
      buttons.at(next % buttons.length)?.focus();
    }
  });
  return close;
}
