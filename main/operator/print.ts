import type { QueuesView } from '../../server/queueReader.js';
import type { ApiCommand } from './arguments.js';

type Cell = string | number | null | undefined;
type Row = Record<string, Cell>;
/** An answer of the API as it is printed: its fields are read, and never relied on. */
// biome-ignore lint/suspicious/noExplicitAny: what a server of another version answers is not known
type Answer = any;

/** Rows as columns of one width each. */
export function table(rows: Row[]): string {
  const [first] = rows;
  if (!first) return 'nothing\n';
  const names = Object.keys(first);
  const text = (cell: Cell) => (cell === null || cell === undefined ? '-' : String(cell));
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => text(row[name]).length)));
  const line = (cells: string[]) =>
    `${cells
      .map((cell, index) => cell.padEnd(widths[index] as number))
      .join('  ')
      .trimEnd()}\n`;
  return line(names) + rows.map((row) => line(names.map((name) => text(row[name])))).join('');
}

/** Seconds as people say them. */
export function age(seconds: number | null): string {
  if (seconds === null) return '-';
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}

/** What an answer of the API says, as tables. */
export function print(command: ApiCommand, answer: Answer): string {
  switch (command) {
    case 'queues':
      return printQueues(answer as QueuesView);
    case 'list':
      return table(
        answer.data.map((one: Answer) => ({
          id: one.id,
          lane: one.lane,
          status: one.status,
          age: age(one.ageS),
          try: one.attempt,
          code: one.error?.code,
          reason: shortened(one.reason),
        })),
      ).concat(answer.nextCursor ? 'there are more: use --limit\n' : '');
    case 'record':
      return `${JSON.stringify(answer, null, 2)}\n`;
    case 'show':
      return printTrace(answer);
    case 'limits':
      return table([
        { ratePerSecond: answer.ratePerSecond, burst: answer.burst, cooldownMs: answer.cooldownMs, cooldownUntil: answer.cooldownUntil },
      ]);
    case 'versions':
      return table(
        answer.data.map(({ version, at, actor, reason, undoes, changes }: Answer) => ({
          version,
          at,
          who: actor,
          what: changes.map(said).join('; ') || 'the first one',
          why: shortened(reason) ?? (undoes && `undoes ${undoes}`),
        })),
      );
    case 'undo':
    case 'restore':
      return printWayBack(answer);
    case 'audit':
      return table(
        answer.data.map(({ seq, at, actor, action, messageId, details }: Answer) => ({
          seq,
          at,
          who: actor,
          action,
          message: messageId,
          details: shortened(JSON.stringify(details)),
        })),
      ).concat(answer.nextBefore ? 'there are more: use --limit\n' : '');
    case 'notifications':
      return table(answer.data.map(notificationRow)).concat(answer.nextCursor ? 'there are more: use --limit\n' : '');
    case 'read':
      return table([answer.kind ? notificationRow(answer) : answer]);
    case 'webhooks':
      return table(
        answer.data.map(({ id, url, enabled, failingSince, disabledReason }: Answer) => ({
          id,
          url: shortened(url),
          state: enabled ? 'enabled' : 'disabled',
          failingSince,
          why: shortened(disabledReason),
        })),
      );
    case 'providers':
      return table(answer.data.map(providerRow));
    case 'sender':
      return table([{ number: answer.phoneNumber, kind: answer.kind, provider: answer.provider }]);
    case 'set-provider':
    case 'remove-provider':
      return table([providerRow(answer)]);
    case 'routes':
      return printRoutes(answer);
    case 'people':
      return table(answer.data.map(personRow));
    case 'person add':
    case 'person role':
      return table([personRow(answer)]);
    case 'person remove':
      return 'removed\n';
    case 'person sign-in-link':
      return `${answer.url}\nIt signs that person in once, until ${answer.expiresAt}.\n`;
    case 'breaker list':
      return table(answer.data.map(breakerRow));
    case 'breaker open':
    case 'breaker close':
    case 'breaker auto':
      return table([breakerRow(answer)]);
    case 'redrive':
      return printRedrive(answer);
    case 'cancel-all':
      return printCancellation(answer);
    case 'canceled':
    case 'progress':
    case 'stop': {
      const { id: _id, ...progress } = answer;
      return table([progress]);
    }
    default:
      return table([messageRow(answer)]);
  }
}

function printQueues({ queues }: QueuesView): string {
  const all = Object.entries(queues);
  const totals = all.map(([queue, { count, oldestAgeS, perMinute }]) => ({ queue, messages: count, oldest: age(oldestAgeS), perMinute }));
  const states = all.flatMap(([queue, view]) =>
    view.states.map(({ lane, status, count, oldestAt }) => ({ queue, lane, status, messages: count, since: oldestAt })),
  );
  return states.length === 0 ? table(totals) : `${table(totals)}\n${table(states)}`;
}

