// The funnel: three shrinking bars.

import { h } from './dom.js';

const SVG = 'http://www.w3.org/2000/svg';

export function mark() {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  for (const [x, y, width, opacity] of [[2.2, 3, 11.6, 1], [4.2, 6.9, 7.6, 0.82], [6.3, 10.8, 3.4, 0.64]]) {
    const bar = document.createElementNS(SVG, 'rect');
    for (const [name, value] of Object.entries({ x, y, width, height: 2.6, rx: 1.3, opacity })) bar.setAttribute(name, value);
    svg.append(bar);
  }
  return h('span.mark', { 'aria-hidden': 'true' }, svg);
}
