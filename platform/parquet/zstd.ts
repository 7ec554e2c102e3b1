import { compress, decompress, init } from '@bokuweb/zstd-wasm';

/** The next ones cost four times the time for some per cent. */
const level = 9;

let loading: Promise<void> | undefined;

/** Loads the codec, once a process. Must have settled before a page is compressed or read. */
export function loadZstd(): Promise<void> {
  loading ??= init();
  return loading;
}

export const compressors = { ZSTD: (bytes: Uint8Array) => compress(bytes, level) };
export const decompressors = { ZSTD: (bytes: Uint8Array) => decompress(bytes) };
