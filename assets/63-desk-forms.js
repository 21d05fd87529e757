// Small forms that open in place: every field by keyboard, Ctrl+Enter sends, Esc closes. What was typed is kept by this
// browser until the hub has accepted it, and a request that got no answer is asked again under the same number.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, desk = hub.desk;
  const ANSWER_MS = 8000, MOST = 8, KEPT = 'hub.desk.form';
  const NO_ONE = { zh: '不要填写姓名、证件号、电话号码', en: 'No names, identity or telephone numbers' };
  const LOST = { zh: '未送达：中心无应答。再按 Ctrl+Enter 重发，不会重复执行', en: 'not delivered: no answer. Ctrl+Enter sends it again; it cannot happen twice' };
  desk.word = (text, cls = '') => { const node = dom.words(cls); node.set(text); return node; };

  // Gives a command. {ok} · {reason} refused · {reason, lost} nothing is known: ask again with the same key.
  desk.give = async (type, data, { rev = null, key }) => {
    try {
      const told = await hub.give(type, data, { rev, key, signal: AbortSignal.timeout(ANSWER_MS) });
      return { ok: told.ok, reason: told.reason, lost: told.again };
    } catch (error) {
      console.warn(`desk: ${type} was not answered`, error);
      return { ok: false, reason: LOST, lost: true };
    }
  };

  // --- a list under an input: source(text) → [{id, text, note}]; arrows choose, Enter and Tab take, typing narrows it
  desk.pick = (input, source, taken) => {
    let options = [], at = -1;
    const list = dom.make('div', 'desk-pick');
    list.hidden = true;
    const place = () => {
      const box = input.getBoundingClientRect(), below = innerHeight - box.bottom > 260;
      Object.assign(list.style, { left: `${box.left}px`, minWidth: `${Math.max(260, box.width)}px`,
        top: below ? `${box.bottom + 2}px` : '', bottom: below ? '' : `${innerHeight - box.top + 2}px` });
    };
    const take = (option) => { shut(); taken(option); };
    const draw = () => {
      list.replaceChildren(...options.map((option, index) => {
        const node = dom.make('div', 'desk-option', desk.word(option.text), dom.make('small', '', option.note ?? ''));
        dom.attr(node, 'aria-selected', index === at);
        node.addEventListener('mousedown', (event) => { event.preventDefault(); take(option); });
        return node;
      }));
      list.hidden = !options.length;
      if (options.length) { if (!list.isConnected) document.body.append(list); place(); }
    };
    const shut = () => { options = []; list.hidden = true; list.remove(); };
    const look = (first = 0) => { options = source(input.value.trim().toLowerCase()).slice(0, MOST); at = options.length ? first : -1; draw(); };
    input.addEventListener('input', () => look());
    input.addEventListener('blur', shut);
    const key = (event) => {
      if (event.isComposing) return false;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        if (!options.length) look();
        else { at = (at + (event.key === 'ArrowDown' ? 1 : -1) + options.length) % options.length; draw(); }
        event.preventDefault();
        event.stopPropagation();
        return true;
      }
      if ((event.key === 'Enter' || event.key === 'Tab') && !event.ctrlKey && options[at] && input.value.trim()) { take(options[at]); return event.key === 'Enter'; }
      if (event.key === 'Escape' && options.length) { shut(); event.stopPropagation(); return true; }
      return false;
    };
    return { key, shut, look };
  };

  // --- fields: each gives a node with get(), set(value) and, where it makes sense, wrong()
  const labelled = (field, control, ...more) => dom.make('label', `desk-field f-${field.kind}`, desk.word(field.label), control, ...more);
  const KINDS = {
    words(field) {
      const area = dom.make('textarea', 'desk-input');
      Object.assign(area, { rows: 2, maxLength: 200 });
      return Object.assign(labelled(field, area), { get: () => area.value.trim(), set: (value) => { area.value = value ?? ''; }, first: area });
    },
    text(field) {
      const input = dom.make('input', 'desk-input');
      input.maxLength = 200;
      return Object.assign(labelled(field, input), { get: () => input.value.trim(), set: (value) => { input.value = value ?? ''; }, first: input });
    },
    select(field) {
      const select = dom.make('select', 'desk-input');
      if (field.none) select.append(new Option(hub.text(field.none), ''));
      field.options.forEach(([value, text], i) => select.append(new Option(`${i + 1}  ${hub.text(text)}`, value)));   // a number chooses: an input method cannot
      return Object.assign(labelled(field, select), { get: () => select.value, set: (value) => { if (value != null) select.value = value; }, first: select });
    },
    due(field) {
      const input = dom.make('input', 'desk-input'), shown = dom.make('span', 'desk-hint');
      const say = () => {
        const at = desk.when(input.value);
        dom.text(shown, !input.value ? '' : Number.isFinite(at) ? `→ ${desk.hm(at)}  ${hub.span((at - hub.now()) / 1000)}` : hub.text({ zh: '例 15:30 或 +45m', en: 'e.g. 15:30 or +45m' }));
      };
      input.addEventListener('input', say);
      return Object.assign(labelled(field, input, shown), { get: () => input.value.trim(), set: (value) => { input.value = value ?? ''; say(); }, first: input });
    },
    priority(field) {
      const name = `p-${Math.random()}`, inputs = [1, 2, 3, 4].map((value) => Object.assign(dom.make('input'), { type: 'radio', name, value }));
      const group = dom.make('div', 'desk-priorities', ...inputs.map((input, i) => dom.make('label', '', input, dom.mark(i + 1), dom.make('span', '', PRIORITIES[i][hub.lang === 'en' ? 'en' : 'zh']))));
      group.addEventListener('keydown', (event) => {
        if (!/^[1-4]$/.test(event.key)) return;
        inputs[event.key - 1].checked = true;
        inputs[event.key - 1].focus();
        group.dispatchEvent(new Event('input', { bubbles: true }));
      });
      const node = dom.make('div', 'desk-field f-priority', desk.word(field.label), group);
      const first = { focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus() };
      return Object.assign(node, { get: () => Number(inputs.find((input) => input.checked)?.value ?? 0), set: (value) => { for (const input of inputs) input.checked = Number(input.value) === Number(value); }, first });
    },
    many(field) {
      const inputs = field.options.map(([value]) => Object.assign(dom.make('input'), { type: 'checkbox', value }));
      const group = dom.make('div', 'desk-many', ...field.options.map(([, text], i) => dom.make('label', '', inputs[i], desk.word(text))));
      return Object.assign(dom.make('div', 'desk-field f-many', desk.word(field.label), group), { get: () => inputs.filter((input) => input.checked).map((input) => input.value),
        set: (value) => { for (const input of inputs) input.checked = (value ?? []).includes(input.value); }, first: inputs[0] });
    },
    pick(field) {
      const input = dom.make('input', 'desk-input');
      let chosen = null;
      const list = desk.pick(input, field.source, (option) => { chosen = option; input.value = field.shown ? field.shown(option) : option.id; node.dispatchEvent(new Event('input', { bubbles: true })); });
      input.autocomplete = 'off';
      input.addEventListener('keydown', (event) => { if (list.key(event)) { event.preventDefault(); event.stopPropagation(); } });
      input.addEventListener('input', (event) => { if (event.isTrusted) chosen = null; });
      const node = labelled(field, input);
      return Object.assign(node, { get: () => (chosen ? { id: chosen.id, text: chosen.text } : input.value.trim() ? { id: null, text: { zh: input.value.trim(), en: input.value.trim() } } : null),
        set: (value) => { chosen = value?.id ? value : null; input.value = value ? (chosen ? (field.shown ? field.shown(value) : value.id) : value.text.zh) : ''; }, first: input });
    },
    tallies(field) {
      const rows = field.rows.map(({ title, unit, value }) => {
        const input = Object.assign(dom.make('input', 'desk-input desk-count'), { type: 'number', min: 0, step: 1, value: value ?? '' });
        return { input, node: dom.make('label', 'desk-tally', desk.word(title), input, desk.word(unit ?? { zh: '', en: '' })), title, unit };
      });
      const node = dom.make('div', 'desk-field f-tallies', desk.word(field.label), dom.make('div', 'desk-tallies', ...rows.map((row) => row.node)));
      const get = () => rows.filter((row) => Number(row.input.value) > 0).map(({ title, unit, input }) => ({ title, value: Number(input.value), ...(unit ? { unit } : {}) }));
      return Object.assign(node, { get, set: (value) => { for (const row of rows) { const held = value?.find((one) => one.title.zh === row.title.zh); if (held) row.input.value = held.value; } }, first: rows[0]?.input });
    },
  };
  KINDS.hidden = () => { let held; return Object.assign(dom.make('span'), { hidden: true, get: () => held, set: (value) => { held = value; } }); };
  const PRIORITIES = [{ zh: '特急', en: 'life at risk' }, { zh: '紧急', en: 'urgent' }, { zh: '一般', en: 'normal' }, { zh: '常规', en: 'routine' }];

  // spec: {id, title, command, fields: [{name, kind, label, …, value}], build(values) → {type, data, rev}, {wrong, field} or {here: what to do instead},
  //        refused(), done(values)}. One form at a time in a box; the box's own buttons come back when it closes.
  desk.form = (box, spec) => {
    desk.shut(box);
    const store = `${KEPT}.${hub.acting?.id}.${spec.id}.${spec.command}`, kept = desk.kept(store);
    let key = kept?.key ?? crypto.randomUUID(), busy = false;
    const fields = spec.fields.map((field) => Object.assign(KINDS[field.kind](field), { spec: field }));
    fields.forEach((node) => node.set(kept?.values?.[node.spec.name] ?? node.spec.value));
    const said = dom.words('desk-said'), send = dom.make('button', 'desk-button is-first', desk.word(spec.send ?? spec.title), dom.make('kbd', '', 'Ctrl ⏎'));
    const back = dom.make('button', 'desk-button', desk.word({ zh: '取消', en: 'Cancel' }), dom.make('kbd', '', 'Esc'));
    send.type = back.type = 'button';
    said.setAttribute('role', 'status');
    const asks = fields.some((node) => node.spec.kind === 'words' || node.spec.kind === 'text');
    const node = dom.make('form', 'desk-form', dom.make('header', '', desk.word(spec.title, 'desk-form-title'), asks ? desk.word(NO_ONE, 'desk-hint') : ''), dom.make('div', 'desk-fields', ...fields), dom.make('div', 'desk-form-foot', said, back, send));
    node.dataset.command = spec.command;
    const values = () => Object.fromEntries(fields.map((each) => [each.spec.name, each.get()]));
    const say = (text, cls) => { said.set(text); said.className = `words desk-said ${cls}`; };
    const act = async () => {
      if (busy) return;
      const given = values(), built = spec.build(given);
      if (built.wrong) { say(built.wrong, 'is-refused'); fields.find((each) => each.spec.name === built.field)?.first?.focus(); return; }
      if (built.here) { desk.kept(store, null); desk.shut(box); built.here(); return; }
      busy = true;
      desk.kept(store, { values: given, key });
      say({ zh: `已发送 ${hub.clock(hub.now())}`, en: 'sent' }, 'is-sent');
      const told = await desk.give(built.type, built.data, { rev: built.rev ?? null, key });
      busy = false;
      if (told.ok) {
        desk.kept(store, null);
        if (node.isConnected) desk.shut(box);
        desk.told(box, { zh: `${spec.title.zh}：已受理`, en: `${spec.title.en}: accepted` });
        spec.done?.(given);
        return;
      }
      if (!told.lost) { key = crypto.randomUUID(); desk.kept(store, { values: given, key }); spec.refused?.(); }
      say(told.reason, 'is-refused');
      desk.pulse(node);
    };
    node.addEventListener('input', () => {
      key = crypto.randomUUID();                     // other words are another request
      desk.kept(store, { values: values(), key });
    });
    node.addEventListener('submit', (event) => event.preventDefault());
    node.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) act();
      else if (event.key === 'Enter' && event.target.tagName !== 'TEXTAREA' && event.target.tagName !== 'BUTTON') next(event.target);
      else if (event.key === 'Escape') desk.shut(box, true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    const next = (from) => {
      const all = [...node.querySelectorAll('input, select, textarea, button')].filter((each) => !each.disabled);
      all[Math.min(all.length - 1, all.indexOf(from) + 1)].focus();
    };
    send.addEventListener('click', act);
    back.addEventListener('click', () => desk.shut(box, true));
    box.classList.add('has-form');
    box.append(node);
    (fields.find((each) => each.spec.focus) ?? fields[0])?.first?.focus();
    return node;
  };
  desk.shut = (box, again) => {
    const form = box?.querySelector(':scope > .desk-form');
    if (!form) return false;
    form.remove();
    box.classList.remove('has-form');
    if (again) box.closest('.panel')?.focus();
    return true;
  };
  // What became of the last act in a box: stands for some seconds beside its buttons.
  desk.told = (box, text, cls = 'is-done') => {
    let note = box.querySelector(':scope > .desk-told');
    if (!note) { note = dom.words('desk-told'); note.setAttribute('role', 'status'); box.append(note); }
    note.set(text);
    note.className = `words desk-told ${cls}`;
    clearTimeout(note.timer);
    if (cls === 'is-done') note.timer = setTimeout(() => note.remove(), 6000);
  };
  desk.pulse = (node) => { node.classList.remove('is-wrong'); void node.offsetWidth; node.classList.add('is-wrong'); };

  // Buttons of a pane: {key, title, allowed() → null or why not, run(), first}. A disabled one says why under its name.
  desk.buttons = (box, list) => {
    const bar = box.querySelector(':scope > .desk-buttons') ?? box.appendChild(dom.make('div', 'desk-buttons'));
    dom.keyed(bar, list, (one) => one.id, (one) => {
      const name = dom.make('span', 'name'), why = dom.make('span', 'why'), node = dom.make('button', 'desk-button', dom.make('span', 'line', name, dom.make('kbd', '', one.shown ?? one.key)), why);
      node.type = 'button';
      node.tabIndex = -1;
      node.addEventListener('click', () => { if (!node.why) node.run(); });
      return Object.assign(node, { name_: name, why_: why });
    }, (node, one) => {
      node.run = one.run;
      node.why = one.allowed?.() ?? null;
      // under the name: the other language, or why it cannot be done now
      const plain = hub.lang === 'en' ? 'en' : 'zh';
      dom.text(node.name_, one.title[plain]);
      dom.text(node.why_, node.why ? (node.why.short ?? node.why)[plain] : hub.lang === 'both' ? one.title.en : '');
      dom.cls(node, 'is-first', one.first && !node.why);
      dom.attr(node, 'aria-disabled', Boolean(node.why));
      dom.attr(node, 'data-command', one.id);
      dom.title(node, node.why ? `${one.title.zh} ${one.title.en}\n${node.why.zh}\n${node.why.en}` : `${one.title.zh} ${one.title.en}`);
    });
    box.acts = list;
  };
  // Runs the action of a key; says why when it is not possible now.
  desk.press = (box, key) => {
    box?.refresh?.();                  // the item may have changed since the buttons were drawn
    const one = box?.acts?.find((each) => each.key === key);
    if (!one) return false;
    const why = one.allowed?.() ?? null;
    if (why) desk.told(box, { zh: `${one.title.zh}：${why.zh}`, en: `${one.title.en}: ${why.en}` }, 'is-refused');
    else one.run();
    return true;
  };
})();
