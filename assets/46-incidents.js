// Open incidents by priority, where the wall has room for a list of them.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const ROW_REM = 3.5, OVER = new Set(['closed', 'diverted']);

  const name = (row) => row.title ?? hub.kind(row.kind);
  function words(row) {
    const place = row.title ? null : row.place;      // a title already says where
    const said = (lang, units) => [name(row)[lang], place?.[lang], units].filter(Boolean).join(' · ');
    const count = row.units?.length ?? 0;
    return { zh: said('zh', count ? `${count} 个单元` : ''), en: said('en', count ? `${count} ${count === 1 ? 'unit' : 'units'}` : '') };
  }
  function make() {
    const mark = dom.mark(), title = dom.words('two'), state = dom.words('state'), age = dom.ageNode();
    return Object.assign(dom.make('div', 'row', mark, title, state, age), { mark, title_: title, state_: state, age });
  }
  function fill(node, row) {
    node.mark.set(row.priority);
    node.title_.set(words(row));
    node.state_.set(hub.label('incident_state', row.state));
    node.age.set(hub.ms(row.opened_at));
  }

  const order = (a, b) => a.priority - b.priority || hub.ms(b.opened_at) - hub.ms(a.opened_at) || (a.id < b.id ? -1 : 1);

  hub.panel({
    id: 'incidents-list', tables: ['incidents'],
    draw(root) {
      const box = document.getElementById('incidents-side');
      if (!root.clientHeight) return;
      const open = [...hub.table('incidents').values()].filter((row) => !OVER.has(row.state));
      const shown = dom.foremost(open, dom.fit(root, ROW_REM), order);
      dom.keyed(root, shown.length ? shown : [{ id: 'empty' }], (row) => row.id,
        (row) => (row.id === 'empty' ? dom.words('empty') : make()),
        (node, row) => (row.id === 'empty' ? node.set({ zh: '无在办警情', en: 'No open incident' }) : fill(node, row)));
      const items = [{ id: 'count', cls: '', zh: `${open.length} 起在办`, en: `${open.length} open` }];
      if (open.length > shown.length) items.unshift({ id: 'more', cls: 'more', zh: `另有 ${open.length - shown.length} 起`, en: `+${open.length - shown.length} more` });
      const late = [...hub.table('incidents').values()].filter((row) => row.state === 'diverted' && hub.rowClock(row).look === 'late').length;
      if (late) items.unshift({ id: 'late', cls: 'late', zh: `分流超时 ${late}`, en: `${late} diverted late` });
      if (box) dom.keyed(box, items, (item) => item.id, (item) => dom.words(item.cls), (node, item) => node.set(item));
    },
  });
})();
