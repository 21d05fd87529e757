// The field page's service worker: keeps the page and its files, so that it opens without a network. It never keeps the
// feed, rows or answers: those are asked for or not there. KEPT {version, page, files} stands above, put there by the server.
(() => {
  'use strict';
  const NAME = `field-${KEPT.version}`, ANSWER_MS = 4000;
  const files = new Set(KEPT.files);

  self.addEventListener('install', (event) => event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    await cache.addAll(KEPT.files.map((address) => new Request(address, { cache: 'reload' })));
    await self.skipWaiting();
  })()));
  self.addEventListener('activate', (event) => event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith('field-') && name !== NAME);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })()));

  const kept = async (address) => (await caches.open(NAME)).match(address);
  // The page: the server's while it answers soon, else the one that is kept.
  async function page(request) {
    try {
      const answer = await fetch(request, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (answer.ok) return answer;
      return (await kept(KEPT.page)) ?? answer;
    } catch (error) {
      const held = await kept(KEPT.page);
      if (held) return held;
      throw error;
    }
  }
  async function file(request, address) {
    return (await kept(address)) ?? fetch(request);
  }

  self.addEventListener('fetch', (event) => {
    const { request } = event, where = new URL(request.url);
    if (request.method !== 'GET' || where.origin !== self.location.origin) return;
    if (request.mode === 'navigate') {
      if (where.pathname === KEPT.page) event.respondWith(page(request));
      return;
    }
    const address = where.pathname + where.search;
    if (files.has(address)) event.respondWith(file(request, address));
  });
})();
