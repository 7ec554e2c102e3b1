import { runArchive } from './archive.js';
import { archiveTable, saveArchive } from './archiveReport.js';
import { runEncryption } from './encryption.js';
import { encryptionTable, saveEncryption } from './encryptionReport.js';
import { runHistory } from './history.js';
import { hotpathLine, runHotpath } from './hotpath.js';
import { hotpathReport } from './hotpathReport.js';
import { runNominal } from './nominal.js';
import { type BenchOptions, type Outcome, outcomeOf } from './outcome.js';
import { runPartitions } from './partitions.js';
import { partitionsTable, savePartitions } from './partitionsReport.js';
import { runRivals } from './rivals.js';
import { runScale } from './scale.js';
import { runSockets } from './sockets.js';
import { runSpike } from './spike.js';

export interface Profile {
  /** What it answers; `npm run bench -- --help` and docs/using/bench.md have it. */
  question: string;
  /** Whether a system that runs already can be measured (`--url`). */
  drivesRunning?: true;
  run(options: BenchOptions): Promise<Outcome>;
}

/** Every profile by the name on the command line. */
export const profiles = {
  hotpath: {
    question: 'how many whole lives of messages a second, against the floor of a bare workflow; then 28 messages/s',
    run: async (options) => {
      const result = await runHotpath(options);
      return outcomeOf(hotpathReport(result), hotpathLine(result), [...result.closedLoop.faults, ...result.nominal.faults]);
    },
  },
  nominal: {
    question: 'how long a message takes at 100,000 an hour over 1,000 workspaces, with texts coming in and sockets open; and what it costs',
    drivesRunning: true,
    run: runNominal,
  },
  spike: {
    question: 'what ten times that rate does for a minute: answers, times, and how long until all is done',
    drivesRunning: true,
    run: runSpike,
  },
  sockets: {
    question: 'how soon 5,000 sockets of 1,000 workspaces hear of 100 events a second',
    run: runSockets,
  },
  history: {
    question: 'how long a page of a conversation takes, at any depth, among millions of messages',
    run: runHistory,
  },
  rivals: {
    question: 'what the same job costs, loses and doubles on a limiter of signals, and on BullMQ with Redis and Postgres',
    run: runRivals,
  },
  scale: {
    question: 'what a message costs with more workspaces, more messages in the tables, more open workflows: the slope',
    run: runScale,
  },
  archive: {
    question: 'what a week of a million messages in the archive comes to, and a page of it from there',
    run: async (options) => {
      const result = await runArchive(options);
      return { line: { profile: 'archive', ...result }, table: archiveTable(result), save: () => saveArchive(result), faults: [] };
    },
  },
  encryption: {
    question: 'what sealing texts and numbers costs: a message, a payload of a history, the keys of a batch',
    run: async (options) => {
      const result = await runEncryption(options);
      return { line: { profile: 'encryption', ...result }, table: encryptionTable(result), save: () => saveEncryption(result), faults: [] };
    },
  },
  partitions: {
    question: 'which of two ways to cut the table of messages is cheaper, at 1,000 workspaces over 13 weeks',
    run: async (options) => {
      const result = await runPartitions(options);
      return { line: { profile: 'partitions', ...result }, table: partitionsTable(result), save: () => savePartitions(result), faults: [] };
    },
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
