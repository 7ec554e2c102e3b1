import { logEvents } from '../domain/logEvents.js';

const rows = Object.entries(logEvents).map(
  ([name, { level, about, ids }]) => `| \`${name}\` | ${level} | ${ids.map((id) => `\`${id}\``).join(', ')} | ${about} |`,
);

/** The page docs/reference/log-events.md. */
const page = [
  '# Lines of the logs',
  '',
  'Generated from the catalogue (`domain/logEvents.ts`). Each process writes lines of JSON to its standard output; `npm start` keeps them in `.data/logs`. A line has `level` (20 debug, 30 info, 40 warn, 50 error), `time` (milliseconds), `roles`, and `event`, which is a name of this page. `LOG_LEVEL` leaves out what is less.',
  '',
  'Numbers are masked (`+1555***1234`), texts are never there. Besides the ids of the table a line has `requestId` where it was written for a request (the answer has the same in `X-Request-Id`), `workflowId` and `activity` where it was written for a workflow, and `traceId` where [traces](../using/observe.md) are on. `error` is the fault in words.',
  '',
  'All lines of one message: `grep <message id>`. Its workflow has the id in its own (`msg/<workspace>/<message>`), so lines that know only that are found too.',
  '',
  '| event | level | always with | meaning |',
  '|---|---|---|---|',
  ...rows,
].join('\n');
process.stdout.write(`${page}\n`);
