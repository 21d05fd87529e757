// The task list being written: kept by this browser at every stroke and by the hub a second later, so that neither a
// reload nor a restart loses a line. Who could be given a task, and typing into the table's cells.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, desk = hub.desk;
  const KEPT = 'hub.desk.list', SAVE_MS = 700, AGAIN_MS = 3000;
  const fresh = () => ({ lines: [], template: null, proposals: [], at: 0 });
  const draft = desk.draft = { of: null, held: fresh(), saved: null, fault: null };
  let timer = 0, writing = false;

  const name = (subject) => `list.${subject.table}.${subject.id}`.replace(/[^A-Za-z0-9._~-]/g, '_');
  const store = (subject) => `${KEPT}.${hub.acting?.id}.${subject.table}.${subject.id}`;
  const address = (subject) => `/api/v1/drafts/${name(subject)}`;

  draft.line = (more = {}) => ({ id: `T-${desk.number(8)}`, title: null, group: null, who: null, due: '', ...more });
  draft.filled = () => draft.held.lines.filter((line) => line.title || line.who || line.due || line.group);

  // --- open: what this browser holds at once, what the hub holds if that is newer
  draft.show = async (subject) => {
    if (draft.of && subject && draft.of.table === subject.table && draft.of.id === subject.id && draft.who === hub.acting?.id) return;
    flush();
    Object.assign(draft, { of: subject, who: hub.acting?.id, held: fresh(), saved: null, fault: null });
    if (!subject) { hub.emit('desk-draft'); return; }
    draft.held = desk.kept(store(subject)) ?? fresh();
    hub.emit('desk-draft');
    try {
      const answer = await fetch(address(subject));
      if (draft.of !== subject) return;
      if (answer.status === 204) { if (draft.filled().length) draft.changed(); return; }
      if (!answer.ok) throw new Error(`draft: ${answer.status}`);
      const { body } = await answer.json();
      if (draft.of !== subject) return;
      if (body.at > draft.held.at) { draft.held = { ...fresh(), ...body }; desk.kept(store(subject), draft.held); hub.emit('desk-draft'); } else if (body.at < draft.held.at) draft.changed();
      draft.saved ??= performance.now();
    } catch (error) {
      console.warn('desk: the hub gives no draft', error);
      draft.fault = error;
    }
  };
  draft.changed = () => {
    draft.held.at = Math.max(Date.now(), draft.held.at + 1);
    if (draft.of) desk.kept(store(draft.of), draft.filled().length ? { ...draft.held, lines: draft.filled() } : null);
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_MS);
    hub.emit('desk-saved');
  };
  async function save() {
    clearTimeout(timer);
    timer = 0;
    const subject = draft.of;
    if (!subject) return;
    if (writing) { timer = setTimeout(save, SAVE_MS); return; }
    writing = true;
    const lines = draft.filled(), body = JSON.stringify({ ...draft.held, lines });
    try {
      const answer = await fetch(address(subject), lines.length ? { method: 'PUT', headers: { 'content-type': 'application/json' }, body } : { method: 'DELETE' });
      if (!answer.ok) throw new Error(`draft: ${answer.status}`);
      Object.assign(draft, { saved: performance.now(), fault: null });
    } catch (error) {
      if (!draft.fault) console.warn('desk: the hub keeps no draft; this browser does', error);
      draft.fault = error;
      if (draft.of === subject) timer ||= setTimeout(save, AGAIN_MS);
    } finally {
      writing = false;
      hub.emit('desk-saved');
    }
  }
  const flush = () => { if (timer) save(); };
  window.addEventListener('pagehide', flush);
  // "saved 2 s ago", or that only this browser has it
  draft.said = () => {
    if (!draft.filled().length) return { zh: '', en: '' };
    if (draft.fault) return { zh: '仅存于本机', en: 'kept on this machine only' };
    if (timer || writing || draft.saved == null) return { zh: '保存中…', en: 'saving…' };
    const s = Math.floor((performance.now() - draft.saved) / 1000);
    return { zh: `已自动保存 ${hub.span(s)} 前`, en: `saved ${hub.span(s)} ago` };
  };

  // --- lines from a template; an operation has just begun
  draft.use = (key) => {
    const template = desk.templates.find((one) => one.key === key);
    if (!template) return;
    const mine = draft.filled().filter((line) => !line.from);
    draft.held.template = key;
    draft.held.lines = [...mine, ...(template.lines ?? []).map((one) => draft.line({
      from: key, title: one.title, group: one.group, due: `+${one.within_min}m`, units: one.units ?? [], drone: Boolean(one.drone), sector: one.sector ?? null, who: centreOf(one.group),
    }))];
    draft.changed();
    hub.emit('desk-draft');
  };
  draft.begin = async (subject, key, operation) => {
    draft.operation = { ...subject, operation };     // known here before its row has come
    await draft.show(subject);
    if (!draft.filled().length && key) draft.use(key);
    desk.list?.focus(true);
  };
  // A line of work whose name a centre's begins with is that centre's: a person sees it before it is issued.
  function centreOf(group) {
    const found = group && hub.spec?.centres?.find((one) => one.title.zh.startsWith(group.zh));
    return found ? { id: found.name, text: found.title } : null;
  }

  // --- who can be given a task: centres, units, drones, by anything that is typed
  desk.assignees = (find) => {
    const out = [];
    const take = (table, id, text, note, free) => {
      const said = `${id} ${text.zh} ${text.en} ${note}`.toLowerCase(), at = find ? said.indexOf(find) : 0;
      if (at >= 0) out.push({ id, text, note, table, rank: (id.toLowerCase() === find || text.zh === find ? -2 : at === 0 ? -1 : 0) - (free ? 0.5 : 0) });
    };
    for (const one of hub.spec?.centres ?? []) take('centres', one.name, one.title, hub.text({ zh: '中心', en: 'centre' }), true);
    for (const one of hub.table('units').values()) take('units', one.id, { zh: one.call_sign, en: one.call_sign }, `${hub.text(hub.label('unit_kind', one.kind))} · ${hub.text(hub.label('unit_status', one.status))}`, one.status === 'available');
    for (const one of hub.table('drones').values()) take('drones', one.id, { zh: one.call_sign, en: one.call_sign }, `${hub.text({ zh: '无人机', en: 'drone' })} · ${hub.text(hub.label('drone_mode', one.mode))}`, one.mode === 'docked');
    return out.sort((a, b) => a.rank - b.rank || (a.text.zh < b.text.zh ? -1 : 1));
  };
  const groups = (find) => {
    const seen = new Map();
    for (const template of desk.templates) for (const line of template.lines ?? []) seen.set(line.group.zh, line.group);
    for (const line of draft.held.lines) if (line.group) seen.set(line.group.zh, line.group);
    return [...seen.values()].filter((text) => !find || text.zh.includes(find) || text.en.toLowerCase().includes(find)).map((text) => ({ id: text.zh, text, note: '' }));
  };
  const SOURCES = { who: desk.assignees, group: groups };
  const plain = (text) => ({ zh: text, en: text });

  // The editor of a cell: a plain input; assignee and group have a list under it. Its value is what the line will hold.
  const functions = window.dashAgGridFunctions = window.dashAgGridFunctions ?? {};
  functions.HubDeskEditor = class {
    init(params) {
      this.params = params;
      this.field = params.colDef.field;
      this.line = draft.held.lines.find((line) => line.id === params.data.id);
      const input = this.input = dom.make('input', 'desk-cell-input');
      input.autocomplete = 'off';
      input.maxLength = 200;
      const held = this.line?.[this.field], text = held?.text ?? held;
      const began = params.eventKey?.length === 1 ? params.eventKey : null;
      this.before = typeof text === 'object' && text ? (hub.lang === 'en' ? text.en : text.zh) : text ?? '';
      input.value = began ?? this.before;
      this.chosen = null;
      if (SOURCES[this.field]) this.list = desk.pick(input, SOURCES[this.field], (option) => { this.chosen = option; input.value = hub.lang === 'en' ? option.text.en : option.text.zh; });
      input.addEventListener('input', (event) => { if (event.isTrusted) this.chosen = null; });
      // the table now and then takes the focus back to the cell around an editor that has just opened
      input.addEventListener('blur', ({ relatedTarget }) => { if (relatedTarget?.contains(input)) setTimeout(() => { if (input.isConnected) input.focus(); }); });
      input.addEventListener('keydown', (event) => {
        if (event.isComposing) { event.stopPropagation(); return; }   // an input method's Enter is not the table's
        if (this.list?.key(event) && event.key !== 'Enter') { event.stopPropagation(); return; }
        if (event.key === 'Escape') { event.stopPropagation(); params.api.stopEditing(true); document.getElementById('desk-list').focus(); }
        if (event.key === 'ArrowLeft' || event.key === 'ArrowRight' || event.key === 'Home' || event.key === 'End') event.stopPropagation();
      });
      this.began = began;
    }
    getGui() { return this.input; }
    afterGuiAttached() { this.input.focus(); if (this.began) { this.list?.look(); } else this.input.select(); }
    getValue() {
      const text = this.input.value.trim();
      if (this.chosen) return { raw: this.field === 'who' ? { id: this.chosen.id, text: this.chosen.text } : this.chosen.text };
      if (text === this.before) return this.params.value;
      if (this.field === 'due') return { raw: text };
      return { raw: !text ? null : this.field === 'who' ? { id: null, text: plain(text) } : plain(text) };
    }
    destroy() { this.list?.shut(); }
  };
})();
