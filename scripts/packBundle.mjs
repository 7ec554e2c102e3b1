import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** What a browser may have to fetch before the page is whole, all parts of it together, in bytes after gzip. */
export const bundleBytesMax = 200_000;

/**
 * Puts each part of the built page a second time beside it, as gzip, which the server hands out (server/http/inboxPage.ts).
 * Answers how many bytes these have together. Throws where that is more than it may be.
 */
export function packBundle(folder) {
  const files = readdirSync(path.join(folder, 'assets')).filter((name) => /\.(js|css)$/.test(name));
  const sizes = files.map((name) => {
    const file = path.join(folder, 'assets', name);
    const packed = gzipSync(readFileSync(file), { level: 9 });
    writeFileSync(`${file}.gz`, packed);
    return { name, bytes: packed.length };
  });
  const bytes = sizes.reduce((sum, one) => sum + one.bytes, 0);
  if (bytes <= bundleBytesMax) return bytes;
  const largest = sizes.toSorted((a, b) => b.bytes - a.bytes).map((one) => `${one.name} ${one.bytes}`);
  throw new Error(
    `the page has ${bytes} bytes after gzip, and may have ${bundleBytesMax}: take something out of it, or fetch it by import() when it is asked for\n${largest.join('\n')}`,
  );
}
