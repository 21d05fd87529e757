// Starts the field page: what is held on the device first, then the rules, the outbox, and the worker that keeps the page.
(async () => {
  'use strict';
  const hub = window.hub, field = hub.field;
  hub.fieldDraw();
  if (!hub.outbox.able) return;
  try { await field.load(); } catch (error) { console.error('field: nothing held could be read', error); }
  hub.loadRoad();
  hub.outbox.run();
  hub.fieldDraw();
  try {
    await navigator.storage?.persist?.();
    await navigator.serviceWorker.register('/field-worker.js', { scope: '/field' });
  } catch (error) {
    console.warn('field: the page itself is not kept on the device', error);
  }
})();
