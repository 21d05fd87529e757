/* A window.hub for tests of the map: the surface of the feed client, with rows and fixes made up on the spot. */
(() => {
  "use strict";
  const listeners = {}, began = Date.now();
  const hub = (window.hub = {
    tables: {}, things: [], rate: 1, lang: "both", offset: 0, spec: { tables: { units: { expected_s: 20 }, drones: { expected_s: 2 } }, layers: [] },
    now: () => Date.now() + hub.offset,
    on: (event, f) => ((listeners[event] ??= new Set()).add(f), () => listeners[event].delete(f)),
    emit: (event, detail) => listeners[event]?.forEach((f) => f(detail)),
    text: (t) => (t == null ? "" : typeof t === "string" ? t : hub.lang === "en" ? t.en : hub.lang === "zh" ? t.zh : `${t.zh} ${t.en}`),
    age: (at) => Math.max(0, hub.now() - at) / 1000,
    look: (at, expected) => { const r = hub.age(at) / (expected + hub.rate); return r <= 1 ? "fresh" : r <= 3 ? "late" : r <= 10 ? "stale" : "lost"; },
    ms: (v) => (typeof v === "number" ? v : Date.parse(v)),
  });
  const index = new Map();
  const fake = (window.fake = { began });
  fake.put = (table, rows) => {
    const held = (hub.tables[table] ??= new Map());
    rows.forEach((row) => held.set(row.id, row));
    hub.emit("rows", { table, changed: rows.map((row) => row.id), removed: [] });
  };
  fake.drop = (table, id) => {
    hub.tables[table].delete(id);
    hub.emit("rows", { table, changed: [], removed: [id] });
  };
  const number = (table, id) => {
    const key = `${table}/${id}`;
    if (!index.has(key)) { index.set(key, hub.things.length); hub.things.push({ table, id }); }
    return index.get(key);
  };
  /* [[table, id, lon, lat, heading|null, at?], ...] as one frame of the feed. */
  fake.fixes = (list) => {
    const n = list.length, f = { n, idx: new Uint32Array(n), lon: new Int32Array(n), lat: new Int32Array(n),
      heading: new Uint16Array(n), at: new Float64Array(n) };
    list.forEach(([table, id, lon, lat, heading, at], k) => {
      f.idx[k] = number(table, id);
      f.lon[k] = Math.round(lon * 1e7);
      f.lat[k] = Math.round(lat * 1e7);
      f.heading[k] = heading == null ? 65535 : Math.round(heading * 100);
      f.at[k] = at ?? hub.now();
    });
    fake.send(f);
  };
  fake.send = (f) => {
    const from = performance.now();
    hub.emit("fixes", f);
    fake.took = (fake.took ?? 0) + performance.now() - from;
  };
  /* `count` units driving about, `share` of them in every frame, at `hz`. */
  fake.crowd = (count, [w, s, e, n], hz, share = 1) => {
    const unit = Array.from({ length: count }, (_, k) => ({ k: number("units", `U-${k}`), lon: w + Math.random() * (e - w),
      lat: s + Math.random() * (n - s), turn: Math.random() * 360 }));
    let turn = 0;
    const tick = () => {
      const picked = unit.filter((_, k) => turn === 0 || (k + turn) % Math.round(1 / share) === 0), m = picked.length;
      const f = { n: m, idx: new Uint32Array(m), lon: new Int32Array(m), lat: new Int32Array(m), heading: new Uint16Array(m), at: new Float64Array(m) };
      picked.forEach((u, j) => {
        u.turn = (u.turn + (Math.random() - 0.5) * 20 + 360) % 360;
        u.lon += Math.sin((u.turn * Math.PI) / 180) * 1.2e-5;
        u.lat += Math.cos((u.turn * Math.PI) / 180) * 1e-5;
        f.idx[j] = u.k; f.lon[j] = u.lon * 1e7; f.lat[j] = u.lat * 1e7; f.heading[j] = u.turn * 100; f.at[j] = hub.now();
      });
      turn++;
      fake.send(f);
    };
    tick();
    const timer = setInterval(tick, 1000 / hz);
    return () => clearInterval(timer);
  };
})();
