// Clocks of the road: on time, warning or late, in words and as a shape; never by colour alone. Where the row comes from
// the hub it says its own clock (`clock`: since when, until when); the share after which it warns is the hub's setting.
//
//   hub.clockOf(since, due, now) → {look: none | on_time | warn | late, left: seconds, since, due}   times: epoch ms or RFC 3339
//   hub.rowClock(row) the same of a row of clues, incidents or tasks       hub.warnShare() share of its time, 0 to 1
//   hub.clockWords(clock, short) → {zh, en}    hub.chaseWords(row) → {zh, en} or null where nobody was chased
//   hub.clockNode(cls) a node with .set(clock): shape and words, counting by itself
(() => {
  'use strict';
  const hub = window.hub;
  const NONE = { look: 'none', left: NaN, since: NaN, due: NaN };

  hub.warnShare = () => hub.spec?.clocks?.warn ?? hub.road?.targets?.warn ?? 0.8;
  hub.clockOf = (since, due, now = hub.now()) => {
    const began = hub.ms(since), ends = hub.ms(due);
    if (!Number.isFinite(ends)) return NONE;
    const left = (ends - now) / 1000, whole = ends - began;
    if (left < 0) return { look: 'late', left, since: began, due: ends };
    const warns = whole > 0 && now - began >= hub.warnShare() * whole;
    return { look: warns ? 'warn' : 'on_time', left, since: began, due: ends };
  };
  hub.rowClock = (row, now = hub.now()) => (row?.clock ? hub.clockOf(row.clock[0], row.clock[1], now) : NONE);
  hub.clockWords = (clock, short = false) => {
    if (clock.look === 'none') return { zh: '—', en: '—' };
    if (clock.look === 'late') {
      return short ? { zh: '超时', en: 'late' } : { zh: `超时 ${hub.span(-clock.left)}`, en: `late ${hub.span(-clock.left)}` };
    }
    if (clock.look === 'warn') {
      return short ? { zh: '将超时', en: 'due soon' } : { zh: `将超时 ${hub.span(clock.left)}`, en: `due in ${hub.span(clock.left)}` };
    }
    return short ? { zh: '按时', en: 'on time' } : { zh: `剩 ${hub.span(clock.left)}`, en: `${hub.span(clock.left)} left` };
  };
  hub.chaseWords = (row) => (row?.chased ? { zh: `已督办${row.chased > 1 ? ` ${row.chased} 次` : ''}`, en: `chased${row.chased > 1 ? ` ×${row.chased}` : ''}` } : null);

  hub.clockNode = (cls = '', short = false) => {
    const { dom } = hub, shape = dom.make('i', 'clock-shape'), words = dom.words();
    const node = dom.make('span', `clock-node ${cls}`, shape, words);
    shape.setAttribute('aria-hidden', 'true');
    node.set = (clock) => {
      node.held = clock;
      dom.attr(node, 'data-clock', clock.look);
      dom.show(node, clock.look !== 'none');
      words.set(hub.clockWords(clock, short));
    };
    return node;
  };
  hub.on('tick', () => {
    for (const node of document.getElementsByClassName('clock-node')) {
      if (node.held && node.held.look !== 'none') node.set(hub.clockOf(node.held.since, node.held.due));
    }
  });
})();
