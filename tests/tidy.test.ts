import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { layers, violations } from './support/layers.js';

const root = path.resolve(__dirname, '..');
const notOurs = new Set(['node_modules', 'dist', 'generated', 'public', 'coverage']);

/** All files that people write code in, as paths from the root. */
function filesUnder(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || notOurs.has(entry.name)) return [];
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(file);
    return /\.(ts|tsx|mjs|cjs)$/.test(entry.name) ? [file] : [];
  });
}

// What lies in the root itself configures tools, by their names and rules.
const files = filesUnder('.').filter((file) => file.includes('/') && !/^web\/[^/]+$/.test(file));

describe('the house is tidy', () => {
  test.each([...new Set(files.map((file) => file.split('/')[0] ?? ''))])('%s/', (folder) => {
    const inFolder = files.filter((file) => file.startsWith(`${folder}/`));
    expect(inFolder.flatMap((file) => violations(file, readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
  });

  test('no layer is left that has no files', () => {
    expect(Object.keys(layers).filter((name) => !files.some((file) => file.startsWith(`${name}/`)))).toEqual([]);
  });
});

/** A made-up file: its path, its text, and the sentence that is expected. */
type Case = readonly [file: string, source: string, sentence?: RegExp];
const titled = (cases: Case[]) => cases.map((one): [string, Case] => [`${one[0]}: ${one[1].slice(0, 100).replaceAll('\n', ' ')}`, one]);

describe('the guard allows', () => {
  const allowed: Case[] = [
    ['domain/a.ts', "import { b } from './b.js'; import type { C } from './c/d.js';"],
    ['domain/phoneNumber.ts', "import { parse } from 'libphonenumber-js/max';"],
    ['workflows/a.ts', "import { proxyActivities } from '@temporalio/workflow'; import type { A } from '../activities/index.js';"],
    ['workflows/a.ts', "import { type A, type B } from '../activities/index.js'; type C = typeof import('../activities/index.js');"],
    ['platform/a.ts', "import pg from 'pg'; import { b } from 'node:fs'; import { c } from '../domain/c.js';"],
    ['platform/prisma.ts', "import { PrismaClient } from '../generated/prisma/client.js';"],
    ['storage/a.ts', "import { Database } from '../platform/database.js';"],
    ['providers/twilio/a.ts', "import twilio from 'twilio'; import type R from 'twilio/lib/base.js'; import { P } from '../provider.js';"],
    ['providers/registry.ts', "import { P } from './provider.js'; import { T } from './twilio/twilioProvider.js';"],
    ['limiter/a.ts', "import { u } from '../workflows/messages.js'; import type { r } from '../workflows/rateLimiter.js';"],
    ['activities/a.ts', "import { b } from '../limiter/b.js'; import { Context } from '@temporalio/activity';"],
    [
      'server/http/a.ts',
      "import type { sendMessage } from '../../workflows/sendMessage.js'; import { s } from '../../workflows/messages.js';",
    ],
    ['main/a.ts', "import { startServer } from '../server/server.js'; import { w } from '../workers/createWorker.js';"],
    ['simulator/a.ts', "import express from 'express'; import { b } from './b.js'; import http from 'node:http';"],
    ['web/src/a.tsx', "import type { S } from '../../domain/s.js'; import { useState } from 'react'; export const a = <b>hi</b>;"],
    ['platform/config.ts', 'export const a = process.env;'],
    ['main/start.ts', 'export const a = process.env.PATH;'],
    ['domain/a.ts', '// process.env and console.log\nexport const a = \'import x from "node:fs"; as any; process.env; .only(\';'],
    ['tests/a.test.ts', "import { anything } from '../server/anything.js'; export const a = {} as any; console.log(process.env);"],
    ['domain/a.ts', 'export {};\n'.repeat(400)],
    ['domain/library.ts', 'export {};'],
  ];
  test.each(titled(allowed))('%s', (_title, [file, source]) => {
    expect(violations(file, source)).toEqual([]);
  });
});

describe('the guard finds, and names the cure', () => {
  const note = ['TO', 'DO'].join('');
  const banned: Case[] = [
    [
      'domain/a.ts',
      "import fs from 'node:fs';",
      /^domain\/a\.ts: import of node:fs is banned here, because domain is pure.*Cure: pass the value in/,
    ],
    ['domain/a.ts', "import { parse } from 'libphonenumber-js/max';", /import of libphonenumber-js\/max/],
    ['domain/a.ts', "import type { D } from '../platform/database.js';", /the type import of \.\.\/platform\/database\.js/],
    ['domain/a.ts', "export { d } from '../platform/database.js';", /import of \.\.\/platform\/database\.js/],
    ['domain/a.ts', "export * from '../storage/messages.js';", /import of \.\.\/storage\/messages\.js/],
    ['domain/a.ts', "export const a = () => import('node:fs');", /import of node:fs/],
    ['domain/a.ts', "const fs = require('node:fs');", /import of node:fs/],
    ['domain/a.ts', "export type A = import('../server/a.js').B;", /the type import of \.\.\/server\/a\.js/],
    ['domain/a.ts', "export type A = typeof import('node:fs');", /the type import of node:fs/],
    ['domain/a.ts', "import '../domainlike/x.js';", /import of \.\.\/domainlike\/x\.js/],
    ['workflows/a.ts', "import { submit } from '../activities/submit.js';", /Cure: let an activity do it.*use `import type`/],
    ['workflows/a.ts', "import { type A, b } from '../activities/index.js';", /import of \.\.\/activities\/index\.js/],
    ['workflows/a.ts', "import { readFileSync } from 'node:fs';", /import of node:fs/],
    ['workflows/a.ts', "import { Client } from '@temporalio/client';", /import of @temporalio\/client/],
    ['platform/a.ts', "import { m } from '../storage/messages.js';", /Cure: .*move the code up to storage/],
    ['platform/a.ts', "import { PrismaClient } from '../generated/prisma/client.js';", /used through platform\/prisma\.ts/],
    ['storage/a.ts', "import { p } from '../providers/registry.js';", /because storage keeps nouns/],
    ['providers/twilio/a.ts', "import { s } from '../../storage/messages.js';", /because a provider is a port/],
    ['providers/twilio/a.ts', "import { l } from '../../platform/logger.js';", /because a provider is a port/],
    ['providers/twilio/a.ts', "import { s } from '../vonage/send.js';", /what two providers share goes into a file of providers\/ itself/],
    ['providers/vonage/a.ts', "import twilio from 'twilio';", /import of twilio/],
    ['limiter/a.ts', "import { rateLimiter } from '../workflows/rateLimiter.js';", /of workflows\/rateLimiter use `import type`/],
    ['limiter/a.ts', "import { d } from '../platform/database.js';", /import of \.\.\/platform\/database\.js/],
    ['activities/a.ts', "import { acceptMessage } from '../server/acceptMessage.js';", /because an activity is called by workflows/],
    ['activities/a.ts', "import { s } from '../workflows/messages.js';", /import of \.\.\/workflows\/messages\.js/],
    ['workers/a.ts', "import { create } from '../activities/index.js';", /of activities\/ use `import type`/],
    ['workers/a.ts', "import { d } from '../platform/database.js';", /take it as an argument from main/],
    ['server/http/a.ts', "import { sendMessage } from '../../workflows/sendMessage.js';", /use `import type` of a workflow/],
    ['server/a.ts', "import { submit } from '../activities/submit.js';", /because the server starts workflows/],
    ['server/a.ts', "import type { B } from '../limiter/tokenBroker.js';", /the type import of/],
    ['main/a.ts', "import { startSimulator } from '../simulator/server.js';", /the simulator only in a process of its own/],
    ['simulator/a.ts', "import type { M } from '../domain/message.js';", /because the simulator stands for a provider/],
    ['web/src/a.ts', "import { countSegments } from '../../domain/segments.js';", /Cure: use `import type`/],
    ['web/src/a.ts', "import type { V } from '../../server/messageView.js';", /the type import of/],
    ['web/src/a.ts', "import fs from 'node:fs';", /import of node:fs/],
    ['server/a.ts', "import { t } from '../tests/support/database.js';", /import of \.\.\/tests\/support\/database\.js/],
    ['attic/a.ts', 'export {};', /the folder attic\/ has no layer.*give attic\/ a row in tests\/support\/layers\.ts/],
    [
      'server/a.ts',
      'export const a = process.env.HOME;',
      /process\.env is banned here. Cure: declare the variable in platform\/config\.ts/,
    ],
    ['server/a.ts', 'export const { HOME } = process.env;', /process\.env is banned/],
    ['server/a.ts', 'export const a = {} as any;', /"as any" is banned here. Cure: say what the value is/],
    ['server/a.ts', "console.log('here');", /console is banned here. Cure: use the logger/],
    ['tests/a.test.ts', "test.only('a', () => {});", /\.only\( hides all other tests. Cure: remove it/],
    ['tests/a.test.ts', "describe.only('a', () => {});", /\.only\(/],
    ['server/a.ts', `export {};\n// ${note}: later`, new RegExp(`^server/a\\.ts:2: ${note} is banned here. Cure: do it now`)],
    ['scripts/a.mjs', `// ${note}`, new RegExp(`^scripts/a\\.mjs:1: ${note}`)],
    ['server/a.ts', 'export {};\n'.repeat(401), /401 lines are too many .* Cure: split it/],
    ['server/utils/a.ts', 'export {};', /"utils" is a drawer for anything. Cure: name the file/],
    ['server/helpers.ts', 'export {};', /"helpers" is a drawer/],
    ['web/src/lib/a.ts', 'export {};', /"lib" is a drawer/],
  ];
  test.each(titled(banned))('%s', (_title, [file, source, sentence]) => {
    expect(violations(file, source)).toEqual([expect.stringMatching(sentence ?? /never/)]);
  });
});
