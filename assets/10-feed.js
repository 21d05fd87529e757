// The feed: one WebSocket, merged into window.hub.tables. Knows rows, fixes and time; knows no panel and no centre.
//
// window.hub for everybody else:
//   tables {name: Map(id → row)}      things[idx] = {table, id, at, lon, lat, heading} of its newest fix, as in fixes below;
//                                     a row may say an older position: of the two the later one is right
//   spec (null until it came)         now() hub time, epoch ms       rate hub seconds per real second
//   mode, ended                       connected, silent() seconds since the last frame
//   on(event, fn) → off()             events: snap · rows {table, changed, removed} · fixes {n, idx, lon, lat, heading, at}
//                                     · told · state {connected, silent_s} · spec · lang · tick (4 times a second)
//   rows: once per animation frame and table, then told once: what shows rows draws then, in the same animation frame.
//   fixes: once per frame of the feed, lon/lat Int32Array in 1e-7 degree, heading Uint16Array in 0.01 degree (65535
//   unknown), at Float64Array epoch ms, in whole tenths of a second.
(() => {
  'use strict';
  const SILENT_S = 2, DEAD_S = 8, MAX_WAIT_MS = 2000, PLAIN = 0, PACKED = 1;
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
    hub.emit('told');
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
  function fixes(fix, bytes) {
    if (!fix) return;
    for (const [idx, table, id] of fix.names ?? []) {
      fixed.set(`${table}/${id}`, hub.things[idx] = { table, id, at: 0 });
    }
    const n = fix.n;
    if (!n) return;
    const [idx, micro, micros, at, turn] = hub.columns(n, fix.of, bytes);
    const lon = new Int32Array(n), lat = new Int32Array(n), heading = new Uint16Array(n);
    for (let i = 0; i < n; i++) {
      lon[i] = micro[i] * 10;
      lat[i] = micros[i] * 10;
      at[i] *= 100;
      heading[i] = turn[i] === 255 ? 65535 : Math.round(turn[i] * 36000 / 255);
      const thing = hub.things[idx[i]];
      if (thing) { thing.at = at[i]; thing.lon = lon[i]; thing.lat = lat[i]; thing.heading = heading[i]; }
    }
    hub.emit('fixes', { n, idx: Uint32Array.from(idx), lon, lat, heading, at });
  }

  function take(bytes) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    lastFrame = performance.now();
    hub.frames += 1;
    tries = 0;
    if (head.clock) setClock(head.clock);
    if (head.k === 'snap') { forget(); hub.emit('snap'); }
    merge(head.up, head.rm);
    fixes(head.fix, bytes.subarray(4 + length));
    if (head.cursor) cursor = head.cursor;
    if (!hub.connected) { hub.connected = true; state(); }
  }

  async function inflate(data) {
    const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  // --- the socket: small frames are taken as they are, others inflated side by side; all in order; it never gives up
  function open() {
    const mine = ++generation;
    const where = new URL('/feed', location.href);
    where.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    if (cursor) where.searchParams.set('since', cursor);
    socket = new WebSocket(where);
    socket.binaryType = 'arraybuffer';
    let tail = Promise.resolve(), waiting = 0;
    const bad = (error) => { if (mine === generation) { console.error('feed: bad frame', error); cursor = ''; again(); } };
    const use = (bytes) => { try { if (mine === generation) take(bytes); } catch (error) { bad(error); } };
    socket.onmessage = ({ data }) => {
      const bytes = new Uint8Array(data), body = bytes.subarray(1);
      if (bytes[0] === PLAIN && !waiting) { use(body); return; }
      const ready = bytes[0] === PACKED ? inflate(body) : Promise.resolve(body);
      waiting += 1;
      tail = tail.then(() => ready).then(use, bad).then(() => { waiting -= 1; });
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
