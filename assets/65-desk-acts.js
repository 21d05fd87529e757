// What may be done with the open item, each by a key of its own; what each command asks for. Whether it may be given now
// is the hub's rule; here is only which fields it has.
(() => {
  'use strict';
  const hub = window.hub, desk = hub.desk;
  const L = {
    words: { zh: '说明', en: 'Words' }, reason: { zh: '事由', en: 'Reason' }, due: { zh: '时限', en: 'Due' }, cause: { zh: '原因', en: 'Cause' }, to: { zh: '移交至', en: 'To' },
    grade: { zh: '等级', en: 'Grade' }, into: { zh: '并入', en: 'Into' }, link: { zh: '关联到', en: 'To' }, title: { zh: '名称', en: 'Title' }, centres: { zh: '参战中心', en: 'Centres' },
    template: { zh: '清单模板', en: 'Template' }, units: { zh: '单元', en: 'Unit' }, results: { zh: '结果计数', en: 'Counted results' }, place: { zh: '地点', en: 'Place' },
  };
  const choose = { zh: '请选择', en: 'Choose' };
  const list = (of) => Object.entries(hub.road?.[of] ?? {});
  const minutes = (seconds) => `+${Math.round(seconds / 60)}m`;
  const words = (value = '') => ({ name: 'words', kind: 'words', label: L.words, value });
  const due = (target) => ({ name: 'due', kind: 'due', label: L.due, value: minutes(hub.road.targets[target]) });
  const said = (given) => (given ? { words: given } : {});
  const at = (text) => (text ? { due_at: desk.stamp(desk.when(text)) } : {});
  const noTime = (text) => text && !Number.isFinite(desk.when(text)) && { wrong: { zh: '时限看不懂：请写 15:30 或 +45m', en: 'the time is not understood: write 15:30 or +45m' }, field: 'due' };
  const missing = (field, zh, en) => ({ wrong: { zh, en }, field });
  const others = (table) => (find) => desk.items().filter((item) => item.id !== desk.open?.id && (!table || item.table === table))
    .map((item) => ({ id: item.id, text: desk.title(item.table, item.row), note: item.id, alike: 0 }))
    .sort((a, b) => alike(b.id) - alike(a.id)).filter((one) => !find || one.id.toLowerCase().includes(find) || one.text?.zh.includes(find) || one.text?.en.toLowerCase().includes(find));
  const alike = (id) => { const row = desk.row(); return row && desk.alike(desk.open.table, row).some((one) => one.id === id) ? 1 : 0; };
  const firstAlike = (table) => {
    const row = desk.row(), one = row && desk.alike(desk.open.table, row).find((each) => !table || each.table === table);
    return one ? { id: one.id, text: desk.title(one.table, one.row) } : null;
  };
  const plain = (extra = []) => ({ fields: () => [...extra, words()], data: (given) => said(given.words) });

  // command → {fields(row), data(given, row) or {wrong, field}}
  const FORMS = {
    'clue.triage': { fields: (row) => [{ name: 'priority', kind: 'priority', label: L.grade, value: row.priority }, words()], data: (given) => ({ priority: given.priority, ...said(given.words) }) },
    'clue.transfer': {
      fields: () => [{ name: 'to', kind: 'select', label: L.to, options: list('centres'), none: choose }, { ...words(), label: L.reason }, due('sign')],
      data: (given) => (given.to ? noTime(given.due) || { to: given.to, ...said(given.words), ...at(given.due) } : missing('to', '请选择中心', 'choose a centre')),
    },
    'clue.recall': plain(), 'clue.chase': plain(), 'incident.chase': plain(), 'clue.sign': plain(),
    'incident.reopen': plain(),
    'clue.return': { fields: () => [{ name: 'cause', kind: 'select', label: L.cause, options: list('returns'), none: choose }, words()],
      data: (given) => (given.cause ? { cause: given.cause, ...said(given.words) } : missing('cause', '请选择原因', 'choose a cause')) },
    'clue.merge': { fields: () => [{ name: 'into', kind: 'pick', label: L.into, source: others('clues'), value: firstAlike('clues') }],
      data: (given) => (given.into ? { into: given.into.id ?? given.into.text.zh } : missing('into', '请选择要并入的线索', 'choose the clue to merge into')) },
    'clue.link': { fields: () => [{ name: 'to', kind: 'pick', label: L.link, source: others(), value: firstAlike() }],
      data: (given) => (given.to ? { to: given.to.id ?? given.to.text.zh } : missing('to', '请选择线索或警情', 'choose a clue or a call')) },
    'clue.feedback': { fields: () => [{ name: 'results', kind: 'tallies', label: L.results, rows: hub.counted?.office ?? [] }, words()], data: (given) => ({ results: given.results, ...said(given.words) }) },
    'clue.close': close(), 'incident.close': close(),
    'incident.divert': { fields: () => [{ name: 'to', kind: 'text', label: { zh: '分流至', en: 'To' }, value: '12345 政务热线' }, { ...words(), label: L.reason, focus: true }, due('diverted_sign')],
      data: (given) => (given.to ? noTime(given.due) || { to: given.to === '12345 政务热线' ? { zh: given.to, en: '12345 hotline' } : given.to, ...said(given.words), ...at(given.due) } : missing('to', '请填写去向', 'say to whom')) },
    'operation.join': { fields: (row) => [{ name: 'operation', kind: 'pick', label: { zh: '并入', en: 'Into' }, source: running, shown: (one) => `${one.note} ${hub.text(one.text)}`, value: meant(row) }],
      data: (given, row) => (given.operation?.id ? { type: 'operation.join', data: { id: given.operation.id, clue: row.id } } : missing('operation', '请选择进行中的作战', 'choose an operation that runs')) },
    'operation.start': {
      fields: (row) => {
        const likely = desk.likely(desk.open.table, row), joins = [row.origin, row.owner, row.to].filter((name) => hub.centreTitle(name));
        return [{ name: 'title', kind: 'text', label: L.title, value: (likely?.lines.length ? likely.operation : desk.title(desk.open.table, row))?.zh ?? '' },
          { name: 'centres', kind: 'many', label: L.centres, options: list('centres'), value: [...new Set(joins)] },
          { name: 'template', kind: 'select', label: L.template, value: likely?.key, options: desk.templates.map((one) => [one.key, { zh: `${one.title.zh}（${one.lines?.length ?? 0} 项）`, en: `${one.title.en} (${one.lines?.length ?? 0})` }]) }];
      },
    },
  };
  // A clue joins an operation that runs: the one of its call, or the one that is typed.
  const running = (find) => [...hub.table('operations').values()].filter((one) => hub.machine('operations').moves.some((move) => move.command === 'operation.join' && move.before.includes(one.state)))
    .map((one) => ({ id: one.id, text: one.title, note: one.number, at: hub.ms(one.started_at) })).sort((a, b) => b.at - a.at)
    .filter((one) => !find || `${one.id} ${one.note} ${one.text.zh} ${one.text.en}`.toLowerCase().includes(find));
  const meant = (row) => running('').find((one) => one.id === hub.table('incidents').get(row.incident)?.operation) ?? null;
  function close() {
    return { fields: () => [{ name: 'cause', kind: 'select', label: L.cause, options: list('closings'), none: choose }, words()],
      data: (given) => (given.cause ? { cause: given.cause, ...said(given.words) } : missing('cause', '请选择办结原因', 'choose why it is closed')) };
  }

  const ACTS = {
    clues: [['g', 'clue.triage'], ['t', 'clue.transfer'], ['o', 'operation.start'], ['j', 'operation.join'], ['m', 'clue.merge'], ['l', 'clue.link'], ['c', 'clue.chase'], ['r', 'clue.recall'], ['x', 'clue.close'],
      ['s', 'clue.sign', true], ['b', 'clue.return', true], ['f', 'clue.feedback', true]],
    incidents: [['u', 'incident.dispatch'], ['d', 'incident.divert'], ['o', 'operation.start'], ['c', 'incident.chase'], ['r', 'incident.reopen'], ['x', 'incident.close']],
  };
  const TITLES = { 'clue.triage': ['研判', 'Triage'], 'incident.divert': ['分流 12345', 'Divert 12345'], 'operation.start': ['发起作战', 'Operation'], 'operation.join': ['并入作战', 'Join'], 'clue.recall': ['撤回', 'Recall'] };
  const title = (table, command) => {
    const own = TITLES[command];
    return own ? { zh: own[0], en: own[1] } : hub.machine(table)?.moves.find((move) => move.command === command)?.title ?? { zh: command, en: command };
  };
  // The step that is next on the road is the blue one.
  const NEXT = { reported: 'clue.triage', triaged: 'clue.transfer', returned: 'clue.transfer', transferred: 'clue.chase', signed: 'operation.start', feedback: 'clue.close', open: 'incident.dispatch', dispatched: 'operation.start', on_scene: 'operation.start', diverted: 'incident.chase' };

  function open(command) {
    const { table, id } = desk.open, row = desk.row(), box = document.getElementById('desk-act'), form = FORMS[command];
    if (command === 'operation.start') return start(box, table, row);
    if (command === 'incident.dispatch') return dispatch(box, row);
    const seen = look(row);
    desk.form(box, {
      id: `${table}.${id}`, command, title: title(table, command), fields: form.fields(row), refused: seen.again,
      build: (given) => { const data = form.data(given, row); return data.wrong || data.type ? data : { type: command, data: { id, ...data }, rev: seen.rev }; },
    });
  }
  // The revision a person has seen: that of the moment the form opened, or of the refusal that told of a newer one.
  function look(row) {
    const seen = { rev: row.rev, again() { seen.rev = desk.row()?.id === row.id ? desk.row().rev : seen.rev; } };
    return seen;
  }
  // Who is proposed stands in the form, ticked; anybody else is typed. To leave a proposal out wants a reason.
  const PROPOSAL_MS = 4000;
  async function dispatch(box, row) {
    let told = null;
    try {
      const answer = await fetch(`/api/v1/recommendation?${new URLSearchParams({ incident: row.id })}`, { signal: AbortSignal.timeout(PROPOSAL_MS) });
      if (answer.ok) told = await answer.json();
    } catch (error) {
      console.warn('desk: no proposal', error);
    }
    if (desk.row()?.id !== row.id) return;
    const choices = told?.choices ?? [], ids = choices.map((one) => one.id), seen = look(desk.row()), key = crypto.randomUUID();
    const far = (one) => `${one.call_sign} · ${(one.distance_m / 1000).toFixed(1)} km · ${Math.max(1, Math.round(one.eta_s / 60))}`;
    const chosen = (given) => [...new Set([...given.units ?? [], ...(given.unit ? [given.unit.id ?? given.unit.text.zh] : [])])];
    const taken = (given) => chosen(given).length === ids.length && ids.every((id) => chosen(given).includes(id));
    const none = told && !choices.length ? { zh: '派警（推荐：已派足）', en: 'Dispatch (proposed: enough are sent)' } : title('incidents', 'incident.dispatch');
    desk.form(box, {
      id: `incidents.${row.id}`, command: 'incident.dispatch', title: none, refused: seen.again,
      fields: [...(ids.length ? [{ name: 'units', kind: 'many', label: { zh: '推荐力量', en: 'Proposed' }, value: ids, options: choices.map((one) => [one.id, { zh: `${far(one)} 分`, en: `${far(one)} min` }]) }] : []),
        { name: 'unit', kind: 'pick', label: ids.length ? { zh: '另派', en: 'Another' } : L.units, source: (find) => desk.assignees(find).filter((one) => one.table !== 'centres') }, words()],
      build(given) {
        const units = chosen(given);
        if (!units.length) return missing(ids.length ? 'units' : 'unit', '请选择单元', 'choose a unit');
        if (ids.length && !taken(given) && !given.words) return missing('words', '未采纳推荐，请说明理由（留档）', 'say why the proposal is not taken (recorded)');
        return { type: 'incident.dispatch', data: { id: row.id, units, ...(ids.length ? { proposal: told.id } : {}), ...said(given.words) }, rev: seen.rev };
      },
      async done(given) {
        if (!ids.length) return;
        const answer = await desk.give('recommendation.answer', { id: told.id, subject: row.id, accepted: taken(given), chosen: chosen(given), ...said(given.words) }, { key });
        if (!answer.ok) desk.told(box, { zh: `推荐答复未记录：${answer.reason.zh}`, en: `the answer to the proposal was not recorded: ${answer.reason.en}` }, 'is-refused');
      },
    });
  }
  function start(box, table, row) {
    const number = desk.number();
    const subject = { table, id: row.id };
    desk.form(box, {
      id: `${table}.${row.id}`, command: 'operation.start', title: title(table, 'operation.start'), fields: [...FORMS['operation.start'].fields(row), { name: 'number', kind: 'hidden', value: number }],
      build(given) {
        if (!given.title) return missing('title', '请填写名称', 'give it a title');
        const likely = desk.templates.find((one) => one.operation.zh === given.title);
        return { type: 'operation.start', data: { id: `O-${given.number}`, words: likely?.operation ?? given.title, centres: given.centres, [table === 'clues' ? 'clue' : 'incident']: row.id } };
      },
      done(given) { desk.draft.begin(subject, given.template, `O-${given.number}`); },
    });
  }

  // Places that have a name on this page: of cameras and of what has happened.
  const places = (find) => {
    const found = new Map();
    for (const [table, name] of [['cameras', 'name'], ['incidents', 'place'], ['clues', 'place']]) {
      for (const row of hub.table(table).values()) {
        const text = row[name];
        if (text && row.position && !found.has(text.zh)) found.set(text.zh, { id: `${table}/${row.id}`, text, position: row.position });
      }
    }
    return [...found.values()].filter((one) => !find || one.text.zh.includes(find) || one.text.en.toLowerCase().includes(find));
  };
  const placed = (given) => {
    if (!given) return {};
    const known = given.id && places('').find((one) => one.id === given.id);
    return known ? { place: known.text, position: { lon: known.position.lon, lat: known.position.lat, frame: 'WGS84' } } : { place: given.text.zh };
  };
  // A clue nobody else reports: from a visit, a letter, a colleague.
  desk.report = () => {
    const box = document.getElementById('desk-act'), number = desk.number();
    const why = desk.allowed('clues', 'clue.report', { state: '' });
    if (why) { desk.told(box, why, 'is-refused'); return; }
    desk.form(box, {
      id: 'new', command: 'clue.report', title: { zh: '新建线索', en: 'Report a clue' }, fields: [{ name: 'title', kind: 'text', label: L.title }, { name: 'priority', kind: 'priority', label: L.grade, value: 3 },
        { name: 'place', kind: 'pick', label: L.place, source: places, shown: (one) => hub.text(one.text) }, { name: 'number', kind: 'hidden', value: number }],
      build: (given) => (given.title ? { type: 'clue.report', data: { id: `K-${given.number}`, words: given.title, priority: given.priority, ...placed(given.place) } } : missing('title', '请填写标题', 'give it a title')),
      done(given) { desk.select('clues', `K-${given.number}`); },
    });
  };

  const acts = () => {
    const row = desk.row(), table = desk.open?.table;
    if (!row) return [];
    return ACTS[table].filter(([, command, side]) => !side || !desk.allowed(table, command, row)).map(([key, command]) => ({ id: command, key, shown: key.toUpperCase(), title: title(table, command), first: NEXT[row.state] === command && !(command === 'operation.start' && row.operation),
      allowed: () => desk.allowed(table, command, desk.row()), run: () => open(command) }));
  };
  function draw() {
    const box = document.getElementById('desk-act');
    if (!box || !desk.here()) return;
    if (box.dataset.of !== `${desk.open?.table}/${desk.open?.id}`) { desk.shut(box); box.querySelector('.desk-told')?.remove(); box.dataset.of = `${desk.open?.table}/${desk.open?.id}`; }
    box.refresh = draw;
    desk.buttons(box, acts());
  }
  hub.on('desk-item', draw);
})();
