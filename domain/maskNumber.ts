/** A number as logs, summaries and the Temporal Web UI may show it: +1415***2671, of a short one less: +45***56. */
export function maskNumber(e164: string): string {
  if (e164.length <= 8) return `${e164.slice(0, 2)}***`;
  if (e164.length <= 11) return `${e164.slice(0, 3)}***${e164.slice(-2)}`;
  return `${e164.slice(0, 5)}***${e164.slice(-4)}`;
}
