// Clues on their road: who holds each, in which step, until when. Shown where no operation needs the room.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const ROW_REM = 3.5;

  const holder = (name) => (name === 'hub' ? { zh: '指挥中心', en: 'hub' } : hub.centreTitle(name) ?? { zh: name, en: name });
  const isLate = (row) => hub.rowClock(row).look === 'late';
  function words(row) {
    const from = holder(row.owner), to = row.to && row.to !== row.owner ? holder(row.to) : null;
    const road = (lang) => (to ? `${from[lang]} → ${to[lang]}` : from[lang]);
    return { zh: `${row.title.zh} · ${road('zh')}`, en: `${row.title.en} · ${road('en')}` };
  }
  function make() {
    const mark = dom.mark(), title = dom.words('two'), state = dom.words('state'), chased = dom.words('chased-tag'), clock = hub.clockNode(), age = dom.ageNode();
    return Object.assign(dom.make('div', 'row', mark, title, chased, state, clock, age), { mark, title_: title, state_: state, chased, clock, age });
  }
  function fill(node, row) {
    const chased = hub.chaseWords(row);
    node.mark.set(row.priority);
    node.title_.set(words(row));
    node.state_.set(hub.label('clue_state', row.state));
    dom.show(node.chased, chased != null);
    if (chased) node.chased.set(chased);
    node.clock.set(hub.rowClock(row));
    node.age.set(hub.ms(row.reported_at));
  }

  hub.panel({
    id: 'clues-list', tables: ['clues'],
    draw(root) {
      if (!root.clientHeight) return;
      const open = [...hub.table('clues').values()].filter((row) => row.state !== 'closed' && row.state !== 'feedback')
        .sort((a, b) => Boolean(isLate(b)) - Boolean(isLate(a)) || a.priority - b.priority || hub.ms(b.reported_at) - hub.ms(a.reported_at) || (a.id < b.id ? -1 : 1));
      const shown = open.slice(0, dom.fit(root, ROW_REM));
      dom.keyed(root, shown.length ? shown : [{ id: 'empty' }], (row) => row.id,
        (row) => (row.id === 'empty' ? dom.words('empty') : make()),
        (node, row) => (row.id === 'empty' ? node.set({ zh: '无在办线索', en: 'No open clue' }) : fill(node, row)));
      const more = open.length - shown.length, box = document.getElementById('clues-side');
      const items = [{ id: 'count', cls: '', zh: `${open.length} 条在办`, en: `${open.length} open` }];
      if (more > 0) items.unshift({ id: 'more', cls: 'more', zh: `另有 ${more} 条`, en: `+${more} more` });
      if (box) dom.keyed(box, items, (item) => item.id, (item) => dom.words(item.cls), (node, item) => node.set(item));
    },
  });
})();
