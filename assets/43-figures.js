// Numbers: the clue road's six steps and the key figures of the hub or of one centre.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;

  hub.panel({
    id: 'road-steps', tables: ['lanes', 'health'],
    draw(root) {
      const steps = [...hub.table('lanes').values()].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
      dom.keyed(root, steps, (step) => step.id, () => {
        const count = dom.make('b', 'hero'), name = dom.words('two step-name'), late = dom.words('late');
        return Object.assign(dom.make('div', 'step', dom.make('div', 'value', count, late), name), { count, name_: name, late });
      }, (node, step) => {
        dom.text(node.count, hub.number(step.count));
        node.name_.set(step.title);
        dom.show(node.late, step.late > 0);
        node.late.set({ zh: `${step.late} 超时`, en: `${step.late} late` });
        dom.cls(node, 'none', step.count === 0);
      });
      const box = document.getElementById('road-side');
      const year = hub.table('health').get('hub')?.operations_year;
      if (box) {
        dom.keyed(box, year == null ? [] : ['year'], (key) => key, () => dom.words(),
          (node) => node.set({ zh: `本年作战 ${year}`, en: `operations this year ${year}` }));
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
