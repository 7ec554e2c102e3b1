import { type ExportFormat, exportFormats } from '../domain/exports.js';
import { isUuid } from '../domain/ids.js';
import { equalBytes, hmac } from '../platform/crypto.js';

/** What a link leads to: it says all that is needed to serve it. */
export interface ExportLink {
  workspaceId: string;
  exportId: string;
  format: ExportFormat;
  parts: number;
  /** It is good until then, epoch milliseconds. */
  expiresAtMs: number;
}

const macOf = (key: Buffer, { workspaceId, exportId, format, parts, expiresAtMs }: ExportLink) =>
  hmac(key, workspaceId, exportId, format, String(parts), String(expiresAtMs)).toString('base64url');

/** The path of a link, signed by the workspace's key for exports: whoever has it may fetch the file, without an API key. */
export function exportLinkPath(key: Buffer, link: ExportLink): string {
  const { workspaceId, exportId, format, parts, expiresAtMs } = link;
  return `/exports/${workspaceId}/${exportId}.${format}?parts=${parts}&expires=${expiresAtMs}&signature=${macOf(key, link)}`;
}

/** What a link says, unproved; undefined where it can be none. */
export function parseExportLink(workspaceId: string, file: string, query: Record<string, unknown>): ExportLink | undefined {
  const [exportId = '', extension = ''] = file.split('.');
  const format = exportFormats.find((one) => one === extension);
  const [parts, expiresAtMs] = [Number(query.parts), Number(query.expires)];
  if (!format || !isUuid(workspaceId) || !isUuid(exportId) || !Number.isSafeInteger(parts) || !Number.isSafeInteger(expiresAtMs))
    return undefined;
  return { workspaceId, exportId, format, parts, expiresAtMs };
}

/** Whether a link is one of ours. */
export function isSignedLink(key: Buffer, link: ExportLink, signature: unknown): boolean {
  return equalBytes(Buffer.from(String(signature)), Buffer.from(macOf(key, link)));
}
