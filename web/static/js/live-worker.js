// One event stream for all windows of this user: HTTP/1.1 allows six connections a host.

const KEEP = 500;
const RETRY_MS = 5000;
const RETRY_MAX_MS = 60000;
const ports = new Set();
const recent = [];
let source = null;
let last = null;
let floor = null;
let up = false;
let wait = RETRY_MS;

function tell(message) {
  for (const port of ports) port.postMessage(message);
}

function connect() {
  source?.close();
  source = new EventSource(last === null ? '/ui/stream' : '/ui/stream?after=' + last);
  source.onopen = () => {
    up = true;
    wait = RETRY_MS;
    tell({ kind: 'open' });
  };
  source.onerror = () => {
    if (up) tell({ kind: 'down' });
    up = false;
    if (source.readyState !== EventSource.CLOSED) return;
    // Refused, not cut off: by a server that is full, or is stopping. Not all windows at once.
    setTimeout(() => ports.size > 0 && connect(), wait * (0.5 + Math.random() / 2));
    wait = Math.min(wait * 2, RETRY_MAX_MS);
  };
  source.addEventListener('change', (event) => {
    const data = JSON.parse(event.data);
    last = data.no ?? (Number(event.lastEventId) || last);
    recent.push(data);
    if (recent.length > KEEP) floor = recent.shift().no;
    tell({ kind: 'change', data });
  });
  source.addEventListener('reset', (event) => {
    last = Number(event.lastEventId) || last;
    tell({ kind: 'reset' });
  });
}

function welcome(port, after) {
  ports.add(port);
  if (source === null) {
    last = floor = after;
    connect();
    return;
  }
  if (up) port.postMessage({ kind: 'open' });
  if (after === null || after >= (last ?? 0)) return;
  if (floor !== null && after < floor) port.postMessage({ kind: 'reset' });
  else for (const data of recent) if (data.no > after) port.postMessage({ kind: 'change', data });
}

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => {
    if (data.hello) welcome(port, data.after);
    if (data.bye) ports.delete(port);
    if (ports.size === 0) {
      source?.close();
      source = null;
      recent.length = 0;
    }
  };
};
