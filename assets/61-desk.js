// The desk's items: open clues and calls with their clocks and what may be done with each. Draws nothing.
//
//   hub.desk: here() whether this page is the desk · items() all that is open · over(words) what is over · open {table, id} or null · row() of it
//   allowed(table, command, row) → null or why not · clock(row) · holder(name) · actor(id) · select(table, id)
//   events: desk-open (another item was opened) · desk-pane (another pane has the keys)
(() => {
  'use strict';
  const hub = window.hub;
  const desk = hub.desk = { open: null, templates: [] };
  const TABLES = ['clues', 'incidents'];
  const LAST = 'hub.desk.open', ASK_MS = 5000;

  desk.here = () => Boolean(document.getElementById('desk'));
  desk.HUB = { zh: '指挥中心', en: 'hub' };
  desk.holder = (name) => (!name || name === 'hub' ? desk.HUB : hub.centreTitle(name)
    ?? hub.accounts?.find((one) => one.id === name)?.title ?? { zh: name, en: name });
  desk.actor = (id) => hub.accounts?.find((one) => one.id === id)?.title ?? (id ? { zh: id, en: id } : null);
  desk.state = (table, state) => hub.machine?.(table)?.states[state] ?? { zh: state ?? '—', en: state ?? '—' };
  desk.ended = (table, state) => Boolean(hub.machine?.(table)?.ends.includes(state));
  desk.row = () => {
    if (!desk.open) return null;
    const { table, id } = desk.open, live = hub.table(table).get(id);
    if (live) over.delete(`${table}/${id}`);
    return live ?? over.get(`${table}/${id}`) ?? null;
  };
  desk.title = (table, row) => {
    if (table !== 'incidents') return row.title;
    const name = row.title ?? hub.kind(row.kind);
    return row.title || !row.place ? name : { zh: `${name.zh} · ${row.place.zh}`, en: `${name.en}, ${row.place.en}` };
  };

  // Whether a command may be given to a row of that table now; the words are the hub's own.
  desk.allowed = (table, command, row) => {
    if (!hub.road || !hub.acting) return { zh: '尚未取得规则', en: 'the rules are not there yet' };
    const role = hub.road.roles[hub.acting.role]?.title;
    if (!hub.may(command)) return { zh: `${role?.zh}无权操作`, en: `not for a ${role?.en.toLowerCase()}`, short: { zh: '无权', en: 'not yours' } };
    const machine = hub.machine(table), moves = machine?.moves.filter((move) => move.command === command) ?? [];
    if (!moves.length || moves.some((move) => move.before.includes(row?.state ?? ''))) return null;
    const said = desk.state(table, row?.state);
    return { zh: `当前“${said.zh}”`, en: `now ${said.en}`, short: said };
  };

  // What is waited for, in words.
  const AWAITED = {
    clues: { reported: ['研判', 'triage'], triaged: ['移交', 'transfer'], returned: ['再移交', 'transfer again'], transferred: ['签收', 'sign-for'],
      signed: ['反馈', 'feedback'], operation: ['反馈', 'feedback'], feedback: ['办结', 'close'] },
    incidents: { open: ['派警', 'dispatch'], dispatched: ['到场', 'arrival'], on_scene: ['办结', 'close'], diverted: ['分流办结', 'settled'] },
    tasks: { issued: ['接受', 'accept'], delivered: ['接受', 'accept'], seen: ['接受', 'accept'], accepted: ['完成', 'finish'], executing: ['完成', 'finish'] },
  };
  desk.awaited = (table, state) => {
    const [zh, en] = AWAITED[table]?.[state] ?? ['', ''];
    return { zh, en };
  };

  // {look: none | on_time | warn | late, left: seconds, at: due}. The share at which it warns is the hub's setting.
  desk.clock = (row, due = hub.ms(row.due_at), since = NaN) => {
    if (!Number.isFinite(due)) return { look: 'none', left: NaN, due: NaN };
    const now = hub.now(), left = (due - now) / 1000;
    if (left < 0) return { look: 'late', left, due };
    const began = Number.isFinite(since) ? since : hub.ms(row.hops?.at(-1)?.at ?? row.reported_at ?? row.opened_at);
    const warn = hub.road?.targets?.warn ?? 0.8;
    return { look: now - began >= warn * (due - began) ? 'warn' : 'on_time', left, due };
  };
  // Hours without seconds: 11 h 56.
  const brief = (s) => (s < 3600 || s >= 86400 ? hub.span(s) : `${Math.floor(s / 3600)} h ${String(Math.floor(s / 60) % 60).padStart(2, '0')}`);
  desk.left = (clock) => (clock.look === 'late'
    ? { zh: `超时 ${brief(-clock.left)}`, en: `late ${brief(-clock.left)}` }
    : { zh: `剩 ${brief(clock.left)}`, en: `${brief(clock.left)} left` });

  const mine = (row) => {
    const me = hub.acting;
    if (!me) return false;
    if (me.centre) return row.owner === me.centre || row.to === me.centre;
    return (row.hops ?? []).some((hop) => hop.actor === me.id);
  };
  const item = (table, row, over = false) => {
    const clock = over ? { look: 'none', left: NaN, due: NaN } : desk.clock(row);
    return { key: `${table}/${row.id}`, table, id: row.id, row, clock, over, priority: row.priority ?? 4,
      at: hub.ms(row.reported_at ?? row.opened_at), late: clock.look === 'late', mine: mine(row) };
  };
  desk.items = () => {
    const out = [];
    for (const table of TABLES) for (const row of hub.table(table).values()) if (!desk.ended(table, row.state)) out.push(item(table, row));
    return out.sort((a, b) => a.priority - b.priority || b.late - a.late
      || (Number.isFinite(a.clock.due) ? a.clock.due : Infinity) - (Number.isFinite(b.clock.due) ? b.clock.due : Infinity)
      || b.at - a.at || (a.key < b.key ? -1 : 1));
  };

  // --- what is over is sent to no screen; it is asked for by words and kept while somebody looks at it
  const over = new Map();
  desk.over = async (words, tables = TABLES) => {
    const found = [];
    for (const table of tables) {
      const answer = await fetch(`/api/v1/rows/${table}?${new URLSearchParams({ find: words })}`, { signal: AbortSignal.timeout(ASK_MS) });
      if (!answer.ok) throw new Error(`rows of ${table}: ${answer.status}`);
      for (const row of await answer.json()) if (desk.ended(table, row.state)) { over.set(`${table}/${row.id}`, row); found.push(item(table, row, true)); }
    }
    return found.sort((a, b) => b.at - a.at);
  };

  // --- possible duplicates: the same place within 300 m and 24 h, or the same model or title. A person decides.
  const NEAR_M = 300, SINCE_S = 86400, MOST = 5;
  desk.metres = (a, b) => {
    const rad = Math.PI / 180, x = (b.lon - a.lon) * rad * Math.cos((a.lat + b.lat) / 2 * rad), y = (b.lat - a.lat) * rad;
    return Math.hypot(x, y) * 6371008.8;
  };
  desk.alike = (table, row) => {
    const out = [], at = hub.ms(row.reported_at ?? row.opened_at), name = desk.title(table, row)?.zh;
    for (const other of desk.items()) {
      if (other.key === `${table}/${row.id}` || row.linked?.includes(other.id) || row.incident === other.id) continue;
      const metres = row.position && other.row.position ? desk.metres(row.position, other.row.position) : Infinity;
      const near = metres <= NEAR_M && Math.abs(other.at - at) <= SINCE_S * 1000;
      const model = Boolean(row.model && row.model === other.row.model);
      const same = name && name === desk.title(other.table, other.row)?.zh;
      if (near || model || same) out.push({ ...other, metres, near, model, same });
    }
    return out.sort((a, b) => a.metres - b.metres || (a.key < b.key ? -1 : 1)).slice(0, MOST);
  };

  // --- times an officer types: 15:30 · 1530 · +45m · +2h · 45 (minutes). Epoch ms, or NaN. A time of day that has passed is tomorrow's.
  desk.when = (text, now = hub.now()) => {
    const said = String(text ?? '').trim().toLowerCase().replace('：', ':').replace('＋', '+');
    const span = /^\+?(\d+(?:\.\d+)?)\s*(m|min|分|h|时|小时|d|天)?$/.exec(said);
    if (span && (said.startsWith('+') || span[2] || span[1].length < 4)) {
      const by = { h: 60, 时: 60, 小时: 60, d: 1440, 天: 1440 }[span[2]] ?? 1;
      const minutes = Number(span[1]) * by;
      return minutes > 0 && minutes <= 90 * 1440 ? now + minutes * 60000 : NaN;
    }
    const clock = /^(\d{1,2})[:.]?(\d{2})$/.exec(said);
    if (!clock || clock[1] > 23 || clock[2] > 59) return NaN;
    const day = 86400000, local = now + hub.offset_min * 60000;
    const at = Math.floor(local / day) * day + (clock[1] * 60 + Number(clock[2])) * 60000 - hub.offset_min * 60000;
    return at > now ? at : at + day;
  };
  desk.hm = (ms) => (Number.isFinite(ms) ? hub.clock(ms).slice(0, 5) : '—');
  desk.stamp = (ms) => new Date(Math.round(ms)).toISOString();

  // A short id that nobody else makes: the operation's or task's own.
  desk.number = (length = 6) => [...crypto.getRandomValues(new Uint8Array(length))].map((b) => 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'[b % 32]).join('');

  desk.kept = (key, value) => {
    try {
      if (value === undefined) return JSON.parse(localStorage.getItem(key) ?? 'null');
      if (value === null) localStorage.removeItem(key); else localStorage.setItem(key, JSON.stringify(value));
    } catch (error) { console.warn('desk: this browser keeps nothing', error); }
    return null;
  };

  desk.select = (table, id) => {
    if (desk.open?.table === table && desk.open.id === id) return;
    desk.open = { table, id };
    desk.kept(LAST, desk.open);
    hub.emit('desk-open', desk.open);
  };
  // What an address asks for (?open=TABLE/ID): a task or an operation opens what it belongs to.
  function asked() {
    const [, table, id] = /^([a-z_]+)\/(.+)$/.exec(new URLSearchParams(location.search).get('open') ?? '') ?? [];
    if (TABLES.includes(table)) return { table, id };
    const row = table && hub.table(table).get(id);
    if (!row) return null;
    const operation = table === 'tasks' ? hub.table('operations').get(row.operation) : table === 'operations' ? row : null;
    if (operation?.clue) return { table: 'clues', id: operation.clue };
    return operation?.incident ? { table: 'incidents', id: operation.incident } : null;
  }
  // That, or the item that was open before a reload, once its row has come.
  let tried = false;
  hub.on('told', () => {
    if (tried || desk.open || !desk.here() || !hub.frames || !hub.road) return;
    const last = asked() ?? desk.kept(LAST);
    tried = true;
    if (last) desk.find(last.table, last.id);
  });
  // Opens an item, also one that is over; whether there is such a one.
  desk.find = async (table, id) => {
    if (!hub.table(table).has(id)) {
      try {
        if (!(await desk.over(id, [table])).some((one) => one.id === id)) return false;
      } catch (error) {
        console.warn(`desk: ${table} ${id} could not be asked for`, error);
        return false;
      }
    }
    desk.select(table, id);
    return true;
  };

  async function templates() {
    try {
      const answer = await fetch('/api/v1/templates');
      if (!answer.ok) throw new Error(`templates: ${answer.status}`);
      desk.templates = await answer.json();
      hub.emit('desk-open', desk.open);
    } catch (error) {
      console.warn('desk: no templates yet', error);
      setTimeout(templates, 2000);
    }
  }
  let begun = false;
  hub.on('tick', () => { if (!begun && desk.here()) { begun = true; templates(); } });

  // The template that is likely meant; a person may take another one.
  desk.likely = (table, row) => {
    const words = `${desk.title(table, row)?.zh ?? ''} ${desk.title(table, row)?.en ?? ''}`.toLowerCase();
    const kind = table === 'incidents' ? row.kind : hub.table('incidents').get(row.incident)?.kind;
    return desk.templates.find((one) => kind && one.kinds?.includes(kind))
      ?? desk.templates.find((one) => one.words?.some((word) => words.includes(word)))
      ?? desk.templates.find((one) => one.key === (table === 'clues' ? 'joint' : 'free'));
  };
})();
