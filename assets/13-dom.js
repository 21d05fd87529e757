// Small DOM tools of the panels: text is only ever set as text, nodes are reused by key, nothing is written twice.
(() => {
  'use strict';
  const hub = window.hub;
  const dom = hub.dom = {};
  const held = new WeakMap();          // container → Map(key → node)

  dom.make = (tag, cls, ...children) => {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    node.append(...children);
    return node;
  };
  dom.text = (node, text) => {
    const value = String(text);
    if (node.firstChild?.nodeType !== 3 || node.childNodes.length !== 1) node.textContent = value;
    else if (node.firstChild.data !== value) node.firstChild.data = value;
  };
  dom.attr = (node, name, value) => {
    if (value == null || value === false) { if (node.hasAttribute(name)) node.removeAttribute(name); }
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  };
  dom.title = (node, text) => dom.attr(node, 'title', text || null);
  dom.show = (node, shown) => { if (node.hidden === shown) node.hidden = !shown; };
  dom.cls = (node, name, on) => node.classList.toggle(name, Boolean(on));

  // Two spans, one per language; which of them is seen is a matter of CSS alone.
  dom.words = (cls) => {
    const zh = dom.make('span', 'zh'), en = dom.make('span', 'en');
    zh.lang = 'zh-CN';
    en.lang = 'en';
    const node = dom.make('span', `words ${cls ?? ''}`, zh, en);
    node.set = (text) => {
      const both = typeof text === 'object' && text !== null ? text : { zh: String(text ?? ''), en: '' };
      dom.text(zh, both.zh || both.en || '');
      dom.text(en, both.en || both.zh || '');
      dom.cls(node, 'same', both.zh === both.en || !both.en || !both.zh);
      dom.title(node, [...new Set([both.zh, both.en].filter(Boolean))].join('\n'));
    };
    return node;
  };

  // An age: at the right end, counting by itself. `look` colours it.
  dom.ageNode = () => {
    const node = dom.make('span', 'age');
    node.set = (at, look = 'fresh') => { node.dataset.at = at; dom.attr(node, 'data-look', look); tick(node); };
    return node;
  };
  const tick = (node) => {
    const at = Number(node.dataset.at), ahead = hub.ahead(at);
    dom.text(node, ahead ? `+${hub.span((at - hub.now()) / 1000)}` : hub.span(hub.age(at)));
    dom.attr(node, 'data-ahead', ahead ? '' : null);
  };
  hub.on('tick', () => { for (const node of document.getElementsByClassName('age')) if (node.dataset.at) tick(node); });

  // Children of `box` follow `items`: kept by key, made once by `make`, filled by `fill`, moved only when out of place.
  dom.keyed = (box, items, key, make, fill) => {
    let nodes = held.get(box);
    if (!nodes) { held.set(box, nodes = new Map()); box.replaceChildren(); }
    const alive = new Set(items.map(key));
    for (const [k, node] of nodes) {
      if (alive.has(k)) continue;
      node.drop?.();
      node.remove();
      nodes.delete(k);
    }
    let at = box.firstChild;
    for (const item of items) {
      const k = key(item);
      let node = nodes.get(k);
      if (!node) nodes.set(k, node = make(item));
      if (node === at) at = at.nextSibling;
      else box.insertBefore(node, at);
      fill(node, item);                // in its place already: filling may measure the room there is
    }
  };

  // How many rows of `row_rem` fit into a box now; at least one.
  dom.fit = (box, row_rem) => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return Math.max(1, Math.floor((box.clientHeight + 1) / (row_rem * rem)));
  };

  // The first `n` of any number of items in `order`, without sorting the rest.
  dom.foremost = (items, n, order) => {
    const best = [];
    for (const item of items) {
      if (best.length === n && order(item, best[n - 1]) >= 0) continue;
      let at = best.length;
      while (at > 0 && order(item, best[at - 1]) < 0) at -= 1;
      best.splice(at, 0, item);
      if (best.length > n) best.pop();
    }
    return best;
  };

  // A priority as colour, shape and number.
  dom.mark = (priority) => {
    const node = dom.make('span', 'mark', dom.make('b'));
    node.set = (value) => {
      dom.attr(node, 'data-priority', value ?? 'none');
      dom.text(node.firstChild, value ?? '?');
    };
    node.set(priority);
    return node;
  };
})();
