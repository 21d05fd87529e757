// My tasks and my calls: the list, and one of them with what can be done about it now. What that is, the hub's rules say.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, field = hub.field;
  const POINTS = [['北', 'N'], ['东北', 'NE'], ['东', 'E'], ['东南', 'SE'], ['南', 'S'], ['西南', 'SW'], ['西', 'W'], ['西北', 'NW']];
  const HOPS_MOST = 8;
  const UNSENT = { zh: '尚未发送', en: 'not sent yet' };

  const distance = (metres) => (metres < 950 ? `${Math.max(10, Math.round(metres / 10) * 10)} m` : `${(metres / 1000).toFixed(metres < 9950 ? 1 : 0)} km`);
  const titleOf = (table, state) => hub.machine(table)?.states[state] ?? { zh: state, en: state };
  const two = (text) => (text == null ? { zh: '', en: '' } : text);

  // Where to: an arrow (north is up), how far, which way.
  const wayNode = () => {
    const arrow = dom.make('i', 'f-arrow'), far = dom.make('b'), point = dom.words();
    arrow.append('↑');
    return Object.assign(dom.make('span', 'f-way', arrow, far, point), { arrow, far, point });
  };
  function fillWay(node, row) {
    const to = field.place(row), way = field.way(to);
    dom.show(node.arrow, Boolean(way));
    dom.show(node.far, Boolean(way));
    if (!way) { node.point.set(to ? { zh: '本单元位置未知', en: 'own position not known' } : { zh: '未标注地点', en: 'no place given' }); return; }
    node.arrow.style.transform = `rotate(${Math.round(way.degrees)}deg)`;
    dom.text(node.far, distance(way.metres));
    const [zh, en] = POINTS[Math.round(way.degrees / 45) % 8];
    node.point.set({ zh, en });
  }
  // Accepting has a clock of its own until it is accepted; a card says which clock it shows.
  const accepting = (row) => row.accept_by && hub.moves('tasks', row.state, 'unit').some((move) => move.command === 'task.accept');
  const nothing = () => hub.clockOf(null, null);
  const clockOf = (row) => {
    if (row.over) return nothing();
    if (row.state === row.told && row.clock) return hub.rowClock(row);
    return hub.clockOf(row.issued_at, accepting(row) ? row.accept_by : row.due_at);   // as it will stand once it is sent
  };
  const clockName = (row) => hub.moveTitle('tasks', accepting(row) ? 'task.accept' : 'task.finish');
  const about = (row) => {
    const operation = row.operation ? hub.table('operations').get(row.operation) : null;
    return operation ? { zh: `${operation.number} ${operation.title.zh}`, en: `${operation.number} ${operation.title.en}` } : two(row.group);
  };

  // --- cards
  function card(item) {
    const state = dom.words('f-state'), unsent = dom.words('f-unsent'), what = dom.words(), left = hub.clockNode(), title = dom.words('f-title'), line = dom.words('f-line');
    const mark = dom.mark(), way = wayNode(), clock = dom.make('span', 'f-clock', what, left);
    const node = dom.make('a', 'f-card', dom.make('div', 'f-card-top', mark, state, unsent, clock), title, dom.make('div', 'f-card-foot', way, line));
    unsent.set(UNSENT);
    return Object.assign(node, { mark, state, unsent, clock, what, left, title_: title, line, way, href: item.href });
  }
  function fillCard(node, { table, row, title, line, clock }) {
    dom.show(node.mark, row.priority != null);
    node.mark.set(row.priority);
    node.state.set(titleOf(table, row.state));
    dom.show(node.unsent, row.waiting.length > 0);
    dom.show(node.clock, clock.look !== 'none');
    node.left.set(clock);
    if (table === 'tasks') node.what.set(clockName(row));
    dom.attr(node, 'data-due', clock.look);
    dom.attr(node, 'data-state', row.state);
    dom.cls(node, 'is-over', row.over);
    node.title_.set(title);
    node.line.set(line);
    fillWay(node.way, row);
  }
  const empty = (words) => ({ id: 'empty', empty: words });
  const list = (root, items) => dom.keyed(root, items, (item) => item.id,
    (item) => (item.empty ? dom.words('empty') : card(item)), (node, item) => (item.empty ? node.set(item.empty) : fillCard(node, item)));

  const callTitle = (row) => row.title ?? hub.kind(row.kind);
  hub.view('tasks', {
    draw(root) {
      const items = field.tasks().map((row) => ({ id: row.id, href: `#task/${encodeURIComponent(row.id)}`, table: 'tasks', row, title: row.title, line: about(row), clock: clockOf(row) }));
      list(root, items.length ? items : [empty({ zh: '目前没有派给本单元的任务', en: 'No task for this unit now' })]);
    },
  });
  hub.view('calls', {
    draw(root) {
      const items = field.calls().map((row) => ({ id: row.id, href: `#call/${encodeURIComponent(row.id)}`, table: 'incidents', row, title: callTitle(row), line: two(row.place), clock: nothing() }));
      list(root, items.length ? items : [empty({ zh: '目前没有派给本单元的警情', en: 'No call for this unit now' })]);
    },
  });

  // --- one of them
  function detail(back) {
    const goBack = dom.make('a', 'f-back', '‹', dom.words());
    goBack.href = `#${back.hash}`;
    goBack.lastChild.set(back.text);
    const mark = dom.mark(), state = dom.words('f-state'), unsent = dom.words('f-unsent'), title = dom.words('f-head two-lines');
    const clocks = dom.make('div', 'f-clocks'), way = wayNode(), map = dom.make('a', 'f-map', dom.words()), facts = dom.make('dl', 'f-facts'), road = dom.make('ol', 'f-road');
    unsent.set(UNSENT);
    map.lastChild.set({ zh: '用地图打开', en: 'Open in maps' });
    way.classList.add('is-large');
    const node = dom.make('article', 'f-detail', goBack, dom.make('div', 'f-card-top', mark, state, unsent), title, clocks,
      dom.make('div', 'f-place', way, map), facts, road);
    return Object.assign(node, { mark, state, unsent, title_: title, clocks, way, map, facts, road });
  }
  function fillDetail(node, table, row, title, clocks, facts) {
    dom.show(node.mark, row.priority != null);
    node.mark.set(row.priority);
    node.state.set(titleOf(table, row.state));
    dom.attr(node.state, 'data-state', row.state);
    dom.show(node.unsent, row.waiting.length > 0);
    node.title_.set(title);
    dom.keyed(node.clocks, clocks.filter((one) => one.clock.look !== 'none'), (one) => one.id, (one) => {
      const name = dom.words('f-clock-name'), left = hub.clockNode('f-clock-left');
      name.set(one.name);
      return Object.assign(dom.make('div', 'f-clock-box', name, left), { left });
    }, (box, one) => { box.left.set(one.clock); dom.attr(box, 'data-due', one.clock.look); });
    fillWay(node.way, row);
    const to = field.place(row);
    dom.show(node.map, Boolean(to));
    if (to) dom.attr(node.map, 'href', `geo:${to.lat.toFixed(6)},${to.lon.toFixed(6)}?q=${to.lat.toFixed(6)},${to.lon.toFixed(6)}`);
    dom.keyed(node.facts, facts.filter((one) => one.text && (one.text.zh || one.text.en)), (one) => one.id, (one) => {
      const name = dom.words(), text = dom.words();
      name.set(one.name);
      return Object.assign(dom.make('div', 'f-fact', dom.make('dt', '', name), dom.make('dd', '', text)), { text });
    }, (box, one) => box.text.set(one.text));
    hops(node.road, table, row);
  }
  function hops(root, table, row) {
    const moves = hub.machine(table)?.moves ?? [];
    const done = (row.hops ?? []).slice(-HOPS_MOST).map((hop, i) => ({ id: `${hop.at}-${hop.verb}-${i}`, at: hub.ms(hop.at), name: moves.find((move) => move.verb === hop.verb)?.title ?? { zh: hop.verb, en: hop.verb }, reason: hop.reason }));
    const waiting = row.waiting.map((one) => ({ id: `n${one.n}`, at: one.at, name: one.title, unsent: true, reason: one.data.words ?? null }));
    dom.keyed(root, [...waiting.reverse(), ...done.reverse()], (hop) => hop.id, () => {
      const time = dom.make('time'), name = dom.words(), reason = dom.words('f-reason'), unsent = dom.words('f-unsent');
      unsent.set(UNSENT);
      return Object.assign(dom.make('li', '', time, name, unsent, reason), { time, name, reason, unsent });
    }, (node, hop) => {
      dom.text(node.time, hub.clock(hop.at).slice(0, 5));
      node.name.set(hop.name);
      dom.show(node.unsent, Boolean(hop.unsent));
      dom.show(node.reason, Boolean(hop.reason));
      if (hop.reason) node.reason.set(typeof hop.reason === 'string' ? { zh: hop.reason, en: hop.reason } : hop.reason);
    });
  }

  const results = (row) => (row.results?.length
    ? { zh: row.results.map((one) => `${one.title.zh} ${one.value}${one.unit?.zh ?? ''}`).join('，'), en: row.results.map((one) => `${one.title.en} ${one.value} ${one.unit?.en ?? ''}`.trim()).join(', ') } : null);
  const gone = (root, bar, back) => {
    dom.keyed(bar, [], String);
    dom.keyed(root, ['gone'], String, () => dom.make('div', '', hub.button('', { zh: '‹ 返回', en: '‹ Back' }, () => hub.go(back)), dom.words('empty')),
      (node) => node.lastChild.set({ zh: '已不在本单元名下', en: 'No longer with this unit' }));
  };
  hub.view('task', {
    draw(root, bar, id) {
      const row = field.tasks().find((one) => one.id === id);
      if (!row) { gone(root, bar, 'tasks'); return; }
      field.seen(row);
      const by = hub.clock(hub.ms(row.due_at)).slice(0, 5), due = row.over ? nothing() : hub.clockOf(row.issued_at, row.due_at);
      const clocks = [
        { id: 'accept', name: { zh: '接受时限', en: 'Accept' }, clock: !row.over && accepting(row) ? clockOf(row) : nothing() },
        { id: 'due', name: { zh: `完成时限 ${by}`, en: `Finish by ${by}` }, clock: due },
      ];
      const facts = [
        { id: 'about', name: { zh: '所属行动', en: 'Operation' }, text: about(row) },
        { id: 'progress', name: { zh: '进度', en: 'Progress' }, text: row.progress == null ? null : { zh: `${Math.round(row.progress * 100)}%`, en: `${Math.round(row.progress * 100)}%` } },
        { id: 'cause', name: { zh: '原因', en: 'Cause' }, text: row.cause },
        { id: 'result', name: { zh: '结果', en: 'Result' }, text: row.result },
        { id: 'results', name: { zh: '成果', en: 'Counted' }, text: results(row) },
      ];
      dom.keyed(root, [row.id], String, () => detail({ hash: 'tasks', text: { zh: '任务', en: 'Tasks' } }), (node) => fillDetail(node, 'tasks', row, row.title, clocks, facts));
      hub.fieldActions(bar, 'tasks', row);
    },
  });
  hub.view('call', {
    draw(root, bar, id) {
      const row = field.calls().find((one) => one.id === id);
      if (!row) { gone(root, bar, 'calls'); return; }
      const facts = [
        { id: 'kind', name: { zh: '类别', en: 'Kind' }, text: hub.kind(row.kind) },
        { id: 'place', name: { zh: '地点', en: 'Place' }, text: row.place },
        { id: 'opened', name: { zh: '接报', en: 'Opened' }, text: { zh: hub.clock(hub.ms(row.opened_at)), en: hub.clock(hub.ms(row.opened_at)) } },
        { id: 'units', name: { zh: '同警单元', en: 'Units there' }, text: { zh: String(row.units?.length ?? 0), en: String(row.units?.length ?? 0) } },
        { id: 'to', name: { zh: '分流至', en: 'Diverted to' }, text: row.diverted_to },
      ];
      dom.keyed(root, [row.id], String, () => detail({ hash: 'calls', text: { zh: '警情', en: 'Calls' } }), (node) => fillDetail(node, 'incidents', row, callTitle(row), [], facts));
      hub.fieldActions(bar, 'incidents', row);
    },
  });
})();
