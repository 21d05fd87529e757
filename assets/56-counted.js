// What results may be counted in, so that those of a whole operation add up: numbers of things done, never whom.
(() => {
  'use strict';
  const people = { zh: '人', en: 'people' }, places = { zh: '处', en: 'places' }, items = { zh: '件', en: 'items' };
  const scene = [
    { title: { zh: '救助人员', en: 'People helped' }, unit: people },
    { title: { zh: '劝返疏散', en: 'People moved to safety' }, unit: people },
    { title: { zh: '控制嫌疑人', en: 'Suspects held' }, unit: people },
    { title: { zh: '排查点位', en: 'Places checked' }, unit: places },
    { title: { zh: '查扣物品', en: 'Items seized' }, unit: items },
  ];
  const office = [
    ...scene,
    { title: { zh: '核查记录', en: 'Records checked' }, unit: { zh: '条', en: 'records' } },
    { title: { zh: '冻结资金', en: 'Money frozen' }, unit: { zh: '元', en: 'CNY' } },
    { title: { zh: '追回数据', en: 'Records recovered' }, unit: { zh: '条', en: 'records' } },
  ];
  window.hub.counted = { scene, office };
})();
