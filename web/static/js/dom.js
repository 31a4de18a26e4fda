// Builds DOM without markup strings: nothing here (or anywhere) parses HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** The asset prefix of this build, e.g. "/a/1f2e". */
export const assets = document.documentElement.dataset.assets || '';

/** The one Trusted Types policy: worker addresses of our own prefix. */
export const policy = globalThis.trustedTypes
  ? trustedTypes.createPolicy('voronka', {
      createScriptURL(url) {
        if (new URL(url, location.href).origin === location.origin) return url;
        throw new TypeError('foreign script address');
      },
    })
  : { createScriptURL: (url) => url };

/**
 * h('button.btn.p', {onclick, 'aria-label': …}, child, …). Strings become text nodes,
 * null and false are skipped, arrays are flattened. `vars` sets CSS custom properties.
 */
export function h(name, props, ...children) {
  const [tag, ...classes] = name.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  for (const key in props) set(node, key, props[key]);
  append(node, children);
  return node;
}

function set(node, key, value) {
  if (value === undefined || value === null || value === false) return;
  if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
  else if (key === 'class') node.className += (node.className ? ' ' : '') + value;
  else if (key === 'vars') for (const name in value) node.style.setProperty(name, value[name]);
  else if (key === 'value' || key === 'checked' || key === 'disabled' || key === 'indeterminate')
    node[key] = value;
  else node.setAttribute(key, value === true ? '' : value);
}

export function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(node, child);
    else node.append(child);
  }
  return node;
}

const icons = new Map();

/** A symbol of the inlined sprite; decorative, so name the button around it. */
export function icon(name, size = '') {
  const key = name + ' ' + size;
  let node = icons.get(key);
  if (!node) {
    node = document.createElementNS(SVG, 'svg');
    node.setAttribute('class', 'i ' + size);
    node.setAttribute('aria-hidden', 'true');
    const use = document.createElementNS(SVG, 'use');
    use.setAttribute('href', '#' + name);
    node.append(use);
    icons.set(key, node);
  }
  return node.cloneNode(true);
}

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export const replace = (node, ...children) => {
  node.replaceChildren();
  return append(node, children);
};

let serial = 0;
/** A document-unique id for label/for and aria references. */
export const uid = (prefix = 'x') => `${prefix}-${++serial}`;

export function debounce(wait_ms, work) {
  let timer = 0;
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), wait_ms);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export const isTyping = (target) =>
  target instanceof Element &&
  (target.matches('input:not([type=checkbox],[type=radio]),textarea,select') ||
    target.isContentEditable);

/** Says something to a screen reader. */
export function announce(text) {
  const live = $('#live');
  if (!live) return;
  live.textContent = '';
  requestAnimationFrame(() => (live.textContent = text));
}
