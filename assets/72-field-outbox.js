// The outbox: what was done on this device, sent once, one after another, in the order it was done. Knows no page.
//
//   hub.outbox.put({type, data, table, id, title, unit, key, quiet}) → number, null when it waits already
//   hub.outbox.waiting [actions]   .trouble why the first one waits though the hub was heard   .refused [words not read yet]
//   .full the device could not keep the last one   .read(n)   .after(table, id, state) what it will come to
//   event: outbox
(() => {
  'use strict';
  const hub = window.hub, store = hub.fieldStore;
  const LOCK = 'hub-field-outbox', ANSWER_MS = 8000, FIRST_MS = 400, MOST_MS = 15000, SETTLE_MS = 4000;
  const LOST = new Set(['not_there', 'not_yours', 'not_allowed']);   // then nothing else on this thing can be done either
  const others = new BroadcastChannel(LOCK);
  const box = hub.outbox = { waiting: [], refused: [], ready: false, trouble: null, full: false };
  let sent = [];                       // answered with yes, until the feed has had time to say so itself
  let wake = () => {}, tries = 0;

  let looks = 0, seen = 0;
  async function look() {
    const mine = ++looks;
    const [waiting, answered, refused] = await Promise.all([store.out(), store.sent(), store.told()]);
    if (mine < seen) return;           // one that began later has been here already
    seen = mine;
    sent = answered;
    Object.assign(box, { waiting, refused, ready: true });
    hub.emit('outbox');
  }
  const changed = async () => { others.postMessage('changed'); await look(); };
  others.onmessage = () => look().then(() => wake());

  box.put = async (action) => {
    let n;
    try {
      n = await store.add({ key: crypto.randomUUID(), at: Date.now(), quiet: false, ...action });
    } catch (error) {
      box.full = true;                 // a device that keeps nothing must not look as if it had
      hub.emit('outbox');
      throw error;
    }
    box.full = false;
    await changed();
    wake();
    return n;
  };
  box.read = async (n) => { await store.read(n); await changed(); };

  const move = (action) => hub.machine(action.table)?.moves.find((one) => one.command === action.type);
  // What this step leads to from a state; undefined when it is not possible there.
  const step = (action, state) => {
    const found = move(action);
    return found?.before.includes(state) ? found.after ?? state : undefined;
  };
  // A row as it will be when everything has arrived: {state, progress, waiting}.
  box.after = (table, id, state, progress = null) => {
    const mine = (one) => one.table === table && one.id === id;
    const waiting = box.waiting.filter(mine);
    for (const action of [...sent.filter(mine), ...waiting]) {
      const next = step(action, state);
      if (next === undefined) continue;
      state = next;
      if (action.data.progress != null) progress = Math.max(progress ?? 0, action.data.progress);
    }
    return { state, progress, waiting };
  };

  // The newest state of a thing: as it is written, else as it was shown last.
  async function stateOf(action) {
    try {
      const answer = await fetch(`/api/v1/history/${action.table}/${encodeURIComponent(action.id)}`, { signal: AbortSignal.timeout(ANSWER_MS) });
      const facts = answer.ok ? await answer.json() : [];
      if (facts.length) return facts.at(-1).data.state;
    } catch (error) {
      console.warn('outbox: the newest state could not be read', error);
    }
    return hub.table(action.table).get(action.id)?.state ?? '';
  }
  // What was to follow a refused step: kept as far as the rules still let it happen, dropped where they do not.
  async function impossible(action, reason) {
    const later = box.waiting.filter((one) => one.n > action.n && one.table === action.table && one.id === action.id);
    if (!later.length || LOST.has(reason.code)) return later;
    let state = await stateOf(action);
    return later.filter((one) => {
      const next = step(one, state);
      if (next !== undefined) state = next;
      return next === undefined;
    });
  }
  async function refused(action, reason) {
    if (action.quiet) return store.refuse([action.n], null);   // nobody pressed it, and nothing hangs on it
    await look();
    const dropped = await impossible(action, reason);
    const word = { action, reason, dropped: dropped.filter((one) => !one.quiet), at: Date.now() };
    return store.refuse([action.n, ...dropped.map((one) => one.n)], word);
  }

  // Sends the first one. True: it is settled, the next one may go.
  async function once() {
    const action = await store.first();
    if (!action) return true;
    let heard;
    try {
      const { key, unit, type, data } = action;
      heard = await hub.give(type, data, { key, actor: `unit-${unit}`, signal: AbortSignal.timeout(ANSWER_MS) });
    } catch {
      return false;                    // nothing was heard: the same again, under the same key
    }
    box.trouble = heard.again || heard.reason?.code === 'no_account' ? heard.reason : null;
    if (box.trouble) return false;     // the hub cannot keep it now, or does not know the unit yet: later
    if (heard.ok) {
      await store.answered(action);
    } else {
      await refused(action, heard.reason);
    }
    await changed();
    return true;
  }
  const nap = (ms) => new Promise((done) => { const t = setTimeout(done, ms); wake = () => { clearTimeout(t); done(); }; });
  async function run() {
    await look();
    for (;;) {
      // one tab sends at a time; whoever it is takes the oldest action of the device
      const settled = box.waiting.length === 0 || await navigator.locks.request(LOCK, once);
      if (!settled) await nap(Math.min(MOST_MS, FIRST_MS * 2 ** tries++) * (0.75 + Math.random() / 2));
      else {
        tries = 0;
        if (!box.waiting.length) await nap(MOST_MS);
      }
      await look();
    }
  }
  const soon = () => { tries = 0; wake(); };
  window.addEventListener('online', soon);
  document.addEventListener('visibilitychange', soon);
  let heardSince = null;
  hub.on('state', ({ connected }) => {
    if (connected && heardSince === null) soon();
    heardSince = connected ? heardSince ?? Date.now() : null;
  });
  hub.on('tick', () => {
    if (heardSince === null || !sent.length) return;
    const now = Date.now(), settled = sent.filter((one) => now - Math.max(heardSince, one.answered) > SETTLE_MS).map((one) => one.n);
    if (settled.length) { sent = sent.filter((one) => !settled.includes(one.n)); store.forget(settled).then(look); }
  });

  // A browser that cannot keep order or outlive a reload (an address without encryption) is not let near it.
  box.able = Boolean(window.isSecureContext && navigator.locks && window.indexedDB);
  box.run = async () => {
    for (;;) {
      try { await run(); } catch (error) {
        console.error('outbox', error);
        await nap(FIRST_MS * 10);
      }
    }
  };
})();
