/** A number as logs, summaries and the Temporal Web UI may show it: +1415***2671. */
export function maskNumber(e164: string): string {
  return e164.length <= 8 ? `${e164.slice(0, 2)}***` : `${e164.slice(0, 5)}***${e164.slice(-4)}`;
}
