// Panels: draw what was touched, once per animation frame; and every tile says by itself when the hub is silent.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const panels = [];
  let scheduled = false;

  // {id, tables, draw(root), every_s}: drawn when one of its tables changed, the language or its size did, or it was mounted.
  hub.panel = (panel) => panels.push({ every_s: 1, drawn: 0, dirty: true, root: null, ...panel });
  const touch = (wanted) => { for (const panel of panels) if (wanted(panel)) panel.dirty = true; };
  const mark = (wanted) => {
    touch(wanted);
    if (!scheduled) { scheduled = true; requestAnimationFrame(() => { scheduled = false; draw(); }); }
  };
  const sizes = new ResizeObserver((entries) => mark((panel) => entries.some((entry) => entry.target === panel.root)));

  function draw() {
    for (const panel of panels) {
      const root = document.getElementById(panel.id);
      if (root !== panel.root) {
        if (panel.root) sizes.unobserve(panel.root);
        panel.root = root;
        panel.dirty = true;
        if (root) sizes.observe(root);
      }
      if (!root || !panel.dirty) continue;
      panel.dirty = false;
      panel.drawn = performance.now();
      try { panel.draw(root); } catch (error) { console.error(`panel ${panel.id}`, error); }
    }
  }
  hub.on('rows', ({ table }) => touch((panel) => panel.tables?.includes(table)));
  hub.on('told', draw);                 // within the animation frame in which the rows were told
  hub.on('snap', () => mark(() => true));
  hub.on('spec', () => mark(() => true));
  hub.on('lang', () => mark(() => true));
  hub.on('tick', () => {
    const now = performance.now();
    mark((panel) => now - panel.drawn > panel.every_s * 1000 || document.getElementById(panel.id) !== panel.root);
  });

  // --- silence: a label in every tile, counted by the page itself
  let said = false;
  const say = () => {
    const silent = hub.isSilent();
    dom.attr(document.documentElement, 'data-link', silent ? 'silent' : 'open');
    if (!silent) {
      if (said) for (const note of document.querySelectorAll('[data-tile] > .silent')) note.remove();
      said = false;
      return;
    }
    said = true;
    const seconds = Math.floor(hub.silent());
    for (const tile of document.querySelectorAll('[data-tile]')) {
      let note = tile.querySelector(':scope > .silent');
      if (!note) {
        tile.append(note = dom.make('div', 'silent'));
        note.append(note.words = dom.words(), note.age = dom.make('span', 'since'));
        note.setAttribute('role', 'status');
        note.words.set({ zh: '中心失联', en: 'Hub silent' });
      }
      dom.text(note.age, `${seconds} s`);
    }
  };
  hub.on('tick', say);
  hub.on('state', say);
})();
