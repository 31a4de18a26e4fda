// News from the server: every change of a record we may see, resumed by number after a break.

import { get } from './api.js';
import { assets, policy } from './dom.js';
import { emit, session } from './store.js';

const RETRY_MS = 5000;
const RETRY_MAX_MS = 60000;
let connected = false;
let lost = 0;

function receive(message) {
  if (message.kind === 'change') {
    emit('stream', message.data);
    return;
  }
  if (message.kind === 'reset') emit('reset', {});
  if (message.kind === 'open') {
    connected = true;
    clearTimeout(lost);
    emit('connection', { up: true });
  }
  if (message.kind === 'down') {
    connected = false;
    clearTimeout(lost);
    // A reconnect of a second or two is nobody's business.
    lost = setTimeout(() => {
      if (connected) return;
      emit('connection', { up: false });
      // It may be the session that is over: the answer leads to the sign-in page then.
      get('/ui/session').catch(() => {});
    }, 2500);
  }
}

export function startLive(after) {
  if (globalThis.SharedWorker) {
    try {
      viaWorker(after);
      return;
    } catch {
      // Falls through: a stream of this window's own.
    }
  }
  direct(after);
}

function viaWorker(after) {
  const url = policy.createScriptURL(`${assets}/js/live-worker.js`);
  const worker = new SharedWorker(url, { name: `voronka-${session.tenant.id}-${session.user.id}` });
  worker.port.onmessage = ({ data }) => receive(data);
  worker.port.postMessage({ hello: true, after });
  addEventListener('pagehide', () => worker.port.postMessage({ bye: true }));
  addEventListener('pageshow', (event) => event.persisted && location.reload());
}

function direct(after) {
  let last = after;
  let source;
  let wait = RETRY_MS;
  const connect = () => {
    source = new EventSource(last === null ? '/ui/stream' : `/ui/stream?after=${last}`);
    source.onopen = () => {
      wait = RETRY_MS;
      receive({ kind: 'open' });
    };
    source.onerror = () => {
      receive({ kind: 'down' });
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, wait * (0.5 + Math.random() / 2));
      wait = Math.min(wait * 2, RETRY_MAX_MS);
    };
    source.addEventListener('change', ({ data }) => {
      const news = JSON.parse(data);
      last = news.no ?? last;
      receive({ kind: 'change', data: news });
    });
    source.addEventListener('reset', (event) => {
      last = Number(event.lastEventId) || last;
      receive({ kind: 'reset' });
    });
  };
  connect();
  addEventListener('pagehide', () => source.close());
}
