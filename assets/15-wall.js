// The wall's own furniture: the root size for the wall's geometry, and panels that take turns where there is little room.
(() => {
  'use strict';
  const hub = window.hub;
  const TURN_TICKS = 48;               // 12 s
  let ticks = 0;

  // /theme.css knows the rule; the address only says the geometry (?pitch_mm=0.9&eye_m=6).
  const asked = new URLSearchParams(location.search);
  if (asked.has('pitch_mm') || asked.has('eye_m')) {
    const sheet = document.createElement('link');
    const query = new URLSearchParams();
    for (const key of ['pitch_mm', 'eye_m']) if (asked.has(key)) query.set(key, asked.get(key));
    sheet.rel = 'stylesheet';
    sheet.href = `/theme.css?${query}`;
    document.head.append(sheet);
  }

  hub.on('tick', () => {
    const wall = document.getElementById('wall');
    if (!wall) return;
    const style = getComputedStyle(wall), turns = Number(style.getPropertyValue('--turns')) || 0;
    ticks += 1;
    // a wall without a single drone does not wait a turn in front of an empty panel
    const skipped = wall.dataset.drones === '0' ? style.getPropertyValue('--drones-turn').trim() : '';
    const order = Array.from({ length: turns }, (_, i) => String(i)).filter((i) => i !== skipped);
    const turn = turns ? order[Math.floor(ticks / TURN_TICKS) % order.length] : '';
    if (wall.dataset.turn !== turn) wall.dataset.turn = turn;
  });
})();
