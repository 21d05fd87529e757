// What the field page keeps on the device: actions not sent yet or not seen to have
// happened yet, refusals not read yet, the last rows seen. Survives
// reload, closing and power loss (strict durability). Knows neither the network nor the page.
(() => {
  'use strict';
  const hub = window.hub;
  const NAME = 'hub-field', VERSION = 1;
  let opened = null;

  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const open = () => opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const base = request.result;
      base.createObjectStore('out', { keyPath: 'n', autoIncrement: true }).createIndex('key', 'key', { unique: true });
      base.createObjectStore('sent', { keyPath: 'n' });
      base.createObjectStore('told', { keyPath: 'n', autoIncrement: true });
      base.createObjectStore('held');
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => { opened = null; failed(request.error); };
  });
  // One transaction over `names`; what `work` gives is given when it is on the disk.
  async function within(names, work, mode = 'readwrite') {
    const transaction = (await open()).transaction(names, mode, { durability: 'strict' });
    const finished = new Promise((done, failed) => {
      transaction.oncomplete = done;
      transaction.onabort = () => failed(transaction.error ?? new DOMException('aborted', 'AbortError'));
    });
    finished.catch(() => {});          // reported by the await below, or by the work itself
    const out = await work(transaction);
    await finished;
    return out;
  }

  hub.fieldStore = {
    // The action's number, or null when one of the same key waits already.
    async add(action) {
      try {
        return await within(['out'], (t) => asked(t.objectStore('out').add(action)));
      } catch (error) {
        if (error?.name === 'ConstraintError') return null;
        throw error;
      }
    },
    out: () => within(['out'], (t) => asked(t.objectStore('out').getAll()), 'readonly'),
    async first() {
      const [one] = await within(['out'], (t) => asked(t.objectStore('out').getAll(null, 1)), 'readonly');
      return one ?? null;
    },
    // Answered with yes: it waits no longer, and is remembered until the rows say so themselves.
    answered: (action) => within(['out', 'sent'], (t) => {
      t.objectStore('out').delete(action.n);
      return asked(t.objectStore('sent').put({ ...action, answered: Date.now() }));
    }),
    sent: () => within(['sent'], (t) => asked(t.objectStore('sent').getAll()), 'readonly'),
    forget: (numbers) => within(['sent'], (t) => { for (const n of numbers) t.objectStore('sent').delete(n); }),
    // Takes actions back and says why, in one step: an action is never gone without a word.
    refuse: (numbers, word) => within(['out', 'told'], async (t) => {
      for (const n of numbers) t.objectStore('out').delete(n);
      if (word) await asked(t.objectStore('told').add(word));
    }),
    told: () => within(['told'], (t) => asked(t.objectStore('told').getAll()), 'readonly'),
    read: (n) => within(['told'], (t) => asked(t.objectStore('told').delete(n))),
    hold: (name, value) => within(['held'], (t) => asked(t.objectStore('held').put(value, name))),
    held: (name) => within(['held'], (t) => asked(t.objectStore('held').get(name)), 'readonly'),
  };
})();
