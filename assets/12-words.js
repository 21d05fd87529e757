// Two languages: which are shown (from ?lang=, kept on every page) and how a text is written. Chinese first unless en.
(() => {
  'use strict';
  const hub = window.hub;
  const KNOWN = ['zh', 'en', 'both'];
  const wanted = (search) => {
    const lang = new URLSearchParams(search).get('lang');
    return KNOWN.includes(lang) ? lang : 'both';
  };

  hub.lang = wanted(location.search);
  document.documentElement.dataset.lang = hub.lang;
  document.documentElement.lang = hub.lang === 'en' ? 'en' : 'zh-CN';

  // One line of plain text in the language(s) shown.
  hub.text = (text) => {
    if (text == null) return '';
    if (typeof text !== 'object') return String(text);
    const zh = text.zh ?? '', en = text.en ?? '';
    if (hub.lang === 'both') return zh && en && zh !== en ? `${zh} ${en}` : zh || en;
    return (hub.lang === 'en' ? en || zh : zh || en);
  };
  // The specification's words for a value of an enumeration; the value itself when it has none.
  hub.label = (group, value) => hub.spec?.labels?.[group]?.[value] ?? { zh: String(value ?? '—'), en: String(value ?? '—') };
  hub.kind = (key) => hub.spec?.kinds?.[key] ?? hub.spec?.kinds?.other ?? { zh: key, en: key };
  hub.centreTitle = (name) => hub.spec?.centres?.find((centre) => centre.name === name)?.title;

  hub.setLang = (lang) => {
    const next = KNOWN.includes(lang) ? lang : 'both';
    if (next === hub.lang) return;
    hub.lang = next;
    document.documentElement.dataset.lang = next;
    document.documentElement.lang = next === 'en' ? 'en' : 'zh-CN';
    hub.emit('lang', next);
  };

  // The switch writes the URL through Dash's own location, so callbacks, reload and links all see the same.
  document.addEventListener('click', (event) => {
    const choice = event.target.closest?.('[data-set-lang]');
    if (choice) {
      const query = new URLSearchParams(location.search);
      query.set('lang', choice.dataset.setLang);
      window.dash_clientside.set_props('url', { search: `?${query}` });
    }
    const link = event.target.closest?.('a[href^="/"]');
    if (link && hub.lang !== 'both') {
      const target = new URL(link.href);
      target.searchParams.set('lang', hub.lang);
      link.href = target.href;
    }
  }, true);

  window.dash_clientside = window.dash_clientside ?? {};
  window.dash_clientside.hub = Object.assign(window.dash_clientside.hub ?? {}, {
    lang(search) { hub.setLang(wanted(search)); hub.emit('search', search ?? ''); return hub.lang; },
  });
})();
