// The task list: a draft that is typed like a table; once it is issued the same table shows how far each task is.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, desk = hub.desk, draft = desk.draft;
  const GRID = 'desk-list-grid', SPARE = 2;
  const list = desk.list = {};
  let wired = null, dirty = true, drawnAt = 0;
  list.bad = new Map();                // line → what is missing in it

  const two = (text) => (!text ? '' : hub.lang === 'both' && text.zh !== text.en ? `${text.zh}\n${text.en}` : hub.lang === 'en' ? text.en : text.zh);
  const one = (zh, en) => (hub.lang === 'en' ? en : zh);
  const km = (m) => (m < 950 ? `${Math.round(m / 10) * 10} m` : `${(m / 1000).toFixed(1)} km`);

  // --- the operation of what is open
  list.operation = () => {
    const row = desk.row();
    if (!desk.open) return null;
    const known = row?.operation && hub.table('operations').get(row.operation);
    if (known) return known;
    const began = draft.operation;
    if (began && began.table === desk.open.table && began.id === desk.open.id) return hub.table('operations').get(began.operation) ?? null;
    const field = desk.open.table === 'clues' ? 'clue' : 'incident';
    return [...hub.table('operations').values()].filter((op) => op[field] === desk.open.id).sort((a, b) => hub.ms(b.started_at) - hub.ms(a.started_at))[0] ?? null;
  };
  const tasks = (operation) => {
    if (!operation) return [];
    const place = new Map((operation.tasks ?? []).map((id, i) => [id, i]));
    return [...hub.table('tasks').values()].filter((task) => task.operation === operation.id)
      .sort((a, b) => (place.get(a.id) ?? 999) - (place.get(b.id) ?? 999) || hub.ms(a.issued_at) - hub.ms(b.issued_at) || (a.id < b.id ? -1 : 1));
  };
  const writable = () => { const operation = list.operation(); return desk.row() && (!operation || operation.state === 'running') && !desk.allowed('operations', 'list.issue', operation ?? { state: 'running' }); };

  const HEADS = { n: ['', ''], title: ['任务', 'Task'], group: ['组别', 'Group'], who: ['承办', 'Assignee'], due: ['时限', 'Due'], said: ['推荐 / 状态', 'Proposed / state'], age: ['更新', 'Age'] };
  const functions = window.dashAgGridFunctions = window.dashAgGridFunctions ?? {};
  functions.hubDeskHead = ({ colDef }) => two({ zh: HEADS[colDef.field][0], en: HEADS[colDef.field][1] });
  hub.on('lang', () => desk.api(GRID)?.refreshHeader());

  // --- rows
  const dueOf = (task) => (['issued', 'delivered', 'seen'].includes(task.state) && task.accept_by ? task.accept_by : task.due_at);
  function issued(task, n) {
    const ended = desk.ended('tasks', task.state), clock = ended ? { look: 'none' } : desk.clock(task, hub.ms(dueOf(task)), hub.ms(task.issued_at));
    const state = desk.state('tasks', task.state), share = task.progress != null && !ended ? ` ${Math.round(task.progress * 100)}%` : '';
    const awaited = desk.awaited('tasks', task.state), left = clock.look === 'none' ? null : desk.left(clock);
    const why = task.cause ?? task.result;
    const second = ended ? (why ? one(why.zh, why.en) : '') : left ? one(`${awaited.zh}${left.zh}`, `${awaited.en} ${left.en}`) : '';
    return { id: task.id, n, draft: false, task: true, title: two(task.title), group: two(task.group), who: two(task.assignee), due: day(hub.ms(task.due_at)),
      said: `${hub.lang === 'both' ? `${state.zh} ${state.en}` : one(state.zh, state.en)}${share}${second ? `\n${second}` : ''}`, age: hub.span(hub.age(hub.at('tasks', task))), look: clock.look, bad: task.state === 'refused' || task.state === 'expired', ended };
  }
  const day = (ms) => (!Number.isFinite(ms) ? '' : hub.day(ms).en.slice(0, 10) === hub.day(hub.now()).en.slice(0, 10) ? desk.hm(ms) : `${desk.hm(ms)}\n${hub.day(ms).en.slice(5, 10)}`);
  const blank = (line) => !line.title && !line.who && !line.due && !line.group;
  function drafted(line, n, invites) {
    const at = desk.when(line.due), choice = line.choice, taken = choice && line.who?.id === choice.id;
    const proposed = choice?.there ? `${taken ? '✓ ' : ''}${choice.call_sign}\n${one('已在该警情上', 'on this call already')}` : choice ? `${taken ? '✓ ' : ''}${choice.call_sign} · ${Math.max(1, Math.round(choice.eta_s / 60))} ${one('分钟', 'min')}\n${km(choice.distance_m)} · ${choice.look === 'stale' ? one('位置已旧 ', 'old position, ') : one('位置 ', 'position ')}${hub.span(choice.age_s)}${one(' 前', ' ago')}` : line.short ? two(line.short) : '';
    return { id: line.id, n: invites || !blank(line) ? n : '', draft: true, blank: blank(line), title: invites ? one('＋ 键入任务', '+ type a task') : two(line.title), group: two(line.group), who: two(line.who?.text), due: line.due ? `${desk.hm(at)}${/^\+/.test(line.due) ? `\n${line.due}` : ''}` : '',
      said: list.bad.get(line.id) ? two(list.bad.get(line.id)) : proposed, age: '', look: '', bad: list.bad.has(line.id), ended: false };
  }

  // What has not changed keeps its record, so that the table leaves it alone: nothing moves under somebody who types.
  let drawn = new Map();
  const same = (row, editing) => {
    const held = drawn.get(row.id), said = JSON.stringify(row);
    if (held && (held.said === said || editing.has(row.id))) return held.row;
    drawn.set(row.id, { said, row });
    return row;
  };
  const idAt = (api, cell) => (cell ? api.getDisplayedRowAtIndex(cell.rowIndex)?.data?.id : null);
  const inTable = () => Boolean(document.activeElement?.closest('#desk-list-grid'));
  // There is always an empty line to go on with, and one more for those who type fast.
  function spare() {
    const added = [];
    while (draft.held.lines.length < SPARE || draft.held.lines.slice(-SPARE).some((line) => !blank(line))) {
      added.push(draft.line());
      draft.held.lines.push(added.at(-1));
    }
    return added;
  }
  // What was typed into a cell is in the list before the next cell opens: the table tells of it only later.
  functions.hubDeskSet = ({ api, data, colDef, newValue }) => {
    const line = draft.held.lines.find((each) => each.id === data.id);
    if (!line || typeof newValue !== 'object' || !newValue) return false;
    line[colDef.field] = newValue.raw;
    data[colDef.field] = two(newValue.raw?.text ?? newValue.raw) || String(newValue.raw ?? '');
    delete line.from;
    list.bad.delete(line.id);
    draft.changed();
    const rows = spare().map((each) => same(drafted(each, '', false), new Set()));
    if (rows.length) api.applyTransaction({ add: rows });
    return true;
  };
  function draw(all) {
    const api = desk.api(GRID);
    if (!api) return;
    if (api !== wired) wire(api);
    head();
    dirty = false;
    drawnAt = performance.now();
    // what has been issued is no draft any more, even where the answer never came
    const begun = draft.held.lines.filter((line) => hub.table('tasks').has(line.id));
    if (begun.length) { draft.held.lines = draft.held.lines.filter((line) => !begun.includes(line)); draft.changed(); }
    const done = tasks(list.operation()), rows = done.map((task, i) => issued(task, i + 1));
    if (writable()) {
      spare();
      const first = draft.held.lines.findIndex(blank);
      rows.push(...draft.held.lines.map((line, i) => drafted(line, done.length + i + 1, i === first)));
    }
    const editing = new Set(api.getEditingCells().map((cell) => idAt(api, cell)));
    if (!all && inTable()) editing.add(idAt(api, api.getFocusedCell()));   // its editor may be about to open
    list.rows = rows.map((row) => same(row, editing));
    const alive = new Set(rows.map((row) => row.id));
    for (const id of drawn.keys()) if (!alive.has(id)) drawn.delete(id);
    api.setGridOption('rowData', list.rows);
    list.foot();
  }
  Object.assign(list, { draw, two, tasks, writable, dueOf, blank, focused });
  function wire(api) {
    wired = api;
    api.addEventListener('cellValueChanged', () => draw());
    api.addEventListener('cellEditingStopped', () => { dirty = true; });
    // A cell of the draft is open as soon as one is in it: an input method needs a place to write into.
    api.addEventListener('cellFocused', (event) => {
      list.foot();
      const column = event.column?.getColDef?.(), row = event.rowIndex == null ? null : api.getDisplayedRowAtIndex(event.rowIndex);
      if (!row?.data?.draft || !column?.editable || api.getEditingCells().length) return;
      setTimeout(() => {
        const cell = api.getFocusedCell();
        if (!api.isDestroyed?.() && cell?.rowIndex === event.rowIndex && cell.column === event.column && !api.getEditingCells().length && document.activeElement?.closest('#desk-list-grid')) api.startEditingCell({ rowIndex: event.rowIndex, colKey: event.column });
      });
    });
    api.addEventListener('cellKeyDown', (event) => {
      const { key } = event.event, line = draft.held.lines.find((each) => each.id === event.data?.id);
      if (!line) return;
      if (key === 'Delete' && event.event.ctrlKey) { api.stopEditing(true); remove(line.id); }
      if (key === ' ' && event.colDef?.field === 'said' && line.choice) { list.take([line]); event.event.preventDefault(); }
    });
  }
  function remove(id) {
    draft.held.lines = draft.held.lines.filter((line) => line.id !== id);
    draft.changed();
    draw();
  }
  list.focus = (first) => {
    draw();
    const api = desk.api(GRID), index = first ? (list.rows ?? []).findIndex((row) => row.draft) : api?.getFocusedCell()?.rowIndex ?? 0;
    if (!api || index < 0) { document.getElementById('desk-list')?.focus(); return; }
    api.ensureIndexVisible(index);
    api.setFocusedCell(index, 'title');
  };
  function focused() {
    const api = desk.api(GRID), cell = api?.getFocusedCell();
    return cell ? api.getDisplayedRowAtIndex(cell.rowIndex)?.data ?? null : null;
  }

  list.goto = (id) => {
    const api = desk.api(GRID), node = api?.getRowNode(id);
    if (node) { api.ensureNodeVisible(node); api.setFocusedCell(node.rowIndex, 'title'); }
  };

  // --- head: which operation, how many, what has been saved; the template
  function head() {
    const box = document.getElementById('desk-list-head'), side = document.getElementById('desk-list-side');
    if (!box) return;
    const operation = list.operation(), done = tasks(operation);
    dom.keyed(box, ['head'], (each) => each, () => {
      const title = dom.words('two desk-title'), facts = dom.words('desk-facts'), select = dom.make('select', 'desk-input');
      select.setAttribute('aria-label', '清单模板 Template');
      select.tabIndex = -1;
      select.addEventListener('change', () => { if (select.value) draft.use(select.value); list.focus(true); });
      return Object.assign(dom.make('div', 'desk-list-title', dom.make('div', 'texts', title, facts), select), { title_: title, facts, select });
    }, (node) => {
      node.title_.set(operation ? { zh: `${operation.title.zh} ${operation.number}`, en: `${operation.title.en} ${operation.number}` } : { zh: '尚无集群作战', en: 'No operation yet' });
      const count = draft.filled().length, late = done.filter((task) => !desk.ended('tasks', task.state) && hub.ms(dueOf(task)) < hub.now()).length, over = done.filter((task) => task.state === 'done').length;
      const state = operation ? desk.state('operations', operation.state) : null, groups = new Set([...done, ...draft.filled()].map((each) => each.group?.zh).filter(Boolean)).size;
      const zh = [state?.zh, groups ? `${groups} 个警种组` : '', done.length ? `${over}/${done.length} 已完成` : '', late ? `${late} 项超时` : '', count ? `草稿 ${count} 项` : '', operation ? '' : '按 O 发起后下发；可先写清单'];
      const en = [state?.en, groups ? `${groups} groups` : '', done.length ? `${over} of ${done.length} done` : '', late ? `${late} late` : '', count ? `${count} in draft` : '', operation ? '' : 'O starts one; write the list before or after'];
      node.facts.set({ zh: zh.filter(Boolean).join(' · '), en: en.filter(Boolean).join(' · ') });
      dom.show(node.select, Boolean(writable()));
      const key = `${hub.lang}${desk.templates.length}${draft.held.template}`;
      if (node.select.dataset.key !== key) {
        node.select.dataset.key = key;
        node.select.replaceChildren(new Option(hub.text({ zh: '模板…', en: 'Template…' }), ''), ...desk.templates.map((each) => new Option(hub.text(each.title), each.key)));
        node.select.value = draft.held.template ?? '';
      }
    });
    if (side) dom.keyed(side, ['saved'], (each) => each, () => dom.words('desk-saved'), (node) => { node.set(draft.said()); dom.cls(node, 'more', Boolean(draft.fault)); });
  }

  hub.on('rows', ({ table }) => { if (table === 'tasks' || table === 'operations' || table === 'clues') dirty = true; });
  hub.on('told', () => { if (dirty && desk.here() && performance.now() - drawnAt > 200) draw(); });
  hub.on('desk-open', () => { if (desk.here()) { list.bad = new Map(); list.cover = null; list.short([]); desk.shut(document.getElementById('desk-list-act')); draft.show(desk.open); draw(); } });
  hub.on('acting', () => { if (desk.here() && desk.open) draft.show(desk.open); dirty = true; });
  for (const event of ['desk-draft', 'road', 'lang', 'spec']) hub.on(event, () => { if (desk.here()) draw(true); });
  hub.on('desk-saved', () => { if (desk.here()) head(); });
  hub.on('tick', () => {
    if (!desk.here()) { wired = null; return; }
    if (dirty || performance.now() - drawnAt > 1000) draw();
  });
})();
