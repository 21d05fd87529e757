// The task board: four lanes of one running operation; several operations take turns, the most urgent first.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const TURN_S = 12, CARD_REM = 4.05, ROOMY_REM = 6.2, BLOCK_REM = 15;
  const LANES = [
    { id: 'issued', states: ['issued', 'delivered', 'seen', 'refused', 'expired'] },
    { id: 'accepted', states: ['accepted'] },
    { id: 'executing', states: ['executing'] },
    { id: 'done', states: ['done', 'cancelled'] },
  ];
  const LANE_OF = new Map(LANES.flatMap((lane) => lane.states.map((state) => [state, lane.id])));
  const ENDED = new Set(['done', 'cancelled']);
  let turn = { id: null, until: 0 };

  const isLate = (task) => hub.rowClock(task).look === 'late';
  const trouble = (task) => task.state === 'refused' || task.state === 'expired';

  function running() {
    const tasks = new Map();
    for (const task of hub.table('tasks').values()) {
      if (!tasks.has(task.operation)) tasks.set(task.operation, []);
      tasks.get(task.operation).push(task);
    }
    return [...hub.table('operations').values()].filter((row) => row.state === 'running').map((row) => {
      const mine = tasks.get(row.id) ?? [];
      const incident = row.incident ? hub.table('incidents').get(row.incident) : null;
      return { row, tasks: mine, late: mine.filter(isLate).length + mine.filter(trouble).length, priority: incident?.priority ?? 4 };
    }).sort((a, b) => a.priority - b.priority || b.late - a.late || hub.ms(b.row.started_at) - hub.ms(a.row.started_at));
  }

  // Stay on the operations shown for their turn, then go on to the next ones in order of urgency.
  function choose(list, room) {
    if (list.length <= room) return list;
    const now = performance.now(), held = list.findIndex((op) => op.row.id === turn.id);
    let from = Math.max(0, held);
    if (held < 0 || now >= turn.until) {
      from = held < 0 ? 0 : (held + room) % list.length;
      turn = { id: list[from].row.id, until: now + TURN_S * 1000 };
    }
    return Array.from({ length: room }, (_, i) => list[(from + i) % list.length]);
  }

  hub.panel({
    id: 'board-list', tables: ['operations', 'tasks', 'incidents'],
    draw(root) {
      const list = running();
      const shown = list.length ? choose(list, dom.fit(root, BLOCK_REM)) : [];
      side(list, shown);
      const wall = root.closest('.wall');
      if (wall) dom.attr(wall, 'data-running', list.length);
      if (!shown.length) return rest(root);
      dom.keyed(root, shown, (op) => op.row.id, makeBlock, fillBlock);
    },
  });
  const order = (a, b) => trouble(b) - trouble(a) || Boolean(isLate(b)) - Boolean(isLate(a))
    || (ENDED.has(a.state) ? hub.ms(b.at) - hub.ms(a.at) : hub.ms(a.clock?.[1] ?? a.at) - hub.ms(b.clock?.[1] ?? b.at)) || (a.id < b.id ? -1 : 1);

  function makeBlock() {
    const name = dom.words('name'), number = dom.make('b', 'number'), facts = dom.words('detail'), age = dom.ageNode();
    const lanes = dom.make('div', 'lanes');
    const node = dom.make('article', 'operation', dom.make('div', 'op', name, number, facts, age), lanes);
    return Object.assign(node, { name_: name, number, facts, age, lanes });
  }
  function fillBlock(node, { row, tasks }) {
    const zh = [`${tasks.length} 项任务`], en = [`${tasks.length} tasks`];
    const count = row.centres?.length ?? 0;
    if (count) { zh.push(`${count} 个中心`); en.push(`${count} centres`); }
    node.name_.set(row.title);
    dom.text(node.number, row.number);
    node.facts.set({ zh: zh.join(' · '), en: en.join(' · ') });
    node.age.set(hub.ms(row.started_at));
    const lanes = LANES.map((lane) => ({ ...lane, tasks: tasks.filter((task) => LANE_OF.get(task.state) === lane.id).sort(order) }));
    dom.keyed(node.lanes, lanes, (lane) => lane.id, makeLane, fillLane);
  }

  function side(list, shown) {
    const box = document.getElementById('board-side');
    if (!box) return;
    const late = list.reduce((sum, item) => sum + item.late, 0);
    const items = [];
    if (late) items.push({ id: 'late', cls: 'late', zh: `超时 ${late}`, en: `${late} late` });
    if (list.length > shown.length) items.push({ id: 'turn', cls: 'more', zh: `另有 ${list.length - shown.length} 个轮播`, en: `+${list.length - shown.length} in turn` });
    items.push({ id: 'count', cls: '', zh: `${list.length} 个进行中`, en: `${list.length} running` });
    dom.keyed(box, items, (item) => item.id, (item) => dom.words(item.cls), (node, item) => node.set(item));
  }

  function makeLane(lane) {
    const name = dom.words(), count = dom.make('b'), more = dom.make('span', 'more'), cards = dom.make('div', 'cards');
    name.set(hub.label('task_state', lane.id));
    const node = dom.make('section', `lane lane-${lane.id}`, dom.make('header', '', name, more, count), cards);
    return Object.assign(node, { name_: name, count, more, cards });
  }
  function fillLane(node, lane) {
    node.name_.set(hub.label('task_state', lane.id));
    dom.text(node.count, lane.tasks.length);
    const room = dom.fit(node.cards, CARD_REM);
    dom.cls(node.cards, 'roomy', dom.fit(node.cards, ROOMY_REM) >= lane.tasks.length);
    const shown = lane.tasks.slice(0, room);
    const hidden = lane.tasks.length - shown.length;
    dom.text(node.more, hidden > 0 ? `+${hidden}` : '');
    dom.title(node.more, hidden > 0 ? `另有 ${hidden} 项 · ${hidden} more` : '');
    dom.keyed(node.cards, shown, (task) => task.id, makeCard, fillCard);
  }
  function makeCard() {
    const name = dom.words('two'), who = dom.words('who'), tag = dom.words('tag'), chased = dom.words('chased-tag'), clock = hub.clockNode(), age = dom.ageNode();
    const node = dom.make('article', 'card', name, dom.make('div', 'foot', who, tag, chased, clock, age));
    return Object.assign(node, { name_: name, who, tag, chased, clock, age });
  }
  function fillCard(node, task) {
    const clock = hub.rowClock(task), late = clock.look === 'late', bad = trouble(task), chased = hub.chaseWords(task);
    node.name_.set(task.title);
    node.who.set(task.assignee);
    dom.cls(node, 'is-late', late);
    dom.cls(node, 'is-warn', clock.look === 'warn');
    dom.cls(node, 'is-bad', bad);
    dom.show(node.tag, bad || task.state === 'cancelled');
    node.tag.set(hub.label('task_state', task.state));
    if (task.cause) dom.title(node.tag, hub.text(task.cause));
    dom.show(node.chased, chased != null);
    if (chased) node.chased.set(chased);
    node.clock.set(clock);
    node.age.set(hub.ms(task.at));
    const done = task.progress != null && !ENDED.has(task.state) ? Math.round(task.progress * 100) : null;
    node.style.setProperty('--progress', done == null ? '0%' : `${done}%`);
  }

  // Nothing is running: say so, and what the last operation brought.
  function rest(root) {
    const last = [...hub.table('operations').values()].filter((row) => row.closed_at)
      .sort((a, b) => hub.ms(b.closed_at) - hub.ms(a.closed_at))[0];
    const items = [{ key: 'none', zh: '无进行中的集群作战', en: 'No running operation' }];
    if (last) {
      const gained = (lang) => (last.results ?? []).map((r) => `${r.title[lang]} ${hub.number(r.value)}${lang === 'en' ? ' ' : ''}${r.unit?.[lang] ?? ''}`).join(' · ');
      items.push({ key: 'last', zh: `最近 ${last.number} ${last.title.zh} ${gained('zh')}`, en: `Last ${last.number} ${last.title.en} ${gained('en')}` });
    }
    dom.keyed(root, items, (item) => item.key, () => dom.words('empty'), (node, item) => node.set(item));
  }
})();
