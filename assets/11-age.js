// Age and what it means, numbers and times as people read them. Pure functions of hub time; draws nothing.
(() => {
  'use strict';
  const hub = window.hub;
  const LATE = 1, STALE = 3, LOST = 10, AHEAD_S = 5;
  const LOOKS = ['fresh', 'late', 'stale', 'lost'];
  const parsed = new Map();            // RFC 3339 → epoch ms, bounded
  const two = (n) => String(n).padStart(2, '0');

  hub.ms = (stamp) => {
    if (typeof stamp === 'number') return stamp;
    if (!stamp) return NaN;
    let at = parsed.get(stamp);
    if (at === undefined) {
      if (parsed.size > 20000) parsed.clear();
      parsed.set(stamp, at = Date.parse(stamp));
    }
    return at;
  };
  // When a row was last true: its own time, or its newest fix where it moves.
  hub.at = (table, row) => Math.max(hub.ms(row.at) || 0, hub.thing(table, row.id)?.at ?? 0);
  hub.age = (at) => (Number.isFinite(at) ? Math.max(0, hub.now() - at) / 1000 : NaN);
  hub.ahead = (at) => Number.isFinite(at) && at - hub.now() > AHEAD_S * 1000;

  // The same rule as the hub's: age over (expected interval + one real second of transport).
  hub.look = (at, expected_s) => {
    if (expected_s == null) return 'fresh';
    if (!Number.isFinite(at) || at <= 0) return 'lost';
    const ratio = hub.age(at) / (expected_s + hub.rate);
    return ratio <= LATE ? 'fresh' : ratio <= STALE ? 'late' : ratio <= LOST ? 'stale' : 'lost';
  };
  hub.worse = (a, b) => LOOKS[Math.max(LOOKS.indexOf(a), LOOKS.indexOf(b))] ?? 'fresh';

  // 8 s · 12:41 · 3:12:41 · 2 d 03 h
  hub.span = (seconds) => {
    if (!Number.isFinite(seconds)) return '—';
    const s = Math.floor(Math.max(0, seconds));
    if (s < 60) return `${s} s`;
    const m = Math.floor(s / 60) % 60, h = Math.floor(s / 3600);
    if (h < 1) return `${two(m)}:${two(s % 60)}`;
    if (h < 24) return `${h}:${two(m)}:${two(s % 60)}`;
    return `${Math.floor(h / 24)} d ${two(h % 24)} h`;
  };

  const shifted = (ms) => new Date(ms + hub.offset_min * 60000);
  hub.offset_min = 480;                // the district's clock, replaced by the specification's when it says so
  hub.clock = (ms) => {
    if (!Number.isFinite(ms)) return '—';
    const d = shifted(ms);
    return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
  };
  hub.day = (ms) => {
    const d = shifted(ms);
    const zh = '日一二三四五六'[d.getUTCDay()], en = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][d.getUTCDay()];
    const date = `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
    return { zh: `${date} 周${zh}`, en: `${date} ${en}` };
  };
  hub.zone = () => `UTC${hub.offset_min < 0 ? '−' : '+'}${Math.abs(hub.offset_min / 60)}`;
  hub.on('spec', () => { hub.offset_min = hub.spec.utc_offset_min ?? hub.offset_min; });

  const group = (value, digits) =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const money = (value, en) => {
    const size = Math.abs(value);
    const [unit, by] = en ? (size >= 1e9 ? ['B', 1e9] : size >= 1e6 ? ['M', 1e6] : size >= 1e4 ? ['k', 1e3] : ['', 1])
      : (size >= 1e8 ? ['亿', 1e8] : size >= 1e4 ? ['万', 1e4] : ['', 1]);
    const shown = value / by;
    return `¥${group(shown, by === 1 || Math.abs(shown) >= 100 ? 0 : Math.abs(shown) >= 10 ? 1 : 2)}${unit}`;
  };
  hub.number = (value, format) => {
    if (value == null || !Number.isFinite(value)) return '—';
    if (format === 'percent') return `${group(value * 100, Math.abs(value) >= 0.9995 ? 0 : 1)}%`;
    if (format === 'money') return money(value, hub.lang === 'en');
    if (format === 'decimal' || format === 'minutes') return group(value, Math.abs(value) >= 100 ? 0 : 1);
    return group(Math.round(value), 0);
  };
  // Whole numbers of a target are written whole: 50%, not 50.0%.
  hub.bound = (value, format) => hub.number(value, format).replace(/\.0+(?=%|$)/, '');
  const UNITS = { minutes: { zh: '分', en: 'min' }, days: { zh: '天', en: 'days' } };
  hub.unit = (figure) => figure.unit ?? UNITS[figure.format] ?? null;

  // What a figure says: {value, unit, target}. Spans under a minute are said in seconds.
  hub.figure = (figure) => {
    const brief = figure.format === 'minutes' && !figure.unit && (figure.target ?? figure.value ?? 1) < 1;
    const by = brief ? 60 : 1, format = brief ? 'decimal' : figure.format;
    const scaled = (v) => (v == null ? null : v * by);
    const sign = figure.target_is === 'at_most' ? '≤' : '≥';
    return {
      value: hub.number(scaled(figure.value), format),
      unit: figure.value == null ? null : brief ? { zh: '秒', en: 's' } : hub.unit(figure),
      target: figure.target == null ? '' : `${sign} ${hub.bound(scaled(figure.target), format)}`,
    };
  };
})();
