// The strip of centres at the foot, and the same state on the start page's doors: headline, age, look.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;

  const order = () => {
    const declared = (hub.spec?.centres ?? []).map((centre) => centre.name);
    const place = (id) => (declared.indexOf(id) + 1) || 999;
    return [...hub.table('centres').values()].sort((a, b) => place(a.id) - place(b.id) || (a.id < b.id ? -1 : 1));
  };

  const cell = () => {
    const name = dom.words('name two'), title = dom.words('detail'), value = dom.make('b', 'hero'), age = dom.ageNode();
    const node = dom.make('a', 'cell', name, value, title, age);
    node.dataset.tile = '';
    return Object.assign(node, { name_: name, title_: title, value, age });
  };
  function fill(node, row) {
    const at = hub.ms(row.last_at), gone = !Number.isFinite(at);
    const look = hub.worse(row.state ?? 'fresh', hub.look(at, row.expected_s));
    const figure = row.headline;
    const quiet = look === 'stale' || look === 'lost';
    node.name_.set(row.title);
    dom.attr(node, 'data-look', look);
    dom.attr(node, 'href', `/centre/${row.id}`);
    dom.cls(node, 'is-late', figure?.late);
    const said = figure && look !== 'lost' ? hub.figure(figure) : { value: '—' };
    dom.text(node.value, said.unit ? `${said.value} ${hub.lang === 'en' ? said.unit.en : said.unit.zh}` : said.value);
    node.title_.set(quiet
      ? (gone ? { zh: '尚无数据', en: 'no data yet' } : { zh: `自 ${hub.clock(at)} 无数据`, en: hub.lang === 'en' ? `no data since ${hub.clock(at)}` : 'no data' })
      : row.ahead_s ? { zh: `时钟超前 ${Math.round(row.ahead_s)} s`, en: `clock ${Math.round(row.ahead_s)} s ahead` }
        : figure?.title ?? '');
    dom.cls(node, 'is-ahead', row.ahead_s);
    node.age.set(gone ? NaN : at, look);
  }

  hub.panel({
    id: 'strip-list', tables: ['centres'], every_s: 0.5,
    draw(root) { dom.keyed(root, order(), (row) => row.id, cell, fill); },
  });

  // What the wall is showing now, in one line.
  function standing() {
    const count = (table, is) => [...hub.table(table).values()].filter(is).length;
    const calls = count('incidents', (row) => row.state !== 'closed' && row.state !== 'diverted');
    const alarms = count('alarms', (row) => row.state === 'raised'), running = count('operations', (row) => row.state === 'running');
    return {
      zh: `在办警情 ${calls} · 未确认告警 ${alarms} · 集群作战 ${running} · 警力 ${hub.table('units').size} · 无人机 ${hub.table('drones').size}`,
      en: `${calls} open incidents · ${alarms} alarms · ${running} operations · ${hub.table('units').size} units · ${hub.table('drones').size} drones`,
    };
  }

  hub.panel({
    id: 'doors', tables: ['centres', 'incidents', 'alarms', 'operations'], every_s: 0.5,
    draw(root) {
      const wall = root.querySelector('[data-wall]');
      if (wall) dom.keyed(wall, ['now'], (key) => key, () => dom.words('now'), (node) => node.set(standing()));
      for (const box of root.querySelectorAll('[data-door]')) {
        const row = hub.table('centres').get(box.dataset.door);
        dom.keyed(box, row ? [row] : [], (item) => item.id, () => {
          const node = cell();
          const plain = dom.make('div', 'cell in-door', ...node.childNodes);
          return Object.assign(plain, { name_: node.name_, title_: node.title_, value: node.value, age: node.age });
        }, fill);
      }
    },
  });
})();