function printTrace({ message, events, attempts, interventions, workflow }: Answer): string {
  const parts = [
    table([messageRow(message)]),
    table(events.map(({ at, status, attempt, error }: Answer) => ({ at, status, try: attempt, error: shortened(error?.message) }))),
    table(
      attempts.map(({ attempt, status, startedAt, providerMessageId, evidence }: Answer) => ({
        try: attempt,
        status,
        startedAt,
        providerMessageId,
        evidence: shortened(evidence),
      })),
    ),
    table(
      interventions.map(({ at, actor, action, details }: Answer) => ({
        at,
        who: actor,
        what: action,
        from: details.before?.status,
        to: details.after?.status,
        why: shortened(details.reason),
      })),
    ),
    `workflow ${workflow.id}\n${workflow.url ?? ''}\n`,
  ];
  const titles = ['', 'events', 'attempts', 'by hand', ''];
  return parts.map((part, index) => (titles[index] ? `${titles[index]}\n${part}` : part)).join('\n');
}

function printRedrive({ dryRun, id, matched, byStatus, ratePerSecond, takesAboutS, mustConfirm }: Answer): string {
  const counts = table([{ ...(!dryRun && { redrive: id }), messages: matched, ...byStatus, ratePerSecond }]);
  if (!dryRun) return `${counts}\nHow far it is: npm run postrider -- progress ${id}\n`;
  const confirm = mustConfirm.length > 0 ? `, and needs --confirm ${mustConfirm.join()}` : '';
  return `${counts}\nNothing was changed. It would take about ${age(takesAboutS)}${confirm}.\n`;
}

function printCancellation({ dryRun, id, matched, shares, mustConfirm }: Answer): string {
  const counts = table(shares.map(({ status, lane, count }: Answer) => ({ status, lane, messages: count })));
  if (!dryRun) return `${counts}\nHow far it is: npm run postrider -- canceled ${id}\n`;
  const confirm = mustConfirm.length > 0 ? ` --confirm ${mustConfirm.join()}` : '';
  return `${counts}\nNothing was changed. The same with --yes${confirm} takes these ${matched} back.\n`;
}

function printWayBack({ dryRun, changes, changedSince }: Answer): string {
  if (changes.length === 0) return 'There is nothing to change: it is set so already.\n';
  const isLater = ({ section, name }: Answer) => changedSince.some((one: Answer) => one.section === section && one.name === name);
  const rows = changes.map((change: Answer) => ({
    setting: `${change.section}.${change.name}`,
    [dryRun ? 'is' : 'was']: JSON.stringify(change.from),
    [dryRun ? 'will be' : 'is']: JSON.stringify(change.to),
    ...(changedSince.length > 0 && { note: isLater(change) ? 'changed again since' : '' }),
  }));
  if (!dryRun) return table(rows);
  const confirm = changedSince.length > 0 ? ' --confirm changed-since' : '';
  return `${table(rows)}\nNothing was changed. The same with --yes${confirm} does it.\n`;
}

const said = ({ section, name, from, to }: Answer) => `${section}.${name} ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
const notificationRow = ({ id, kind, severity, audience, count, firstAt, lastAt, summary, subject }: Answer): Row => ({
  id,
  kind,
  severity,
  for: audience,
  count,
  first: firstAt,
  last: lastAt,
  about: subject,
  summary: shortened(summary),
});

const providerRow = ({ provider, configured, account, needs, inboundUrl }: Answer): Row => ({
  provider,
  account: configured
    ? Object.entries(account)
        .map(([field, value]) => `${field}=${value}`)
        .join(' ')
    : `none; needs ${needs.join(', ')}`,
  inboundUrl,
});

function printRoutes({ routes, providers }: Answer): string {
  const entries = Object.entries<Answer[]>(routes).flatMap(([country, all]) => all.map((one) => ({ country, ...one })));
  const served = providers.map(({ provider, health, senders }: Answer) => ({ provider, health, senders: senders.join(' ') }));
  return `${entries.length > 0 ? table(entries) : 'no routes: each message leaves by the provider of its sender\n'}\n${table(served)}`;
}

const breakerRow = ({ scope, subject, provider, state, since, retryAt, reason, forced }: Answer): Row => ({
  breaker: `${scope}/${subject}`,
  provider,
  state,
  since,
  retryAt,
  forcedUntil: forced?.until,
  reason: shortened(reason),
});

const personRow = ({ id, email, name, role, createdAt }: Answer): Row => ({ id, email, name, role, since: createdAt });

const messageRow = ({ id, status, attempt, providerMessageId, error, outcome }: Answer): Row => ({
  id,
  status,
  try: attempt,
  providerMessageId,
  error: shortened(error?.message),
  ...(outcome && { outcome }),
});

function shortened(text: string | undefined | null): string | undefined {
  return text && text.length > 80 ? `${text.slice(0, 79)}…` : (text ?? undefined);
}
