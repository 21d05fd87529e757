// The alarm list: grouped under their roots, most urgent first, age at the right end; silent centres stand among them.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const ROW_REM = 3.5;

  // Standing alarms with how many hang under each; shelved ones are counted, not listed.
  function standing() {
    const rows = [...hub.table('alarms').values()].filter((row) => row.state !== 'cleared');
    const open = rows.filter((row) => row.state !== 'shelved');
    const ids = new Set(open.map((row) => row.id));
    const under = new Map();
    const tops = [];
    for (const row of open) {
      if (row.root && row.root !== row.id && ids.has(row.root)) under.set(row.root, (under.get(row.root) ?? 0) + 1);
      else tops.push(row);
    }
    const list = tops.map((row) => ({
      key: row.id, priority: row.priority, state: row.state, title: row.title, at: hub.ms(row.raised_at),
      grouped: under.get(row.id) ?? 0, silent: row.subject?.[0] === 'centres',
    }));
    return { list: [...list, ...silentCentres(rows)], shelved: rows.length - open.length };
  }

  // The page's own eyes: a centre gone quiet is listed even before, or without, an alarm of the hub's.
  function silentCentres(alarms) {
    const told = new Set(alarms.filter((row) => row.subject?.[0] === 'centres').map((row) => row.subject[1]));
    const out = [];
    for (const row of hub.table('centres').values()) {
      if (told.has(row.id)) continue;
      if (hub.mode === 'replay' && !row.last_at) continue;   // a recording without this centre: nothing went wrong
      const look = hub.worse(row.state, hub.look(hub.ms(row.last_at), row.expected_s));
      if (look !== 'stale' && look !== 'lost') continue;
      const title = { zh: `${row.title.zh} 无数据`, en: `${row.title.en}: no data` };
      out.push({ key: `silent:${row.id}`, priority: 2, state: 'raised', title, at: hub.ms(row.last_at), grouped: 0, silent: true });
    }
    return out;
  }
  const urgent = (a, b) => a.priority - b.priority || (a.state === 'acknowledged') - (b.state === 'acknowledged')
    || b.at - a.at || (a.key < b.key ? -1 : 1);

  const words = (item) => {
    const zh = [item.title.zh], en = [item.title.en];
    if (item.grouped) { zh.push(`归并 ${item.grouped} 条`); en.push(`${item.grouped} grouped`); }
    if (item.state === 'acknowledged') { zh.push('已确认'); en.push('acknowledged'); }
    return { zh: zh.join(' · '), en: en.join(' · ') };
  };

  const make = () => {
    const mark = dom.mark(), name = dom.words('two'), age = dom.ageNode();
    const node = dom.make('div', 'row', mark, name, age);
    return Object.assign(node, { mark, name_: name, age });
  };
  const fill = (node, item) => {
    node.mark.set(item.priority);
    node.name_.set(words(item));
    node.age.set(item.at);
    dom.attr(node, 'data-priority', item.priority);
    dom.attr(node, 'data-state', item.state);
    dom.cls(node, 'is-silent', item.silent);
  };

  hub.panel({
    id: 'alarms-list', tables: ['alarms', 'centres', 'health'],
    draw(root) {
      const { list, shelved } = standing();
      const room = dom.fit(root, ROW_REM);
      const shown = dom.foremost(list, room, urgent);
      dom.keyed(root, shown.length ? shown : [{ key: 'empty' }], (item) => item.key,
        (item) => (item.key === 'empty' ? dom.words('empty') : make()),
        (node, item) => (item.key === 'empty'
          ? node.set(hub.frames ? { zh: '无未解除告警', en: 'No standing alarm' } : { zh: '正在连接', en: 'Connecting' })
          : fill(node, item)));
      side(list.length - shown.length, shelved);
    },
  });

  function side(more, shelved) {
    const box = document.getElementById('alarms-side');
    if (!box) return;
    const rate = hub.table('health').get('hub')?.alarms_per_10min;
    const items = [];
    if (more > 0) items.push({ id: 'more', cls: 'more', zh: `另有 ${more} 条`, en: `+${more} more` });
    if (shelved > 0) items.push({ id: 'shelved', cls: '', zh: `搁置 ${shelved}`, en: `${shelved} shelved` });
    if (rate != null) items.push({ id: 'rate', cls: '', zh: `10 分钟 ${rate} 条`, en: `${rate} per 10 min` });
    dom.keyed(box, items, (item) => item.id, (item) => dom.words(item.cls), (node, item) => node.set(item));
  }
})();
