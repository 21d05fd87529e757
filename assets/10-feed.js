// The feed: one WebSocket, merged into window.hub.tables. Knows rows, fixes and time; knows no panel and no centre.
//
// window.hub for everybody else:
//   tables {name: Map(id → row)}      things[idx] = {table, id, at}  (at: epoch ms of its newest fix)
//   spec (null until it came)         now() hub time, epoch ms       rate hub seconds per real second
//   mode, ended                       connected, silent() seconds since the last frame
//   on(event, fn) → off()             events: snap · rows {table, changed, removed} · fixes {n, idx, lon, lat, heading, at}
//                                     · state {connected, silent_s} · spec · lang · tick (4 times a second)
//   rows: once per animation frame and table. fixes: once per frame of the feed, lon/lat Int32Array in 1e-7 degree,
//   heading Uint16Array in 0.01 degree (65535 unknown), at Float64Array epoch ms.
(() => {
  'use strict';
  const SILENT_S = 2, DEAD_S = 8, MAX_WAIT_MS = 2000, FIX_BYTES = 18;
  const listeners = new Map();
  const pending = new Map();           // table → {changed:Set, removed:Set} until the next animation frame
  const clock = { now: Date.now(), at: performance.now(), rate: 1 };
  const fixed = new Map();             // 'table/id' → thing
  let socket = null, cursor = '', generation = 0, tries = 0, lastFrame = performance.now(), scheduled = false;

  const hub = window.hub = Object.assign(window.hub ?? {}, {
    tables: {}, things: [], spec: null, mode: '', ended: false, connected: false, rate: 1, frames: 0,
    now: () => clock.now + (performance.now() - clock.at) * clock.rate,
    silent: () => (performance.now() - lastFrame) / 1000,
    isSilent: () => hub.silent() > SILENT_S,
    table: (name) => hub.tables[name] ??= new Map(),
    thing: (table, id) => fixed.get(`${table}/${id}`),
    on(event, fn) {
      if (!listeners.has(event)) listeners.set(event, new Set());
      listeners.get(event).add(fn);
      return () => listeners.get(event).delete(fn);
    },
    emit(event, detail) {
      for (const fn of listeners.get(event) ?? []) {
        try { fn(detail); } catch (error) { console.error(`hub: a listener of ${event} failed`, error); }
      }
    },
  });

  // --- time: small differences are slewed so that clocks never jump back, large ones (a seek, a new run) are set
  function setClock(next) {
    const mine = hub.now(), gap = next.now - mine;
    const step = Math.abs(gap) > 1500 * Math.max(1, clock.rate, next.rate);
    clock.now = step ? next.now : mine + gap * 0.1;
    clock.at = performance.now();
    clock.rate = hub.rate = next.rate;
    hub.mode = next.mode;
    hub.ended = Boolean(next.ended);
  }

  // --- rows
  function touch(table, id, removed) {
    let entry = pending.get(table);
    if (!entry) pending.set(table, entry = { changed: new Set(), removed: new Set() });
    entry[removed ? 'removed' : 'changed'].add(id);
    entry[removed ? 'changed' : 'removed'].delete(id);
    if (!scheduled) { scheduled = true; requestAnimationFrame(flush); }
  }
  function flush() {
    scheduled = false;
    const batch = [...pending];
    pending.clear();
    for (const [table, { changed, removed }] of batch) hub.emit('rows', { table, changed: [...changed], removed: [...removed] });
  }
  function forget() {
    for (const [table, rows] of Object.entries(hub.tables)) {
      for (const id of rows.keys()) touch(table, id, true);
      rows.clear();
    }
    hub.things.length = 0;
    fixed.clear();
  }
  function merge(up, rm) {
    for (const [table, rows] of Object.entries(up ?? {})) {
      const held = hub.table(table);
      for (const row of rows) { held.set(row.id, row); touch(table, row.id, false); }
    }
    for (const [table, ids] of Object.entries(rm ?? {})) {
      const held = hub.table(table);
      for (const id of ids) if (held.delete(id)) touch(table, id, true);
    }
  }

  // --- fixes: columns behind the JSON
  function fixes(fix, buffer, start) {
    if (!fix) return;
    for (const [idx, table, id] of fix.names ?? []) {
      fixed.set(`${table}/${id}`, hub.things[idx] = { table, id, at: 0 });
    }
    const n = fix.n;
    if (!n) return;
    if (buffer.byteLength < start + n * FIX_BYTES) throw new Error(`feed: ${n} fixes do not fit the frame`);
    const idx = new Uint32Array(buffer, start, n);
    const lon = new Int32Array(buffer, start + 4 * n, n);
    const lat = new Int32Array(buffer, start + 8 * n, n);
    const late = new Int32Array(buffer, start + 12 * n, n);
    const heading = new Uint16Array(buffer, start + 16 * n, n);
    const at = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      at[i] = fix.base + late[i];
      const thing = hub.things[idx[i]];
      if (thing) thing.at = at[i];
    }
    hub.emit('fixes', { n, idx, lon, lat, heading, at });
  }

  function take(buffer) {
    const length = new DataView(buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    lastFrame = performance.now();
    hub.frames += 1;
    tries = 0;
    if (head.clock) setClock(head.clock);
    if (head.k === 'snap') { forget(); hub.emit('snap'); }
    merge(head.up, head.rm);
    fixes(head.fix, buffer, (4 + length + 3) & ~3);
    if (head.cursor) cursor = head.cursor;
    if (!hub.connected) { hub.connected = true; state(); }
  }

  async function inflate(data) {
    const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Response(stream).arrayBuffer();
  }

  // --- the socket: frames are inflated side by side and applied in order; it never gives up
  function open() {
    const mine = ++generation;
    const where = new URL('/feed', location.href);
    where.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    if (cursor) where.searchParams.set('since', cursor);
    socket = new WebSocket(where);
    socket.binaryType = 'arraybuffer';
    let tail = Promise.resolve();
    socket.onmessage = ({ data }) => {
      const ready = inflate(data);
      tail = tail.then(() => ready).then((buffer) => { if (mine === generation) take(buffer); })
        .catch((error) => { if (mine === generation) { console.error('feed: bad frame', error); cursor = ''; again(); } });
      ready.catch(() => {});           // reported by the chain above
    };
    socket.onclose = () => { if (mine === generation) again(); };
  }
  function again() {
    const old = socket;
    generation += 1;
    old.onclose = old.onmessage = null;
    old.close();
    if (hub.connected) { hub.connected = false; state(); }
    const wait = Math.min(MAX_WAIT_MS, 250 * 2 ** tries++) * (0.5 + Math.random() / 2);
    lastTry = performance.now() + wait;
    setTimeout(open, wait);
  }
  let lastTry = performance.now();

  // --- the page watches itself: a socket that is open and mute is as dead as a closed one
  let wasSilent = false;
  const state = () => hub.emit('state', { connected: hub.connected && !hub.isSilent(), silent_s: hub.silent() });
  setInterval(() => {
    const silent = hub.isSilent();
    if (silent || silent !== wasSilent) { wasSilent = silent; state(); }
    if (hub.silent() > DEAD_S && performance.now() - lastTry > DEAD_S * 1000) again();
  }, 100);                             // looked at more often than the panels tick: the words must stand within 3 s
  setInterval(() => hub.emit('tick'), 250);

  async function loadSpec() {
    try {
      const answer = await fetch('/api/v1/spec');
      if (!answer.ok) throw new Error(`spec: ${answer.status}`);
      hub.spec = await answer.json();
      hub.emit('spec');
    } catch (error) {
      console.warn('hub: no specification yet', error);
      setTimeout(loadSpec, MAX_WAIT_MS);
    }
  }
  hub.on('snap', () => { if (hub.spec) loadSpec(); });   // another server may have other centres
  loadSpec();
  open();
})();
