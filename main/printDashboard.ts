import { dashboardRows } from '../domain/dashboards.js';

const columns = 3;
const width = 24 / columns;
const height = 8;

/** The panels of Grafana, row by row, each in its place. */
function panels(): object[] {
  let id = 0;
  let y = 0;
  return dashboardRows.flatMap(({ title, panels: inRow }) => {
    const head = { id: ++id, type: 'row', title, collapsed: false, panels: [], gridPos: { x: 0, y: y++, w: 24, h: 1 } };
    const made = inRow.map(({ title: name, unit, lines, threshold }, place) => ({
      id: ++id,
      type: 'timeseries',
      title: name,
      datasource: { type: 'prometheus', uid: '${datasource}' },
      gridPos: { x: (place % columns) * width, y: y + Math.floor(place / columns) * height, w: width, h: height },
      targets: lines.map(([expr, legendFormat], index) => ({ refId: String.fromCharCode(65 + index), expr, legendFormat })),
      fieldConfig: {
        defaults: {
          unit,
          min: 0,
          ...(threshold !== undefined && {
            thresholds: {
              mode: 'absolute',
              steps: [
                { color: 'green', value: null },
                { color: 'red', value: threshold },
              ],
            },
            custom: { thresholdsStyle: { mode: 'line' } },
          }),
        },
        overrides: [],
      },
    }));
    y += Math.ceil(inRow.length / columns) * height;
    return [head, ...made];
  });
}

/** deploy/grafana/postrider.json: import it, and choose the Prometheus that scrapes the processes. */
const dashboard = {
  uid: 'postrider',
  title: 'Postrider',
  tags: ['postrider'],
  schemaVersion: 39,
  version: 1,
  refresh: '15s',
  time: { from: 'now-1h', to: 'now' },
  templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' }] },
  panels: panels(),
};
process.stdout.write(`${JSON.stringify(dashboard, null, 2)}\n`);
