import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { diskFree } from '../../platform/diskFree.js';

describe('what is free of a disk', () => {
  test('is a share, and known of a folder before it is made', async () => {
    const share = await diskFree(os.tmpdir());
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
    expect(await diskFree(path.join(os.tmpdir(), 'not', 'made', 'yet'))).toBeCloseTo(share, 1);
  });
});
