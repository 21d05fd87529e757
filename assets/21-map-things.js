/* Moving things as columns: one 32-byte record each, exactly as the GPU reads it. Knows nothing of WebGL or plotly.
 *
 * record: f32 fromX fromY toX toY (mercator relative to the origin), f32 start ms, f32 duration ms, f32 at s,
 *         u8 heading from, u8 heading to (256 steps a turn), u8 kind, u8 flags
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});
  const RECORD = 32;
  const PAGE = 256; // records per dirty page, 8 kB
  const GLIDE_MS = 1200; // never show a thing more than this behind its newest fix
  const JUMP = 5e-5; // mercator units, about 2 km: farther than this is a new place, not a drive
  const NO_HEADING = 1, HIDDEN = 2, QUIET = 4;

  const clamp = (v, low, high) => (v < low ? low : v > high ? high : v);
  const mercX = (lon) => lon / 360 + 0.5;
  const mercY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
  const lonOf = (x) => (x - 0.5) * 360;
  const latOf = (y) => (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90;
  const millis = (v) => (v == null ? NaN : typeof v === "number" ? v : Date.parse(v));

  function createThings() {
    const me = { n: 0, capacity: 0, origin: null, atBase: 0, start: performance.now(), movingUntil: 0, dirty: null,
      slotOf: new Map(), ids: [], at: new Float64Array(0) };
    let f32, u8, arrived = new Float64Array(0);

    function grow(capacity) {
      const buffer = new ArrayBuffer(capacity * RECORD);
      if (u8) new Uint8Array(buffer).set(u8);
      me.buffer = buffer;
      f32 = new Float32Array(buffer);
      u8 = new Uint8Array(buffer);
      const keep = (old) => { const next = new Float64Array(capacity); next.set(old); return next; };
      me.at = keep(me.at);
      arrived = keep(arrived);
      me.capacity = capacity;
      me.dirty = new Uint8Array(Math.ceil(capacity / PAGE)).fill(1);
    }
    grow(1024);

    me.slot = (id) => {
      let s = me.slotOf.get(id);
      if (s !== undefined) return s;
      s = me.n++;
      if (s >= me.capacity) grow(me.capacity * 2);
      me.slotOf.set(id, s);
      me.ids[s] = id;
      u8[s * RECORD + 31] = HIDDEN; // until it has a place
      return s;
    };

    /* A new fix: glide there from where the thing is drawn now, for as long as fixes of this thing are apart. */
    me.place = (s, lon, lat, heading, at, now) => {
      if (at < me.at[s]) return false; // an older fix never moves a thing back
      if (!me.origin) { me.origin = [mercX(lon), mercY(lat)]; me.atBase = at; }
      if (Math.abs(at - me.atBase) > 2e8) rebase(at);
      const t = now - me.start, o = s * 8, b = s * RECORD + 28;
      const x = mercX(lon) - me.origin[0], y = mercY(lat) - me.origin[1];
      const fresh = (u8[b + 3] & HIDDEN) !== 0;
      const done = f32[o + 5] > 0 ? clamp((t - f32[o + 4]) / f32[o + 5], 0, 1) : 1;
      const fx = f32[o] + (f32[o + 2] - f32[o]) * done, fy = f32[o + 1] + (f32[o + 3] - f32[o + 1]) * done;
      const gap = now - arrived[s];
      const snap = fresh || gap > 30000 || Math.abs(x - fx) > JUMP || Math.abs(y - fy) > JUMP;
      f32[o] = snap ? x : fx;
      f32[o + 1] = snap ? y : fy;
      f32[o + 2] = x;
      f32[o + 3] = y;
      f32[o + 4] = t;
      f32[o + 5] = snap ? 0 : clamp(gap * 1.05, 80, GLIDE_MS);
      f32[o + 6] = (at - me.atBase) / 1000;
      u8[b] = snap ? heading ?? 0 : u8[b + 1];
      u8[b + 1] = heading ?? u8[b + 1];
      u8[b + 3] = (u8[b + 3] & QUIET) | (heading === null ? NO_HEADING : 0);
      me.at[s] = at;
      arrived[s] = now;
      me.movingUntil = Math.max(me.movingUntil, now + f32[o + 5]);
      me.dirty[(s / PAGE) | 0] = 1;
      return true;
    };

    /* Floats keep milliseconds for hours only: start both clocks again. */
    function rebase(at) {
      me.atBase = at;
      for (let s = 0; s < me.n; s++) f32[s * 8 + 6] = clamp((me.at[s] - at) / 1000, -1e9, 1e9);
      me.dirty.fill(1);
    }
    me.settle = (now) => {
      for (let s = 0; s < me.n; s++) {
        const o = s * 8;
        f32[o] = f32[o + 2]; f32[o + 1] = f32[o + 3]; f32[o + 4] = 0; f32[o + 5] = 0;
      }
      me.start = now;
      me.dirty.fill(1);
    };

    me.quiet = (s, is) => {
      const b = s * RECORD + 31, next = is ? u8[b] | QUIET : u8[b] & ~QUIET;
      if (next !== u8[b]) { u8[b] = next; me.dirty[(s / PAGE) | 0] = 1; }
    };
    me.remove = (id) => {
      const s = me.slotOf.get(id);
      if (s === undefined) return;
      u8[s * RECORD + 31] |= HIDDEN;
      me.at[s] = 0;
      me.dirty[(s / PAGE) | 0] = 1;
    };
    /* Another run of the hub may have an earlier clock: let its fixes in. */
    me.forget = () => me.at.fill(0);
    me.placed = (s) => (u8[s * RECORD + 31] & HIDDEN) === 0;

    /* Where the GPU draws it now, [lon, lat]: the same line as in the shader. */
    me.lonLat = (s, now = performance.now()) => {
      if (s === undefined || !me.placed(s)) return null;
      const o = s * 8;
      const done = f32[o + 5] > 0 ? clamp((now - me.start - f32[o + 4]) / f32[o + 5], 0, 1) : 1;
      return [lonOf(me.origin[0] + f32[o] + (f32[o + 2] - f32[o]) * done),
        latOf(me.origin[1] + f32[o + 1] + (f32[o + 3] - f32[o + 1]) * done)];
    };
    me.target = (s) => [lonOf(me.origin[0] + f32[s * 8 + 2]), latOf(me.origin[1] + f32[s * 8 + 3])];
    me.headingDeg = (s) => (u8[s * RECORD + 31] & NO_HEADING ? null : (u8[s * RECORD + 29] * 360) / 256);
    return me;
  }

  parts.units = createThings();
  parts.drones = createThings();
  const storeOf = (table) => (table === "units" ? parts.units : table === "drones" ? parts.drones : null);

  let owners = null, slotByIdx = [];
  /* One feed frame. hub.things says whose number an index is; it may change after a reconnect. */
  parts.take = (f) => {
    const now = performance.now();
    for (const store of [parts.units, parts.drones]) if (now - store.start > 2e7) store.settle(now);
    if (owners === null || owners.list !== hub.things) { owners = { list: hub.things, seen: [] }; slotByIdx = []; }
    const { seen } = owners;
    for (let k = 0; k < f.n; k++) {
      const i = f.idx[k], thing = hub.things[i];
      if (!thing) continue;
      const store = storeOf(thing.table);
      if (!store) continue;
      if (seen[i] !== thing) { seen[i] = thing; slotByIdx[i] = store.slot(thing.id); }
      store.place(slotByIdx[i], f.lon[k] * 1e-7, f.lat[k] * 1e-7, turn(f.heading[k]), f.at[k], now);
    }
  };
  const turn = (heading) => (heading === 65535 ? null : Math.round((heading * 256) / 36000) & 255);

  function takeRow(table, id, row, now) {
    const store = storeOf(table);
    if (!store || !row) return;
    const s = store.slot(id), at = Math.round(millis(row.at) / 100) * 100; // as the feed tells times of fixes
    const fix = hub.thing?.(table, id);
    if (fix?.lat !== undefined && fix.at >= at) {   // it came before this map was there: the row may be older
      if (fix.at > store.at[s]) store.place(s, fix.lon * 1e-7, fix.lat * 1e-7, turn(fix.heading), fix.at, now);
    } else if (row.position && at > store.at[s]) {  // within one tenth of a second a fix is at least as new as the row
      const deg = row.heading_deg;
      const heading = deg == null ? null : Math.round((((deg % 360) + 360) * 256) / 360) & 255;
      store.place(s, row.position.lon, row.position.lat, heading, at, now);
    }
    store.quiet(s, row.status === "off_duty" || row.mode === "docked");
  }
  parts.takeRows = ({ table, changed, removed }) => {
    const store = storeOf(table), rows = hub.tables?.[table];
    if (!store || !rows) return;
    const now = performance.now();
    for (const id of removed ?? []) store.remove(id);
    for (const id of changed ?? []) takeRow(table, id, rows.get(id), now);
  };
  parts.forget = () => { parts.units.forget(); parts.drones.forget(); };
  parts.prime = () => {
    const now = performance.now();
    for (const table of ["units", "drones"]) {
      for (const [id, row] of hub.tables?.[table] ?? []) takeRow(table, id, row, now);
    }
  };

  /* Seconds between two reports of a live row, as the table's owner declared it. */
  parts.expected = (table) => {
    const tables = hub.spec?.tables ?? {};
    const spec = Array.isArray(tables) ? tables.find((t) => t.name === table) : tables[table];
    return (spec?.expected_s || 10) + (hub.rate ?? 1); // plus a second of transport, the same rule as hub.look
  };
  parts.pixelOf = (map, id) => {
    for (const store of [parts.units, parts.drones]) {
      const at = store.lonLat(store.slotOf.get(id));
      if (at) return map.project(at);
    }
    for (const rows of Object.values(hub.tables ?? {})) {
      const position = rows.get?.(id)?.position;
      if (position) return map.project([position.lon, position.lat]);
    }
    return null;
  };
  /* Nearest thing to a click: a linear scan is well under a millisecond for 20,000. */
  parts.nearest = (stage, point, reachPx = 14) => {
    let best = null, bestD = reachPx * reachPx;
    const weigh = (table, id, at) => {
      const p = stage.map.project(at), d = (p.x - point.x) ** 2 + (p.y - point.y) ** 2;
      if (d < bestD) { bestD = d; best = { table, id }; }
    };
    for (const [table, store] of [["drones", parts.drones], ["units", parts.units]]) {
      for (let s = 0; s < store.n; s++) if (store.placed(s)) weigh(table, store.ids[s], store.lonLat(s));
    }
    for (const table of ["cameras", "incidents"]) {
      for (const [id, row] of hub.tables?.[table] ?? []) {
        if (row.position && row.state !== "closed" && row.state !== "diverted") weigh(table, id, [row.position.lon, row.position.lat]);
      }
    }
    return best;
  };
  Object.assign(parts, { RECORD, PAGE, mercX, mercY, millis, clamp });
})();
