// The open item: what it is, who has it, its clock, its whole history, what it may be a duplicate of.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, desk = hub.desk;
  const VERBS = { position: ['位置', 'position'], fixes: ['位置', 'position'], telemetry: ['遥测', 'telemetry'], health: ['设备状态', 'health'],
    live: ['在线', 'live'], lost: ['断线', 'lost'], level_changed: ['路况', 'traffic level'], lanes_closed: ['车道封闭', 'lanes closed'],
    lanes_opened: ['车道恢复', 'lanes opened'], signal_plan_changed: ['信号配时', 'signal plan'], officers_sent: ['派出警力', 'officers sent'],
    raised: ['告警', 'raised'], cleared: ['解除', 'cleared'], started: ['发起', 'started'], en_route: ['赶赴', 'on the way'], unit_cleared: ['撤离', 'unit cleared'], updated: ['更新', 'updated'], opened: ['接警', 'call taken'],
    unit_assigned: ['派警', 'unit sent'], linked: ['关联', 'linked'], progressed: ['进展', 'progress'], on_scene: ['到场', 'on scene'], reported: ['上报', 'reported'] };
  let history = { key: '', entries: null, asked: '' };

  // What a fact's verb is called, null for one of a centre's own.
  desk.verb = (table, name) => {
    if (VERBS[name]) return { zh: VERBS[name][0], en: VERBS[name][1] };
    return hub.machine(table)?.moves.find((one) => one.verb === name)?.title ?? null;
  };
  const verb = (table, name) => desk.verb(table, name) ?? { zh: name, en: name };
  const between = (hop) => {
    const from = desk.holder(hop.sender), to = desk.holder(hop.receiver);
    return hop.sender === hop.receiver ? from : { zh: `${from.zh} → ${to.zh}`, en: `${from.en} → ${to.en}` };
  };
  const join = (parts, by) => ({ zh: parts.map((one) => one?.zh).filter(Boolean).join(by), en: parts.map((one) => one?.en).filter(Boolean).join(by) });

  async function load(table, row) {
    const key = `${table}/${row.id}`, asked = `${key}@${row.rev}`;
    if (history.asked === asked) return;
    history = { key, asked, entries: history.key === key ? history.entries : null };
    try {
      const answer = await fetch(`/api/v1/history/${table}/${encodeURIComponent(row.id)}`);
      if (!answer.ok) throw new Error(`history: ${answer.status}`);
      const entries = await answer.json();
      if (history.asked === asked) { history.entries = entries; draw(); }
    } catch (error) {
      console.warn('desk: no history', error);
      setTimeout(() => { if (history.asked === asked) history.asked = ''; }, 3000);
    }
  }

  // Steps and facts as lines, oldest first; a fact that only moved something on is said once with the last one's time.
  desk.road = (table, row, entries) => {
    const hops = (row.hops ?? []).map((hop, i) => ({ id: `h${i}`, at: hub.ms(hop.at), verb: hop.verb, title: verb(table, hop.verb), who: hop.sender === hop.receiver && hop.actor ? null : between(hop),
      why: hop.reason, due: hub.ms(hop.due_at), by: desk.actor(hop.actor) }));
    const facts = (entries ?? []).map((entry) => ({ id: `f${entry.epoch}.${entry.rev}`, at: entry.at * 1000, verb: entry.type.split('.')[3], source: entry.source, data: entry.data }))
      .filter((fact) => !hops.some((hop) => Math.abs(hop.at - fact.at) < 1500 && (hop.verb === fact.verb || fact.verb === 'updated')))
      .map((fact) => ({ ...fact, title: verb(table, fact.verb), who: source(fact.source), why: told(fact) }));
    const lines = [...hops, ...facts].sort((a, b) => a.at - b.at), out = [];
    for (const line of lines) {
      const last = out.at(-1);
      if (last && !line.due && last.verb === line.verb && !line.by && !last.by && hub.text(last.why) === hub.text(line.why)) { last.times = (last.times ?? 1) + 1; last.at = line.at; } else out.push({ ...line });
    }
    return out;
  };
  const source = (from) => {
    const [, kind, name] = String(from ?? '').split('/');
    return kind === 'centre' ? desk.holder(name) : desk.HUB;
  };
  const told = ({ verb: name, data }) => {
    if (['unit_assigned', 'en_route', 'on_scene', 'unit_cleared'].includes(name)) return { zh: (data.units ?? []).join(' '), en: (data.units ?? []).join(' ') };
    return name === 'closed' ? data.reason : null;
  };

  // What counts as evidence: records, how right the model has been, how long it has waited, its clock, who is there.
  function tiles(table, row) {
    const out = [], over = desk.ended(table, row.state), clock = over ? { look: 'none' } : desk.clock(row), at = hub.ms(row.reported_at ?? row.opened_at);
    if (row.records != null) out.push({ id: 'records', value: hub.number(row.records), title: { zh: '记录', en: 'records' } });
    const precision = row.model ? precise(row.model) : null;
    if (row.model) out.push({ id: 'model', value: precision == null ? '—' : hub.number(precision, 'percent'), title: returned(row.model) });
    if (table === 'incidents') out.push({ id: 'units', value: row.units?.length ?? 0, title: { zh: '到场及赶赴单元', en: 'units sent' } });
    if (table === 'incidents' && row.dispatched_at) out.push({ id: 'sent', value: hub.span((hub.ms(row.dispatched_at) - at) / 1000), title: { zh: '派警用时', en: 'until sent' } });
    const until = hub.ms(row.closed_at ?? row.hops?.at(-1)?.at);
    if (!over) out.push({ id: 'waiting', value: hub.span(hub.age(at)), title: { zh: '已历时', en: 'since reported' } });
    else if (Number.isFinite(until)) out.push({ id: 'took', value: hub.span((until - at) / 1000), title: { zh: '全程用时', en: 'from report to end' } });
    if (clock.look !== 'none') {
      const awaited = desk.awaited(table, row.state), late = clock.look === 'late';
      out.push({ id: 'clock', look: clock.look, value: hub.span(Math.abs(clock.left)), title: late ? { zh: `${awaited.zh}超时 · ${desk.hm(clock.due)}`, en: `${awaited.en} late, due ${desk.hm(clock.due)}` } : { zh: `距${awaited.zh} · ${desk.hm(clock.due)}`, en: `to ${awaited.en}, due ${desk.hm(clock.due)}` } });
    }
    return out.slice(0, 4);
  }
  // What came back of the model's clues so far stands with its precision.
  function returned(model) {
    const back = hub.table('models').get(model);
    const zh = `模型 ${model} 精度`, en = `precision of ${model}`;
    return back?.answered ? { zh: `${zh} · 反馈属实 ${back.confirmed}/${back.answered}`, en: `${en}, ${back.confirmed} of ${back.answered} confirmed` } : { zh, en };
  }
  function precise(model) {
    for (const rows of Object.values(hub.tables)) {
      const held = rows.get?.(model);
      if (held?.precision != null) return held.precision;
      if (held?.returned > 0 && held.confirmed != null) return held.confirmed / held.returned;
    }
    return null;
  }

  const why = (one) => join([one.near ? { zh: `相距 ${Math.round(one.metres)} 米`, en: `${Math.round(one.metres)} m away` } : null,
    one.model ? { zh: '同一模型', en: 'same model' } : null, one.same ? { zh: '标题相同', en: 'same title' } : null], ' · ');

  function make() {
    const id = dom.words('two desk-id'), owner = dom.words('two desk-owner'), mark = dom.mark(), title = dom.words('two desk-title'), place = dom.words('desk-place');
    const node = dom.make('div', 'desk-card', dom.make('div', 'desk-line', id, owner), dom.make('div', 'desk-name', mark, title), place, dom.make('div', 'desk-tiles'), dom.make('div', 'desk-history'));
    return Object.assign(node, { id_: id, owner, mark, title_: title, place, tiles: node.children[3], history: node.children[4] });
  }
  function line(item) {
    const when = dom.make('time'), name = dom.words('two'), who = dom.words('who two'), age = dom.ageNode();
    return Object.assign(dom.make('div', `desk-step ${item.cls ?? ''}`, when, name, who, age), { when, name_: name, who, age });
  }
  function fillLine(node, item) {
    dom.text(node.when, item.at ? hub.clock(item.at) : '');
    const times = item.times > 1 ? { zh: `×${item.times}`, en: `×${item.times}` } : null;
    const due = Number.isFinite(item.due) ? { zh: `限 ${desk.hm(item.due)}`, en: `due ${desk.hm(item.due)}` } : null;
    node.name_.set(join([join([item.title, times], ' '), item.why, due], ' · '));
    node.who.set(join([item.who, item.by], ' · '));
    if (item.at) node.age.set(item.at); else dom.text(node.age, '');
    node.className = `desk-step ${item.cls ?? ''}`;
    if (item.go) {
      node.onclick = () => desk.select(item.go.table, item.go.id);
      node.tabIndex = -1;
    }
  }
  function fill(node, { table, row }) {
    const about = hub.machine(table)?.title ?? { zh: '', en: '' }, state = desk.state(table, row.state);
    node.id_.set({ zh: `${about.zh} ${row.id} · ${state.zh}`, en: `${about.en} ${row.id}, ${state.en}` });
    const owner = desk.holder(row.owner ?? 'hub'), to = row.to && row.to !== row.owner ? desk.holder(row.to) : row.diverted_to;
    node.owner.set({ zh: `归属 ${owner.zh}${to ? ` → ${to.zh}` : ''}`, en: `owner ${owner.en}${to ? ` → ${to.en}` : ''}` });
    node.mark.set(row.priority);
    node.title_.set(desk.title(table, row) ?? { zh: '—', en: '—' });
    node.place.set(join([row.place, row.model ? { zh: `模型 ${row.model}`, en: `model ${row.model}` } : null,
      row.reviewed_by ? { zh: `经人工复核 ${row.reviewed_by}`, en: `reviewed by ${row.reviewed_by}` } : null, row.reason], ' · '));
    dom.keyed(node.tiles, tiles(table, row), (tile) => tile.id, () => {
      const value = dom.make('b', 'hero'), title = dom.words('two');
      return Object.assign(dom.make('div', 'desk-tile', value, title), { value, title_: title });
    }, (tile, one) => { dom.text(tile.value, one.value); tile.title_.set(one.title); dom.attr(tile, 'data-look', one.look); });
    steps(node.history, table, row);
  }
  function steps(box, table, row) {
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40 || box.dataset.of !== row.id;
    const lines = desk.road(table, row, history.key === `${table}/${row.id}` ? history.entries : null);
    const linked = (row.linked ?? []).map((id) => ['clues', 'incidents'].find((name) => hub.table(name).has(id)) ?? null)
      .map((name, i) => { const id = row.linked[i]; return { id: `l${id}`, cls: 'is-link', title: { zh: `已关联 ${id}`, en: `linked ${id}` }, why: name ? desk.title(name, hub.table(name).get(id)) : null, who: null, go: name ? { table: name, id } : null }; });
    const operation = hub.table('operations').get(row.operation);
    if (operation) linked.push({ id: 'op', cls: 'is-link', title: { zh: `集群作战 ${operation.number}`, en: `operation ${operation.number}` }, why: operation.title, who: desk.state('operations', operation.state), at: hub.ms(operation.at) });
    const alike = (desk.ended(table, row.state) ? [] : desk.alike(table, row)).map((one) => ({ id: `d${one.key}`, cls: 'is-alike', title: { zh: `可能重复：${one.id}`, en: `possibly the same: ${one.id}` }, why: desk.title(one.table, one.row), who: why(one), at: one.at, go: one }));
    const clock = desk.clock(row), awaited = desk.awaited(table, row.state);
    const now = awaited.zh ? [{ id: 'now', cls: `is-now is-${clock.look}`, at: clock.look === 'none' ? 0 : clock.due, title: { zh: `等待${awaited.zh}`, en: `waiting: ${awaited.en}` }, why: clock.look === 'none' ? null : desk.left(clock), who: desk.holder(row.to ?? row.owner ?? 'hub') }] : [];
    dom.keyed(box, [...lines, ...linked, ...alike, ...now], (item) => item.id, line, fillLine);
    if (atEnd) box.scrollTop = box.scrollHeight;
    box.dataset.of = row.id;
  }

  // What ended while it was open stays to be looked at, with its end.
  let gone = '';
  async function past(table, id) {
    try {
      if ((await desk.over(id, [table])).length) draw();
    } catch (error) {
      console.warn(`desk: ${table} ${id} could not be asked for`, error);
      setTimeout(() => { gone = ''; }, 3000);
    }
  }
  function draw() {
    const box = document.getElementById('desk-open');
    if (!box) return;
    const row = desk.row(), { table, id } = desk.open ?? {};
    if (row) { load(table, row); gone = ''; } else if (desk.open && gone !== `${table}/${id}`) { gone = `${table}/${id}`; past(table, id); }
    const items = row ? [{ key: `${table}/${id}`, table, row }] : [{ key: 'none' }];
    dom.keyed(box, items, (item) => item.key, (item) => (item.row ? make() : dom.words('empty')), (node, item) => (item.row ? fill(node, item) : node.set(desk.open
      ? { zh: `${id} 已办结或不在`, en: `${id} is closed, or not there` } : { zh: '用 ↑↓ 选择，回车打开', en: 'Choose with ↑↓, open with Enter' })));
    hub.emit('desk-item');
  }
  hub.panel({ id: 'desk-open', tables: ['clues', 'incidents', 'operations', 'models'], every_s: 1, draw });
  for (const event of ['desk-open', 'road', 'acting']) hub.on(event, () => { if (desk.here()) draw(); });
})();
