// Issuing the task list in one act, and what may be done afterwards: chase, reassign, cancel, print, end the operation.
(() => {
  'use strict';
  const hub = window.hub, desk = hub.desk, draft = desk.draft, list = desk.list;
  let issuing = false, asked = null;

  // --- issue: the whole list in one act
  function check(lines) {
    const bad = list.bad = new Map();
    for (const line of lines) {
      const at = desk.when(line.due);
      if (!line.title) bad.set(line.id, { zh: '请写任务', en: 'say what is to be done' });
      else if (!line.who && !line.group) bad.set(line.id, { zh: '请定承办', en: 'say who does it' });
      else if (!Number.isFinite(at)) bad.set(line.id, { zh: '时限：15:30 或 +45m', en: 'due: 15:30 or +45m' });
    }
    return bad.size === 0;
  }
  // A quarter of the ground around the place, as a closed ring: what a line for a sector covers.
  const SECTOR_M = 800, POINTS = { north: 0, east: 90, south: 180, west: 270 };
  function sector(name) {
    const at = desk.row()?.position ?? list.operation()?.position;
    if (!at || POINTS[name] === undefined) return null;
    const metre = 180 / Math.PI / 6371008.8, rim = [-45, -22.5, 0, 22.5, 45].map((turn) => {
      const a = (POINTS[name] + turn) / 180 * Math.PI;
      return { lon: at.lon + SECTOR_M * Math.sin(a) * metre / Math.cos(at.lat / 180 * Math.PI), lat: at.lat + SECTOR_M * Math.cos(a) * metre, frame: at.frame };
    });
    const centre = { lon: at.lon, lat: at.lat, frame: at.frame };
    return [centre, ...rim, centre];
  }
  const covers = (line) => { const area = line.sector && sector(line.sector); return area ? { area } : {}; };
  const entry = (line) => ({ ...covers(line), id: line.id, words: line.title, assignee: line.who?.text ?? line.group, due_at: desk.stamp(desk.when(line.due)),
    ...(line.who?.id ? { assignee_id: line.who.id } : {}), ...(line.group ? { group: line.group } : {}), ...(line.proposal && line.choice && line.who?.id === line.choice.id ? { proposal: line.proposal } : {}) });
  list.issue = async (why) => {
    const api = desk.api('desk-list-grid'), box = document.getElementById('desk-list-act');
    api?.stopEditing();
    await new Promise((done) => { setTimeout(done); });             // the table says what was typed after it has stopped
    const operation = list.operation(), lines = draft.filled();
    const no = allowIssue();
    if (no || issuing) { if (no) desk.told(box, no, 'is-refused'); return; }
    if (!check(lines)) {
      const count = list.bad.size;
      list.draw(true);
      list.goto([...list.bad.keys()][0]);
      desk.told(box, { zh: `${count} 行未写全`, en: `${count} ${count > 1 ? 'lines are' : 'line is'} not complete` }, 'is-refused');
      return;
    }
    if (list.untaken().length && !why) { override(); return; }
    issuing = true;
    const subject = draft.of, tasks_ = lines.map(entry), proposals = answers(lines);
    // the same list that got no answer goes out again as it was, under its number; another list is another request
    const of = JSON.stringify([operation.id, lines]);
    if (asked?.of !== of) asked = { of, key: crypto.randomUUID(), data: { id: operation.id, tasks: tasks_ } };
    desk.told(box, { zh: `已发送 ${lines.length} 项 ${hub.clock(hub.now())}`, en: `${lines.length} sent` }, 'is-sent');
    const told = await desk.give('list.issue', asked.data, { key: asked.key });
    issuing = false;
    if (!told.ok) {
      if (!told.lost) asked = null;
      desk.told(box, told.reason, 'is-refused');
      return;
    }
    asked = null;
    if (draft.of === subject) {
      draft.held = { lines: [], template: null, proposals: [], at: draft.held.at };
      draft.changed();
    }
    desk.told(box, { zh: `已下发 ${lines.length} 项`, en: `${lines.length} tasks issued` });
    list.draw(true);
    for (const [id, answer] of proposals) {
      const said = await desk.give('recommendation.answer', { id, subject: subject.id, ...answer, ...(why ? { words: why } : {}) }, { key: `${id}-${tasks_[0].id}` });
      if (!said.ok) desk.told(box, { zh: `推荐答复未记录：${said.reason.zh}`, en: `the answer to the proposal was not recorded: ${said.reason.en}` }, 'is-refused');
    }
  };
  function answers(lines) {
    const out = new Map();
    for (const line of lines) {
      if (!line.proposal) continue;
      const held = out.get(line.proposal) ?? { accepted: true, chosen: [] };
      held.accepted &&= line.who?.id === line.choice.id;
      if (line.who?.id) held.chosen = [...new Set([...held.chosen, line.who.id])];
      out.set(line.proposal, held);
    }
    return out;
  }
  function override() {
    const count = list.untaken().length;
    desk.form(document.getElementById('desk-list-act'), {
      id: `override.${draft.of?.id}`, command: 'recommendation.answer', title: { zh: `未采纳 ${count} 项推荐`, en: `${count} proposals not taken` }, send: { zh: '下发', en: 'Issue' },
      fields: [{ name: 'words', kind: 'words', label: { zh: '理由（留档）', en: 'Why (recorded)' } }],
      build: ({ words }) => (words ? { here: () => list.issue(words) } : { wrong: { zh: '请说明理由', en: 'say why' }, field: 'words' }),
    });
  }

  // --- acts on the list, on the operation and on the task under the cursor
  function allowIssue() {
    const operation = list.operation();
    if (!desk.row()) return { zh: '先打开一件事项', en: 'open an item first' };
    if (!operation) return { zh: '先发起作战 (O)', en: 'start an operation first (O)' };
    return desk.allowed('operations', 'list.issue', operation) ?? (draft.filled().length ? null : { zh: '清单为空', en: 'the list is empty' });
  }
  const taskForm = (command, title, fields, data) => {
    const held = list.focused(), task = hub.table('tasks').get(held?.id);
    desk.form(document.getElementById('desk-list-act'), { id: task.id, command, title: { zh: `${title.zh} ${task.title.zh}`, en: `${title.en}: ${task.title.en}` }, fields,
      build: (given) => { const made = data(given, task); return made.wrong ? made : { type: command, data: { id: task.id, ...made }, rev: task.rev }; } });
  };
  const words = { name: 'words', kind: 'words', label: { zh: '说明', en: 'Words' } };
  const said = (given) => (given ? { words: given } : {});
  const RUN = {
    'task.chase': () => taskForm('task.chase', { zh: '督办', en: 'Chase' }, [words], (given) => said(given.words)),
    'task.cancel': () => taskForm('task.cancel', { zh: '取消', en: 'Cancel' }, [words], (given) => said(given.words)),
    'task.reassign': () => taskForm('task.reassign', { zh: '改派', en: 'Reassign' }, [
      { name: 'who', kind: 'pick', label: { zh: '承办', en: 'Assignee' }, source: desk.assignees, shown: (option) => option.text.zh },
      { name: 'due', kind: 'due', label: { zh: '时限', en: 'Due' }, value: '+45m' }, { ...words, label: { zh: '事由', en: 'Reason' } }, { name: 'id', kind: 'hidden', value: `T-${desk.number(8)}` }],
    (given, task) => (!given.who ? { wrong: { zh: '请选择承办', en: 'choose who does it' }, field: 'who' } : !Number.isFinite(desk.when(given.due)) ? { wrong: { zh: '时限：15:30 或 +45m', en: 'due: 15:30 or +45m' }, field: 'due' }
      : { ...said(given.words), task: { id: given.id, words: task.title, assignee: given.who.text, due_at: desk.stamp(desk.when(given.due)), ...(given.who.id ? { assignee_id: given.who.id } : {}), ...(task.group ? { group: task.group } : {}) } })),
  };
  function end() {
    const operation = list.operation(), sums = new Map();
    for (const task of list.tasks(operation)) for (const tally of task.results ?? []) sums.set(tally.title.zh, { ...tally, value: (sums.get(tally.title.zh)?.value ?? 0) + tally.value });
    for (const tally of operation.results ?? []) if (!sums.has(tally.title.zh)) sums.set(tally.title.zh, tally);
    for (const tally of hub.counted?.office ?? []) if (!sums.has(tally.title.zh)) sums.set(tally.title.zh, tally);
    const left = list.tasks(operation).filter((task) => !desk.ended('tasks', task.state)).length;
    desk.form(document.getElementById('desk-list-act'), {
      id: operation.id, command: 'operation.close', title: { zh: `结束作战 ${operation.number}${left ? `（${left} 项未完成将过期）` : ''}`, en: `End operation ${operation.number}${left ? ` (${left} open tasks expire)` : ''}` }, send: { zh: '结束', en: 'End' },
      fields: [{ name: 'results', kind: 'tallies', label: { zh: '结果计数（回流线索）', en: 'Counted results (flow back to the clue)' }, rows: [...sums.values()] }, words],
      build: (given) => ({ type: 'operation.close', data: { id: operation.id, results: given.results, ...said(given.words) }, rev: operation.rev }),
    });
  }
  const onTask = (key, command, zh, en) => ({ id: command, key, shown: key.toUpperCase(), title: { zh, en }, allowed: () => desk.allowed('tasks', command, hub.table('tasks').get(list.focused()?.id)), run: RUN[command] });
  list.print = () => { const operation = list.operation(); if (operation) window.open(`/api/v1/paper/task_list?operation=${encodeURIComponent(operation.id)}`, '_blank', 'noopener'); };
  function acts() {
    const operation = list.operation(), count = draft.filled().length, none = () => (operation ? null : { zh: '尚无作战', en: 'no operation yet' });
    const out = list.focused()?.task ? [onTask('c', 'task.chase', '督办', 'Chase'), onTask('a', 'task.reassign', '改派', 'Reassign'), onTask('x', 'task.cancel', '取消', 'Cancel')] : [];
    out.push({ id: 'print', key: 'p', shown: 'P', title: { zh: '打印', en: 'Print' }, allowed: none, run: list.print });
    const some = list.untaken().length;
    out.push({ id: 'recommend', key: 'e', shown: 'E', title: some ? { zh: `采纳 ${some} 项推荐`, en: `Take ${some}` } : { zh: '推荐', en: 'Propose' }, allowed: () => (desk.row() ? (list.writable() ? null : { zh: '不能再下发', en: 'nothing more to issue' }) : { zh: '先打开一件事项', en: 'open an item first' }),
      run: () => { if (list.untaken().length) list.take(list.untaken()); else list.propose(); } });
    if (operation && operation.state === 'running') out.push({ id: 'operation.close', key: 'f', shown: 'F', title: { zh: '结束作战', en: 'End' }, allowed: () => desk.allowed('operations', 'operation.close', operation), run: end });
    if (count || !list.focused()?.task) out.push({ id: 'list.issue', key: 'ctrl-enter', shown: 'Ctrl ⏎', first: true, title: { zh: count ? `下发 ${count} 项` : '下发', en: count ? `Issue ${count}` : 'Issue' }, allowed: allowIssue, run: () => list.issue() });
    return out;
  }
  list.foot = () => {
    const box = document.getElementById('desk-list-act');
    if (box) { box.refresh = list.foot; desk.buttons(box, acts()); }
  };
})();
