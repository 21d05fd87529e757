// The drone grid: a picture for each aircraft in the air, the rest said in words; the picture itself is hub.camera's.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const DOCKED = 'docked';

  function order() {
    const urgency = (row) => (row.incident ? hub.table('incidents').get(row.incident)?.priority ?? 4 : 5);
    return [...hub.table('drones').values()].sort((a, b) => (a.mode === DOCKED) - (b.mode === DOCKED)
      || urgency(a) - urgency(b) || (a.call_sign < b.call_sign ? -1 : 1));
  }

  function make() {
    const sign = dom.make('b', 'sign'), mode = dom.words('drone-mode'), facts = dom.words('facts'), age = dom.ageNode();
    const mission = dom.words('mission');
    const picture = dom.make('div', 'picture', mission);
    const node = dom.make('figure', 'drone', picture, dom.make('figcaption', '', sign, mode, facts, age));
    node.dataset.tile = '';
    node.drop = () => unmount(node);
    return Object.assign(node, { sign, mode, facts, age, mission, picture, canvas: null });
  }
  function unmount(node) {
    if (!node.canvas) return;
    node.unmount();
    node.canvas.remove();
    node.canvas = null;
  }
  function picture(node, row) {
    const flying = row.mode !== DOCKED;
    dom.cls(node, 'is-docked', !flying);
    dom.show(node.picture, flying);
    if (!flying) unmount(node);
    else if (!node.canvas && hub.camera) {
      node.canvas = dom.make('canvas', 'camera');
      node.picture.prepend(node.canvas);
      node.unmount = hub.camera.mount(node.canvas, row.id);
    }
  }
  function fill(node, row) {
    const at = hub.at('drones', row), expected = hub.spec?.tables?.drones?.expected_s;
    const look = row.mode === DOCKED ? 'fresh' : hub.look(at, expected);
    picture(node, row);
    dom.text(node.sign, row.call_sign);
    node.mode.set(hub.label('drone_mode', row.mode));
    const zh = [], en = [];
    if (row.battery_pct != null) { zh.push(`电量 ${Math.round(row.battery_pct)}%`); en.push(`batt ${Math.round(row.battery_pct)}%`); }
    if (row.mode !== DOCKED && row.home_minutes != null) { zh.push(`返航余 ${Math.round(row.home_minutes)} 分`); en.push(`home ${Math.round(row.home_minutes)} min`); }
    if (row.mode !== DOCKED && row.height_m != null) { zh.push(`${Math.round(row.height_m)} m`); en.push(`${Math.round(row.height_m)} m`); }
    node.facts.set(hub.lang === 'en' ? { zh: '', en: en.join(' · ') } : { zh: zh.join(' · '), en: '' });
    dom.show(node.mission, row.mode !== DOCKED && Boolean(row.mission));
    node.mission.set(row.mission ?? '');
    dom.attr(node, 'data-look', look);
    node.age.set(at, look);
  }

  // A row of docked aircraft only needs a line of words, not the height of a picture.
  function rows(shown, columns) {
    if (!shown.length || shown[0].mode === DOCKED) return '';
    const out = [];
    for (let from = 0; from < shown.length; from += columns) out.push(shown[from].mode === DOCKED ? '3.2rem' : 'minmax(0, 1fr)');
    return out.join(' ');
  }

  hub.panel({
    id: 'drones', tables: ['drones'],
    draw(root) {
      const all = order();
      const style = getComputedStyle(root);
      const slots = Math.max(1, Number(style.getPropertyValue('--slots')) || 3);
      const shown = all.slice(0, slots);
      const wall = root.closest('.wall');
      if (wall) dom.attr(wall, 'data-drones', hub.frames && !all.length ? '0' : null);
      root.style.gridTemplateRows = rows(shown, Number(style.getPropertyValue('--columns')) || 1);
      if (!shown.length) shown.push({ id: 'empty' });
      dom.keyed(root, shown, (row) => row.id, (row) => (row.id === 'empty' ? dom.words('empty') : make()),
        (node, row) => (row.id === 'empty' ? node.set({ zh: '无无人机数据', en: 'No drone reported' }) : fill(node, row)));
      const box = document.getElementById('drones-side');
      const more = all.length - all.slice(0, slots).length;
      if (box) {
        dom.keyed(box, more > 0 ? ['more'] : [], (key) => key, () => dom.words('more'),
          (node) => node.set({ zh: `另有 ${more} 架`, en: `+${more} more` }));
      }
    },
  });
})();
