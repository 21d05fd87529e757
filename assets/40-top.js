// Top bar: mode badge, counts of open incidents by priority, what is wrong with the hub itself, clock.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const OVER = new Set(['closed', 'diverted']);

  const clock = () => {
    const time = document.getElementById('clock-time'), day = document.getElementById('clock-day');
    if (!time || !day) return;
    const now = hub.now();
    dom.text(time, hub.clock(now));
    dom.text(day, `${hub.lang === 'en' ? hub.day(now).en : hub.day(now).zh} ${hub.zone()}`);
  };
  hub.on('tick', clock);

  const badge = () => {
    const node = document.getElementById('mode');
    if (!node) return;
    const mode = hub.mode || hub.spec?.mode || '';
    dom.attr(node, 'data-mode', mode);
    const fast = hub.rate !== 1 && hub.rate > 0 ? ` ×${hub.rate}` : hub.ended ? ' ■' : '';
    dom.text(node, mode ? hub.text(hub.label('mode', mode)) + fast : '…');
    const simulated = document.getElementById('simulated');
    if (simulated) {
      // whoever feeds simulated facts into a live hub is said to do so, beside the word "live"
      dom.show(simulated, mode === 'live' && hub.table('health').get('hub')?.simulated === true);
      dom.text(simulated, hub.text({ zh: '模拟数据', en: 'SIMULATED DATA' }));
    }
    for (const choice of document.querySelectorAll('[data-set-lang]')) {
      dom.attr(choice, 'aria-pressed', choice.dataset.setLang === hub.lang);
    }
  };
  hub.on('tick', badge);

  hub.panel({
    id: 'counts', tables: ['incidents'],
    draw(root) {
      const counts = [0, 0, 0, 0];
      for (const row of hub.table('incidents').values()) if (!OVER.has(row.state)) counts[row.priority - 1] += 1;
      const items = counts.map((count, index) => ({ priority: index + 1, count }));
      dom.keyed(root, items, (item) => item.priority, (item) => {
        const number = dom.make('b');
        const node = dom.make('span', 'tally', dom.mark(item.priority), number);
        node.number = number;
        return node;
      }, (node, item) => {
        dom.text(node.number, item.count);
        dom.cls(node, 'none', item.count === 0);
        dom.title(node, `P${item.priority} 在办警情 ${item.count} open incidents`);
      });
    },
  });

  function faults() {
    const health = hub.table('health').get('hub');
    const out = [];
    if (!health) return out;
    if (health.dead_letters > 0) out.push({ id: 'dead', zh: `拒收 ${health.dead_letters}`, en: `${health.dead_letters} refused` });
    if (health.recording === false) out.push({ id: 'store', zh: '未入库', en: 'Not recording' });
    const log = typeof health.log === 'object' && health.log ? health.log.state : health.log ?? health.log_state;
    if (log && log !== 'ok') out.push({ id: 'log', ...hub.label('log_state', log) });
    return out;
  }
  hub.panel({
    id: 'faults', tables: ['health'],
    draw(root) {
      dom.keyed(root, faults(), (item) => item.id, () => dom.words('fault'), (node, item) => node.set(item));
    },
  });
})();
