// Numbers: the clue road's six steps and the key figures of the hub or of one centre.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;

  hub.panel({
    id: 'road-steps', tables: ['lanes', 'health'],
    draw(root) {
      const steps = [...hub.table('lanes').values()].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
      dom.keyed(root, steps, (step) => step.id, () => {
        const count = dom.make('b', 'hero'), name = dom.words('two step-name'), late = dom.words(), soon = dom.words();
        const over = dom.make('span', 'late clock-node', dom.make('i', 'clock-shape'), late), near = dom.make('span', 'soon clock-node', dom.make('i', 'clock-shape'), soon);
        over.dataset.clock = 'late';
        near.dataset.clock = 'warn';
        return Object.assign(dom.make('div', 'step', dom.make('div', 'value', count, dom.make('span', 'notes', over, near)), name), { count, name_: name, late, soon, over, near });
      }, (node, step) => {
        dom.text(node.count, hub.number(step.count));
        node.name_.set(step.title);
        dom.show(node.over, step.late > 0);
        node.late.set({ zh: `${step.late} 超时`, en: `${step.late} late` });
        dom.show(node.near, step.warn > 0);
        node.soon.set({ zh: `${step.warn} 将超时`, en: `${step.warn} soon` });
        dom.cls(node, 'none', step.count === 0);
      });
      const box = document.getElementById('road-side');
      const year = hub.table('health').get('hub')?.operations_year;
      if (box) {
        const chased = steps.reduce((sum, step) => sum + (step.chased ?? 0), 0), items = [];
        if (chased) items.push({ id: 'chased', zh: `督办中 ${chased}`, en: `${chased} chased` });
        if (year != null) items.push({ id: 'year', zh: `本年作战 ${year}`, en: `operations this year ${year}` });
        dom.keyed(box, items, (item) => item.id, (item) => dom.words(item.id === 'chased' ? 'more' : ''), (node, item) => node.set(item));
      }
    },
  });

  hub.panel({
    id: 'figures-list', tables: ['figures'],
    draw(root) {
      const owner = root.dataset.centre ?? 'hub';
      const mine = [...hub.table('figures').values()].filter((row) => row.centre === owner);
      dom.keyed(root, mine, (row) => row.id, () => {
        const value = dom.make('b', 'hero'), unit = dom.words('unit'), target = dom.make('span', 'target'), name = dom.words('two figure-name');
        const node = dom.make('div', 'figure', dom.make('div', 'value', value, unit), dom.make('div', 'said', name, target));
        return Object.assign(node, { value, unit, target, name_: name });
      }, (node, row) => {
        const { value, unit, target } = hub.figure(row);
        dom.text(node.value, value);
        dom.show(node.unit, unit != null);
        if (unit) node.unit.set(unit);
        dom.text(node.target, target);
        node.name_.set(row.title);
        dom.cls(node, 'is-late', row.late);
        dom.cls(node, 'none', row.value == null);
      });
    },
  });
})();
