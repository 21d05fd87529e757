// A floor plan: zones as boxes in the declared grid, people against capacity, the longest stay; an alarm's look only where one is.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;

  function staying(plan) {
    const by = new Map();
    if (!plan.stays) return by;
    const { table, zone, since, number } = plan.stays;
    for (const row of hub.table(table).values()) {
      const where = row[zone];
      if (where == null) continue;
      if (!by.has(where)) by.set(where, []);
      by.get(where).push({ id: row.id, number: String(row[number] ?? row.id), at: hub.ms(row[since]) });
    }
    for (const list of by.values()) list.sort((a, b) => a.at - b.at);
    return by;
  }

  const chip = () => dom.make('span', 'stay');
  const zone = () => {
    const name = dom.words('name two'), mark = dom.words('zone-alarm'), inside = dom.make('b', 'hero');
    const of = dom.make('span', 'of'), longest = dom.words('longest'), span = dom.make('span', 'span');
    const people = dom.make('div', 'stays'), age = dom.ageNode();
    const node = dom.make('div', 'zone', dom.make('header', '', name, mark, age),
      dom.make('div', 'held', inside, of, longest, span), people);
    longest.set({ zh: '最长', en: 'longest' });
    return Object.assign(node, { name_: name, mark, inside, of, longest, span, people, age });
  };

  function fill(node, row, plan, stays) {
    const box = row[plan.box] ?? {}, inside = row[plan.inside], room = row[plan.capacity], alarms = row[plan.alarms] ?? 0;
    const at = hub.ms(row.at), look = hub.look(at, hub.spec?.tables?.[plan.table]?.expected_s);
    node.style.gridArea = `${box.top + 1} / ${box.left + 1} / span ${box.high} / span ${box.wide}`;
    node.name_.set(row[plan.name]);
    dom.attr(node, 'data-look', look);
    dom.cls(node, 'is-alarm', alarms > 0);
    dom.cls(node, 'is-empty', !inside);
    dom.cls(node, 'is-full', inside >= room);
    dom.show(node.mark, alarms > 0);
    if (alarms > 0) node.mark.set({ zh: `告警 ${alarms}`, en: `${alarms} alarm${alarms > 1 ? 's' : ''}` });
    dom.text(node.inside, hub.number(inside));
    dom.text(node.of, `/ ${hub.number(room)}`);
    dom.keyed(node.people, stays, (stay) => stay.id, chip, (one, stay) => dom.text(one, stay.number));
    const first = stays.find((stay) => Number.isFinite(stay.at));
    dom.show(node.longest, first != null);
    dom.show(node.span, first != null);
    if (first) dom.text(node.span, hub.span(hub.age(first.at)));
    node.age.set(at, look);
  }

  hub.panel({
    id: 'plan-box', every_s: 0.5,
    draw(root) {
      const plan = JSON.parse(root.dataset.plan), zones = document.getElementById('plan-zones');
      const rows = [...hub.table(plan.table).values()].filter((row) => row[plan.box]);
      const stays = staying(plan);
      zones.style.gridTemplate = `repeat(${plan.high}, minmax(0, 1fr)) / repeat(${plan.wide}, minmax(0, 1fr))`;
      dom.keyed(zones, rows, (row) => row.id, zone, (node, row) => fill(node, row, plan, stays.get(row.id) ?? []));
      let none = root.querySelector(':scope > .empty');
      if (!rows.length && !none) {
        root.append(none = dom.words('empty'));
        none.set({ zh: '尚无平面数据', en: 'No report of any zone yet' });
      } else if (rows.length) none?.remove();
      const side = document.getElementById('plan-side');
      const sum = (field) => rows.reduce((total, row) => total + (row[field] ?? 0), 0);
      if (side) {
        dom.keyed(side, rows.length ? ['sum'] : [], (key) => key, () => dom.words(), (node) => node.set({
          zh: `共 ${sum(plan.inside)} 人 · 容量 ${sum(plan.capacity)} · 告警 ${sum(plan.alarms)}`,
          en: `${sum(plan.inside)} people · room for ${sum(plan.capacity)} · ${sum(plan.alarms)} alarms`,
        }));
      }
    },
  });
})();
