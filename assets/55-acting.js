// Who acts on this page, what may be done now, and giving a command. The rules are the hub's: this only asks for them.
//
//   hub.acting  {id, role, title, centre, unit} or null until it is known       hub.accounts [the same …]
//   hub.road    what /api/v1/road says, or null until it came                   hub.actAs(id) → chosen, kept in a cookie
//   hub.may(command) whether the role may give it                               hub.machine(table) states, ends, moves
//   hub.why(command, state) null when it can be done now, else {zh, en} why not hub.moves(table, state) what can be done now
//   hub.give(type, data, {rev, key, actor, signal}) → {ok, status, events, reason: {code, zh, en}, again}; throws when
//     nothing was heard: then the same key may be given again. `again`: the hub could not keep it, try later.
//   events: acting · road
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const COOKIE = 'hub_actor', YEAR_S = 31536000, RETRY_MS = 2000, NEW = '';
  Object.assign(hub, { acting: null, accounts: [], road: null });

  async function load(path, take) {
    try {
      const answer = await fetch(path);
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      take(await answer.json());
    } catch (error) {
      console.warn('hub: not there yet', error);
      setTimeout(() => load(path, take), RETRY_MS);
    }
  }
  const people = () => load('/api/v1/accounts', (told) => {
    hub.accounts = told.accounts;
    hub.acting = told.accounts.find((one) => one.id === told.acting) ?? null;
    hub.emit('acting', hub.acting);
  });
  hub.loadRoad = () => load('/api/v1/road', (told) => { hub.road = told; hub.emit('road', told); });
  hub.actAs = (id) => {
    document.cookie = `${COOKIE}=${id}; path=/; max-age=${YEAR_S}; samesite=strict`;
    return people();
  };

  hub.machine = (table) => hub.road?.machines?.[table];
  const tableOf = (command) => Object.keys(hub.road?.machines ?? {})
    .find((table) => hub.road.machines[table].moves.some((move) => move.command === command));
  hub.may = (command, role = hub.acting?.role) => Boolean(hub.road?.roles?.[role]?.may.includes(command));
  hub.moves = (table, state, role = hub.acting?.role) =>
    (hub.machine(table)?.moves ?? []).filter((move) => move.before.includes(state) && hub.may(move.command, role));
  hub.why = (command, state = NEW, role = hub.acting?.role) => {
    if (!hub.road || !role) return { zh: '尚未取得规则', en: 'the rules are not there yet' };
    const title = hub.road.roles[role]?.title;
    if (!hub.may(command, role)) return { zh: `${title?.zh ?? role}无权操作`, en: `not for a ${(title?.en ?? role).toLowerCase()}` };
    const machine = hub.machine(tableOf(command)), move = machine?.moves.find((one) => one.command === command);
    if (!move || move.before.includes(state)) return null;
    const said = machine.states[state] ?? { zh: state, en: state };
    return { zh: `当前为“${said.zh}”，不能${move.title.zh}`, en: `${said.en}: ${move.title.en.toLowerCase()} is not possible now` };
  };

  hub.give = async (type, data, { rev = null, key = crypto.randomUUID(), actor = null, signal = null } = {}) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    if (actor) headers['hub-actor'] = actor;
    const body = JSON.stringify(rev == null ? { type, data } : { type, data, expected_rev: rev });
    const answer = await fetch('/api/v1/commands', { method: 'POST', headers, body, signal });
    const status = answer.status;
    let told = {};
    try { told = await answer.json(); } catch (error) { if (answer.ok) throw error; }
    const plain = told.error ?? `HTTP ${status}`;
    const reason = told.reason ?? (answer.ok ? null : { code: String(status), zh: plain, en: plain });
    return { ok: answer.ok, status, events: told.events ?? [], reason, again: status >= 500 || status === 429 || status === 408 };
  };

  // --- the switch
  let shown = '';
  function fill(box) {
    const key = [hub.lang, hub.acting?.id, ...hub.accounts.map((one) => one.id)].join();
    if (box.firstChild && key === shown) return;
    shown = key;
    const select = dom.make('select', 'acting-select');
    select.setAttribute('aria-label', '代行身份 Acting as');
    if (!hub.acting) select.append(new Option('—', ''));   // an account that is gone: nobody acts until one is chosen
    for (const [role, { title }] of Object.entries(hub.road?.roles ?? {})) {
      const group = document.createElement('optgroup');
      group.label = hub.text(title);
      for (const one of hub.accounts.filter((each) => each.role === role)) {
        const option = document.createElement('option');
        option.value = one.id;
        option.textContent = hub.text(one.title);
        option.selected = one.id === hub.acting?.id;
        group.append(option);
      }
      if (group.children.length) select.append(group);
    }
    select.addEventListener('change', () => { if (select.value) hub.actAs(select.value); });
    box.replaceChildren(select);
  }
  const draw = () => {
    const box = document.getElementById('acting');
    if (box && hub.road && hub.accounts.length) fill(box);
  };
  for (const event of ['acting', 'road', 'lang', 'tick']) hub.on(event, draw);

  // The wall acts for nobody, so it does not ask; a page that acts carries the switch, or asks for the rules itself.
  let asked = false;
  hub.on('tick', () => {
    if (asked || !document.getElementById('acting')) return;
    asked = true;
    people();
    hub.loadRoad();
  });
})();
