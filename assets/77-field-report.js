// Reporting from where one stands: something found at a scene, or a clue; and choosing the unit, once.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, field = hub.field;
  const { typed, send, word, PRIVATE } = hub.fieldSheets;
  const LEVELS = [1, 2, 3, 4], ACCURATE_MS = 10000, LISTED = 60;
  const KINDS = {
    'incident.report': { table: 'incidents', prefix: 'I', title: { zh: '现场情况', en: 'Scene' } },
    'clue.report': { table: 'clues', prefix: 'K', title: { zh: '线索', en: 'Clue' } },
  };
  let chosen = 'incident.report', form = null, filled = null;

  const newId = (prefix) => `${prefix}-${field.unit}-${Date.now().toString(36)}${Math.floor(Math.random() * 1296).toString(36).padStart(2, '0')}`;

  // Priority: as marks, so that it is the same sign as on the wall.
  function levels(value, changed) {
    const node = dom.make('div', 'f-row f-levels');
    for (const level of LEVELS) {
      const button = dom.make('button', 'f-button', dom.mark(level));
      button.type = 'button';
      button.setAttribute('aria-label', `P${level}`);
      button.addEventListener('click', () => { node.set(level); changed?.(); });
      node.append(button);
    }
    node.set = (next) => { node.value = next; [...node.children].forEach((each, i) => each.setAttribute('aria-pressed', LEVELS[i] === next)); };
    node.set(value);
    return node;
  }
  function kinds(value, changed) {
    const select = dom.make('select', 'f-input');
    const first = new Option(hub.text({ zh: '请选择类别', en: 'Choose a kind' }), '');
    select.append(first);
    for (const level of LEVELS) {
      const group = document.createElement('optgroup');
      group.label = `P${level}`;
      for (const [key, kind] of Object.entries(hub.spec?.kinds ?? {})) if (kind.priority === level) group.append(new Option(hub.text(kind), key));
      if (group.children.length) select.append(group);
    }
    select.value = value ?? '';
    select.addEventListener('change', () => changed(select.value));
    return Object.assign(dom.make('label', 'f-field', word({ zh: '类别', en: 'Kind' }), select), { select });
  }
  // Where: the unit's own positioning unless the device is asked and may tell.
  function where() {
    const node = dom.make('div', 'f-where'), said = word({ zh: '位置：按本单元定位', en: 'Position: by the unit’s positioning' });
    node.append(said);
    const policy = document.permissionsPolicy ?? document.featurePolicy;
    if (navigator.geolocation && (policy?.allowsFeature?.('geolocation') ?? true)) {
      node.append(hub.button('', { zh: '用本机定位', en: 'Use this device' }, () => navigator.geolocation.getCurrentPosition(({ coords }) => {
        node.position = { lon: coords.longitude, lat: coords.latitude, frame: 'WGS84', ce_m: coords.accuracy };
        said.set({ zh: `位置：本机定位 ±${Math.round(coords.accuracy)} m`, en: `Position: this device ±${Math.round(coords.accuracy)} m` });
        field.located(node.position);
      }, () => said.set({ zh: '本机未给出位置，按本单元定位', en: 'The device gives no position; by the unit’s positioning' }), { enableHighAccuracy: true, timeout: ACCURATE_MS, maximumAge: ACCURATE_MS })));
    }
    return node;
  }

  const madeFor = (type) => `${type} ${hub.lang} ${Boolean(hub.spec)}`;
  function build(type, given) {
    const { table, prefix } = KINDS[type], scene = type === 'incident.report';
    const draft = (name) => `${type}.${name}`, text = (value) => (value == null ? undefined : typeof value === 'string' ? value : value.zh);
    const words = typed(draft('words'), scene ? { zh: '情况', en: 'What there is' } : { zh: '线索内容', en: 'The clue' }, text(given?.words));
    const place = typed(draft('place'), { zh: '地点（路口、门店，不写住户）', en: 'Place (crossing, shop; no homes)' }, text(given?.place), 1);
    const grade = levels(given?.priority ?? 3), at = where();
    const kind = scene ? kinds(given?.kind, (key) => { grade.set(hub.spec.kinds[key]?.priority ?? 3); ready(); }) : null;
    const button = send(scene ? { zh: '上报现场', en: 'Report the scene' } : { zh: '上报线索', en: 'Report the clue' }, async () => {
      const id = newId(prefix), data = { priority: grade.value };
      if (words.said()) data.words = words.said();
      if (place.said()) data.place = place.said();
      const position = at.position ?? (scene ? null : field.from());
      if (position) data.position = { frame: 'WGS84', lon: position.lon, lat: position.lat, ...(position.ce_m ? { ce_m: position.ce_m } : {}) };
      if (scene) data.kind = kind.select.value;
      await hub.fieldGive(table, { id }, type, data);
      field.reported({ table, id, type, at: Date.now(), title: scene ? hub.kind(data.kind) : { zh: data.words, en: data.words } });
      words.done();
      place.done();
      filled = null;
      form = null;
      hub.fieldDraw();
      return false;
    });
    const ready = () => { button.disabled = scene ? !kind.select.value : !words.said(); };
    words.area.addEventListener('input', ready);
    ready();
    const node = dom.make('section', 'f-form', ...(kind ? [kind] : []), dom.make('div', 'f-field', word({ zh: '等级', en: 'Priority' }), grade), words, place, at, word(PRIVATE, 'f-hint'), button);
    const said = () => ({ kind: kind?.select.value, priority: grade.value, words: words.area.value, place: place.area.value });
    return Object.assign(node, { type, said, made: madeFor(type) });
  }
  for (const type of Object.keys(KINDS)) {
    hub.fieldForms[type] = (id, given) => { chosen = type; filled = given; form = null; field.unreported(id); hub.go('report'); hub.fieldDraw(); };
  }

  const switchTo = () => {
    const node = dom.make('div', 'f-row f-switch');
    for (const [type, { title }] of Object.entries(KINDS)) {
      const button = hub.button('', title, () => { chosen = type; form = null; filled = null; hub.fieldDraw(); });
      button.dataset.report = type;
      node.append(button);
    }
    return node;
  };
  hub.view('report', {
    draw(root) {
      if (form?.made !== madeFor(chosen)) form = build(chosen, form?.type === chosen ? form.said() : filled);
      const mine = field.mine();
      const items = [{ id: 'switch' }, { id: 'form' }, ...(mine.length ? [{ id: 'mine' }] : []), ...mine.map((one) => ({ id: one.id, one }))];
      dom.keyed(root, items, (item) => item.id, (item) => {
        if (item.id === 'switch') return switchTo();
        if (item.id === 'form') return dom.make('div', 'f-form-box');
        if (item.id === 'mine') return word({ zh: '本机已上报', en: 'Reported from here' }, 'f-sub');
        const time = dom.make('time'), title = dom.words(), state = dom.words('f-state'), unsent = word({ zh: '尚未发送', en: 'not sent yet' }, 'f-unsent');
        return Object.assign(dom.make('div', 'f-report', time, title, unsent, state), { time, title_: title, state, unsent });
      }, (node, item) => {
        if (item.id === 'switch') for (const each of node.children) each.setAttribute('aria-pressed', each.dataset.report === chosen);
        if (item.id === 'form' && node.firstChild !== form) node.replaceChildren(form);
        if (!item.one) return;
        const { one } = item;
        dom.text(node.time, hub.clock(one.at).slice(0, 5));
        node.title_.set(one.title);
        dom.show(node.unsent, one.waiting);
        dom.show(node.state, Boolean(one.row) && !one.waiting);
        if (one.row) node.state.set(hub.machine(one.table)?.states[one.row.state] ?? { zh: one.row.state, en: one.row.state });
      });
    },
  });

  // --- which unit this device goes with
  let search = '';
  hub.view('unit', {
    draw(root) {
      const wanted = search.trim().toLowerCase();
      const units = [...hub.table('units').values()].filter((row) => `${row.call_sign} ${row.id} ${row.team?.zh ?? ''} ${row.team?.en ?? ''}`.toLowerCase().includes(wanted))
        .sort((a, b) => a.call_sign.localeCompare(b.call_sign, 'zh', { numeric: true })).slice(0, LISTED);
      const items = [{ id: ' head' }, ...units, ...(units.length ? [] : [{ id: ' none' }])];
      dom.keyed(root, items, (item) => item.id, (item) => {
        if (item.id === ' none') return dom.words('empty');
        if (item.id === ' head') {
          const input = dom.make('input', 'f-input');
          Object.assign(input, { type: 'search', autocomplete: 'off' });
          input.addEventListener('input', () => { search = input.value; hub.fieldDraw(); });
          return dom.make('div', 'f-form', word({ zh: '本设备随哪个单元？', en: 'Which unit is this device with?' }, 'f-head'), dom.make('label', 'f-field', word({ zh: '呼号', en: 'Call sign' }), input));
        }
        const name = dom.make('b', 'f-sign'), kind = dom.words();
        const node = dom.make('button', 'f-button f-choice', name, kind);
        node.type = 'button';
        node.dataset.unit = item.id;
        node.addEventListener('click', () => { field.choose(item.id); hub.go('tasks'); });
        return Object.assign(node, { name_: name, kind });
      }, (node, item) => {
        if (item.id === ' none') node.set(hub.frames ? { zh: '没有这样的单元', en: 'No such unit' } : { zh: '首次选择单元需要连接中心', en: 'Choosing the unit for the first time needs a line to the hub' });
        if (!node.kind) return;
        dom.text(node.name_, item.call_sign);
        node.kind.set(hub.label('unit_kind', item.kind));
      });
    },
  });
})();
