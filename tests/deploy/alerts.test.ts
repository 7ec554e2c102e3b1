import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { dashboardRows } from '../../domain/dashboards.js';
import { metrics } from '../../domain/metrics.js';

const root = path.join(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
const rulesOf = (file: string): Rule[] => parse(read(file)).groups.flatMap(({ rules }: { rules: Rule[] }) => rules);
const alerts = rulesOf('deploy/prometheus/alerts.yml');
const recorded = rulesOf('deploy/prometheus/recording.yml');
const panels = dashboardRows.flatMap(({ panels: inRow }) => inRow);
const expressions = [
  ...[...alerts, ...recorded].map(({ alert, record, expr }) => [alert ?? record ?? '', expr] as const),
  ...panels.flatMap(({ title, lines }) => lines.map(([expr]) => [title, expr] as const)),
];

/** Metrics of ours with the labels that an expression gives them. */
function usesIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\bpostrider_(\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', labels = '']) => ({
    name: name.replace(/_bucket$/, ''),
    labels: [...labels.matchAll(/(\w+)\s*[=!]~?"/g)].map(([, label = '']) => label),
  }));
}

describe('alerts and dashboards', () => {
  test.each(expressions)('%s asks only for what is counted', (_name, expression) => {
    for (const { name, labels } of usesIn(expression)) {
      expect(Object.keys(metrics)).toContain(name);
      const known: readonly string[] = [...metrics[name as keyof typeof metrics].labels, 'roles'];
      expect(labels.filter((label) => !known.includes(label))).toEqual([]);
    }
    const names = recorded.map(({ record }) => record);
    for (const [name] of expression.matchAll(/\bpostrider:[\w:]+/g)) expect(names).toContain(name);
  });

  test.each(alerts.map((rule) => [rule.alert ?? '', rule] as const))('%s says what it is, how urgent, and what to do', (_name, rule) => {
    expect(['page', 'ticket']).toContain(rule.labels?.severity);
    expect(rule.annotations?.summary).toBeTruthy();
    const runbook = rule.annotations?.runbook ?? '';
    expect(runbook).toMatch(/^docs\/runbooks\/[\w-]+\.md$/);
    expect(existsSync(path.join(root, runbook))).toBe(true);
    expect(read(runbook)).toContain(`\`${rule.alert}\``);
  });

  test('are each seen to be told, and not to be told, by a test of the rules', () => {
    const tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[] = parse(
      read('deploy/prometheus/alerts.test.yml'),
    ).tests;
    const all = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
    const told = new Set(all.filter(({ exp_alerts }) => exp_alerts).map(({ alertname }) => alertname));
    const quiet = new Set(all.filter(({ exp_alerts }) => !exp_alerts).map(({ alertname }) => alertname));
    const names = alerts.map(({ alert = '' }) => alert);
    expect(names.filter((name) => !quiet.has(name))).toEqual([]);
    expect(names.filter((name) => !told.has(name))).toEqual([]);
  });
});
