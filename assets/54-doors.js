// The start page's doors: each centre's figures and what is wrong there, so that one sees where to go next.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const MOST = 6;

  const figure = () => {
    const value = dom.make('b', 'hero'), unit = dom.words('unit'), target = dom.make('span', 'target'), name = dom.words('two figure-name');
    const node = dom.make('div', 'figure', dom.make('div', 'value', value, unit, target), name);
    return Object.assign(node, { value, unit, target, name_: name });
  };
  function fill(node, row) {
    const { value, unit, target } = hub.figure(row);
    dom.text(node.value, value);
    dom.show(node.unit, unit != null);
    if (unit) node.unit.set(unit);
    dom.text(node.target, target);
    node.name_.set(row.title);
    dom.cls(node, 'is-late', row.late);
    dom.cls(node, 'none', row.value == null);
  }

  // Alarms of the hub about a centre itself or about one of its tables.
  const about = (alarm, name) => {
    const [table, id] = alarm.subject ?? [];
    return table === 'centres' ? id === name : hub.spec?.tables?.[table]?.owner === name;
  };
  function said(name) {
    const own = [...hub.table('figures').values()].filter((row) => row.centre === name);
    const open = [...hub.table('alarms').values()].filter((row) => row.state !== 'cleared' && about(row, name));
    const raised = open.filter((row) => row.state === 'raised').length, late = own.filter((row) => row.late).length;
    return [
      { id: 'alarms', late: raised > 0, text: open.length
        ? { zh: `大屏告警 ${open.length}（未确认 ${raised}）`, en: `${open.length} on the wall (${raised} unacknowledged)` }
        : { zh: '大屏无告警', en: 'No alarm on the wall' } },
      { id: 'target', late: late > 0, text: late
        ? { zh: `${late} 项指标未达标`, en: `${late} figure${late > 1 ? 's' : ''} off target` }
        : { zh: '指标均达标', en: 'All figures on target' } },
    ];
  }

  hub.panel({
    id: 'index', tables: ['figures', 'alarms', 'centres'], every_s: 1,
    draw(root) {
      const rows = [...hub.table('figures').values()];
      for (const box of root.querySelectorAll('[data-figures]')) {
        const { figures: owner, headline } = box.dataset;
        const own = rows.filter((row) => row.centre === owner && row.id !== `${owner}.${headline}`);
        dom.keyed(box, own.slice(0, MOST), (row) => row.id, figure, fill);
      }
      for (const box of root.querySelectorAll('[data-alarms]')) {
        dom.keyed(box, said(box.dataset.alarms), (item) => item.id, () => dom.words('verdict'), (node, item) => {
          node.set(item.text);
          dom.cls(node, 'late', item.late);
        });
      }
    },
  });
})();
