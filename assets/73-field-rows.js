// What concerns this unit: its tasks, its calls, its own reports, where it is; held on the device for a page opened
// without a network. Draws nothing.
//
//   hub.field.unit id or ''   .choose(id)   .row()   .tasks()   .calls()   .mine() own reports   .place(row) target of a row
//   .from() own position   .way(target) {metres, degrees}   events: unit · held
(() => {
  'use strict';
  const hub = window.hub, store = hub.fieldStore;
  const CHOSEN = 'hub.field.unit', HOLD_MS = 800, MINE_MOST = 20, EARTH_M = 6371008.8, RAD = Math.PI / 180;
  const KEPT_S = 12 * 3600;
  const asked = new URLSearchParams(location.search).get('unit');
  const field = hub.field = { unit: asked || localStorage.getItem(CHOSEN) || '', heldAt: null, reports: [] };
  let fix = null, own = null;          // newest fix of the feed; position of the device, once asked for

  if (asked) localStorage.setItem(CHOSEN, asked);
  field.choose = (id) => {
    field.unit = id;
    fix = own = null;
    const query = new URLSearchParams(location.search);
    if (id) { localStorage.setItem(CHOSEN, id); query.set('unit', id); } else { localStorage.removeItem(CHOSEN); query.delete('unit'); }
    history.replaceState(null, '', `${location.pathname}${query.size ? `?${query}` : ''}`);
    keep();
    hub.emit('unit', id);
  };
  field.row = () => hub.table('units').get(field.unit) ?? hub.table('drones').get(field.unit) ?? null;
  const rows = (table, mine) => [...hub.table(table).values()].filter(mine);
  const ends = (table, state) => Boolean(hub.machine(table)?.ends.includes(state));
  const fresh = (row) => !(hub.age(hub.ms(row.ended_at ?? row.done_at)) > KEPT_S);

  field.tasks = () => rows('tasks', (row) => row.assignee_id === field.unit && fresh(row))
    .map((row) => ({ ...row, ...hub.outbox.after('tasks', row.id, row.state, row.progress), told: row.state }))
    .map((row) => ({ ...row, over: ends('tasks', row.state) }))
    .sort((a, b) => a.over - b.over || (hub.ms(a.due_at) || Infinity) - (hub.ms(b.due_at) || Infinity) || (a.id < b.id ? -1 : 1));
  field.calls = () => rows('incidents', (row) => row.units?.includes(field.unit) && !ends('incidents', row.state))
    .map((row) => ({ ...row, ...hub.outbox.after('incidents', row.id, row.state), told: row.state }))
    .sort((a, b) => a.priority - b.priority || hub.ms(a.opened_at) - hub.ms(b.opened_at));
  // Own reports: what waits, and what has become of those that arrived.
  field.mine = () => field.reports.map((one) => {
    const waiting = hub.outbox.waiting.some((each) => each.table === one.table && each.id === one.id);
    return { ...one, waiting, row: hub.table(one.table).get(one.id) ?? null };
  });
  field.reported = (one) => { field.reports = [one, ...field.reports].slice(0, MINE_MOST); store.hold('reports', field.reports); };
  field.unreported = (id) => { field.reports = field.reports.filter((one) => one.id !== id); store.hold('reports', field.reports); };

  // --- places: everything inside the hub is WGS-84
  field.from = () => own ?? fix ?? field.row()?.position ?? null;
  field.located = (position) => { own = position; hub.emit('held'); };
  field.place = (row) => {
    if (row.area?.length) {
      const mean = (key) => row.area.reduce((sum, one) => sum + one[key], 0) / row.area.length;
      return { lon: mean('lon'), lat: mean('lat') };
    }
    const operation = row.operation ? hub.table('operations').get(row.operation) : null;
    const incident = row.incident ? hub.table('incidents').get(row.incident) : null;
    return row.position ?? incident?.position ?? operation?.position ?? null;
  };
  field.way = (to, from = field.from()) => {
    if (!to || !from) return null;
    const [a, b, dl] = [from.lat * RAD, to.lat * RAD, (to.lon - from.lon) * RAD];
    const h = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(dl / 2) ** 2;
    const turn = Math.atan2(Math.sin(dl) * Math.cos(b), Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(dl));
    return { metres: 2 * EARTH_M * Math.asin(Math.sqrt(h)), degrees: (turn / RAD + 360) % 360 };
  };
  let slot = -1;
  hub.on('fixes', ({ n, idx, lon, lat }) => {
    if (hub.things[slot]?.id !== field.unit) slot = hub.things.findIndex((thing) => thing?.id === field.unit);
    if (slot < 0) return;
    for (let i = 0; i < n; i++) if (idx[i] === slot) fix = { lon: lon[i] / 1e7, lat: lat[i] / 1e7 };
  });

  // --- held for a page that opens without a network
  let timer = 0;
  function keep() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const tasks = rows('tasks', (row) => row.assignee_id === field.unit);
      const calls = rows('incidents', (row) => row.units?.includes(field.unit) || tasks.some((task) => task.incident === row.id));
      const operations = rows('operations', (row) => tasks.some((task) => task.operation === row.id));
      const unit = field.row();
      store.hold('rows', { unit: field.unit, at: hub.now(), tables: { tasks, incidents: calls, operations, units: unit ? [unit] : [] } })
        .catch((error) => console.warn('field: rows not held', error));
    }, HOLD_MS);
  }
  hub.on('rows', ({ table }) => { if (['tasks', 'incidents', 'operations'].includes(table)) { field.heldAt = null; keep(); } });
  hub.on('spec', () => store.hold('spec', hub.spec));
  hub.on('road', () => store.hold('road', hub.road));

  field.load = async () => {
    const [spec, road, held, reports] = await Promise.all(['spec', 'road', 'rows', 'reports'].map(store.held));
    field.reports = reports ?? [];
    if (!hub.road && road) { hub.road = road; hub.emit('road', road); }
    if (!hub.spec && spec) { hub.spec = spec; hub.emit('spec'); }
    if (!hub.frames && held && held.unit === field.unit) {
      field.heldAt = held.at;
      for (const [table, list] of Object.entries(held.tables)) for (const row of list) hub.table(table).set(row.id, row);
    }
    hub.emit('held');
  };
})();
