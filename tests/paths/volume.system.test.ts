import { expect, it } from '@jest/globals';
import { runDemo } from '../support/demo.js';

it('the demo loses nothing, doubles nothing, and delivers all that was accepted', async () => {
  const { line, code } = await runDemo(['--messages', '300', '--workspaces', '20']);
  expect(line).toMatchObject({ accepted: 300, delivered: 300, failed: 0, unknown: 0, lost: 0, duplicates: 0 });
  expect(code).toBe(0);
}, 120_000);
