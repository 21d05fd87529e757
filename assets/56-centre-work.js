// A centre's side of the road: what was transferred to it, what it works on, its tasks, diverted calls. What may be done
// with each now comes from the rules; the forms are in 57-centre-forms.js.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const SHARES = [0.25, 0.5, 0.75, 1];
  const FORMS = new Set(['clue.return', 'clue.feedback', 'task.refuse', 'task.finish', 'incident.sign', 'incident.close']);
  const FIRST = new Set(['clue.sign', 'clue.feedback', 'task.accept', 'task.execute', 'task.finish', 'incident.sign', 'incident.close']);
  const GROUPS = [
    { id: 'sign', table: 'clues', title: { zh: '移交待签收', en: 'To sign for' }, commands: ['clue.return', 'clue.sign'], none: { zh: '无待签收的移交', en: 'Nothing to sign for' } },
    { id: 'tasks', table: 'tasks', title: { zh: '本中心任务', en: 'Tasks' }, commands: ['task.refuse', 'task.accept', 'task.execute', 'task.finish'], none: { zh: '无在办任务', en: 'No open task' } },
    { id: 'own', table: 'clues', title: { zh: '在办线索', en: 'Clues in hand' }, commands: ['clue.feedback'], none: { zh: '无在办线索', en: 'No clue in hand' } },
    { id: 'diverted', table: 'incidents', title: { zh: '分流警情', en: 'Diverted calls' }, commands: ['incident.sign', 'incident.close'], none: null },
  ];
  const here = () => document.getElementById('centre')?.dataset.centre;
  const ends = (table, state) => Boolean(hub.machine(table)?.ends.includes(state));
  const all = (table) => [...hub.table(table).values()];
  const soonest = (a, b) => (hub.ms(a.due_at) || Infinity) - (hub.ms(b.due_at) || Infinity) || (a.id < b.id ? -1 : 1);

  function rowsOf(group, centre) {
    if (group === 'sign') return all('clues').filter((row) => row.state === 'transferred' && row.to === centre);
    if (group === 'own') return all('clues').filter((row) => row.owner === centre && hub.machine('clues')?.moves.some((move) => move.command === 'clue.feedback' && move.before.includes(row.state)));
    if (group === 'diverted') return all('incidents').filter((row) => row.state === 'diverted' && (row.owner === 'hub' || row.owner === centre));
    const ours = (row) => row.assignee_id === centre || (!row.assignee_id && hub.table('operations').get(row.operation)?.centres?.includes(centre));
    return all('tasks').filter((row) => !ends('tasks', row.state) && ours(row));
  }
  // Only this centre's lead acts for it; whoever acts for no centre is judged by the role alone.
  function why(command, row, centre) {
    if (hub.acting?.centre && hub.acting.centre !== centre) return { zh: '由本中心负责人办理', en: 'this centre’s lead does this' };
    return hub.why(command, row.state);
  }
  const name = (place) => (place === 'hub' ? { zh: '指挥中心', en: 'hub' } : hub.centreTitle(place) ?? { zh: place, en: place });
  function line(group, row) {
    const hop = row.hops?.at(-1), parts = { zh: [], en: [] };
    const add = (text) => { if (text) { parts.zh.push(text.zh); parts.en.push(text.en); } };
    if (group === 'tasks') {
      const operation = hub.table('operations').get(row.operation);
      if (operation) add({ zh: `${operation.number} ${operation.title.zh}`, en: `${operation.number} ${operation.title.en}` });
      if (row.progress != null) add({ zh: `进度 ${Math.round(row.progress * 100)}%`, en: `${Math.round(row.progress * 100)}% done` });
    } else {
      add(group === 'diverted' ? row.place ?? hub.kind(row.kind) : name(hop?.sender === row.owner ? row.origin : hop?.sender ?? row.origin));
      add(row.reason);
    }
    return { zh: parts.zh.join(' · '), en: parts.en.join(' · ') };
  }
  // --- a row and its buttons
  function make(group) {
    const mark = dom.mark(), state = dom.words('w-state'), clock = hub.clockNode('w-clock'), chased = dom.words('chased-tag'), title = dom.words('w-title'), about = dom.words('w-line');
    const share = dom.make('div', 'w-acts w-share'), acts = dom.make('div', 'w-acts'), said = dom.words('w-said'), form = dom.make('div', 'w-form');
    said.setAttribute('role', 'alert');
    said.say = (text) => { said.set(text ?? ''); dom.show(said, Boolean(text)); };
    said.say(null);
    const node = dom.make('article', 'w-item', dom.make('header', '', mark, state, chased, clock), title, about, share, acts, said, form);
    Object.assign(node, { mark, state, chased, clock, title_: title, about, share, acts, said, form, group });
    for (const value of group.id === 'tasks' ? SHARES : []) {
      const button = dom.make('button', 'w-button', `${value * 100}%`);
      button.type = 'button';
      button.dataset.progress = value;
      button.addEventListener('click', () => give(node, 'task.progress', { progress: value }));
      share.append(button);
    }
    for (const command of group.commands) {
      const button = dom.make('button', `w-button${FIRST.has(command) ? ' is-first' : ''}`, dom.words());
      button.type = 'button';
      button.dataset.command = command;
      button.addEventListener('click', () => (FORMS.has(command) ? hub.centreForms.open(node, command) : give(node, command)));
      acts.append(button);
    }
    return node;
  }
  function fill(node, item) {
    const { group, row, centre } = item, clock = hub.rowClock(row), chased = hub.chaseWords(row);
    node.row = row;
    dom.show(node.mark, row.priority != null);
    node.mark.set(row.priority);
    node.state.set(hub.machine(group.table)?.states[row.state] ?? hub.label(`${group.table.slice(0, -1)}_state`, row.state));
    node.clock.set(clock);
    dom.attr(node, 'data-due', clock.look);
    dom.show(node.chased, Boolean(chased));
    if (chased) node.chased.set(chased);
    node.title_.set(row.title ?? hub.kind(row.kind));
    node.about.set(line(group.id, row));
    const busy = node.dataset.sent === String(row.rev);
    for (const button of node.acts.children) {
      const move = hub.machine(group.table)?.moves.find((one) => one.command === button.dataset.command);
      const not = why(button.dataset.command, row, centre);
      const possible = move?.before.includes(row.state);
      dom.show(button, Boolean(possible) && !(button.dataset.command === 'incident.close' && row.owner !== centre) && !(button.dataset.command === 'incident.sign' && row.owner === centre));
      button.firstChild.set(move?.title ?? { zh: '…', en: '…' });
      button.disabled = Boolean(not) || busy;
      if (not) dom.title(button, `${not.zh}\n${not.en}`);
    }
    const progress = group.id === 'tasks' && !why('task.progress', row, centre);
    dom.show(node.share, progress);
    for (const button of node.share.children) {
      const done = Number(button.dataset.progress) <= (row.progress ?? 0);
      dom.cls(button, 'is-done', done);
      button.disabled = done || busy;
    }
  }
  // One command about a row. What the hub says against it stands where the button is.
  async function give(node, command, data = {}) {
    const { row } = node;
    node.dataset.sent = row.rev;       // the buttons rest until the row itself has moved on
    node.said.say({ zh: '已发出', en: 'Sent' });
    hub.centreDraw();
    let heard = null;
    try {
      heard = await hub.give(command, { id: row.id, ...data }, { rev: row.rev, key: keyOf(node, command, data), signal: AbortSignal.timeout(8000) });
    } catch (error) {
      console.warn('centre', error);
    }
    if (heard?.ok) { node.said.say(null); node.key = null; return true; }
    delete node.dataset.sent;
    if (heard && !heard.again) node.key = null;
    node.said.say(heard?.reason ?? { zh: '无应答，请再按一次', en: 'No answer; press again' });
    hub.centreDraw();
    return false;
  }
  // The same press again is the same request: the hub does it once.
  function keyOf(node, command, data) {
    const what = JSON.stringify([command, node.row.id, node.row.rev, data]);
    if (node.key?.what !== what) node.key = { what, key: crypto.randomUUID() };
    return node.key.key;
  }
  hub.centreGive = give;

  // --- the panel
  function draw(root) {
    const centre = here();
    if (!centre) return;
    const items = [];
    for (const group of GROUPS) {
      const rows = rowsOf(group.id, centre).sort(soonest);
      if (!rows.length && !group.none) continue;
      items.push({ id: group.id, head: true, group, count: rows.length });
      if (!rows.length) items.push({ id: `${group.id} none`, none: group.none });
      for (const row of rows) items.push({ id: `${group.id}/${row.id}`, group, row, centre });
    }
    dom.keyed(root, items, (item) => item.id, (item) => (item.head ? head() : item.none ? dom.words('w-none') : make(item.group)), (node, item) => {
      if (item.none) node.set(item.none);
      else if (item.head) { node.words.set(item.group.title); dom.text(node.count, item.count); } else fill(node, item);
    });
    lead(centre);
  }
  const head = () => {
    const words = dom.words(), count = dom.make('b');
    return Object.assign(dom.make('h3', 'w-head', words, count), { words, count });
  };
  // Says whose this is, and offers to act as the lead where nobody of this centre acts.
  function lead(centre) {
    const box = document.getElementById('work-lead'), account = hub.accounts.find((one) => one.role === 'lead' && one.centre === centre);
    if (!box) return;
    const items = hub.acting?.centre === centre || !account ? [] : [account];
    dom.keyed(box, items, (one) => one.id, (one) => {
      const button = dom.make('button', 'w-button', dom.words());
      button.type = 'button';
      button.addEventListener('click', () => hub.actAs(one.id));
      return button;
    }, (node) => node.firstChild.set({ zh: '以本中心负责人办理', en: 'Act as its lead' }));
    hub.centreForms.report(centre, why('clue.report', { state: '' }, centre));
  }
  hub.centreDraw = () => { const root = document.getElementById('work-list'); if (root && hub.centreForms) draw(root); };
  hub.panel({ id: 'work-list', tables: ['clues', 'tasks', 'operations', 'incidents'], draw: () => hub.centreDraw() });
  for (const event of ['acting', 'road']) hub.on(event, () => hub.centreDraw());
})();
