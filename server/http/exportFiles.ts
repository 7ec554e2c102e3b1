import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { exportPartKey } from '../../domain/exports.js';
import { open } from '../../platform/crypto.js';
import type { ObjectStore } from '../../platform/objectStore/objectStore.js';
import { noteAudit } from '../../storage/audit.js';
import { type ExportLink, isSignedLink, parseExportLink } from '../exportLinks.js';
import { onlyMethods } from '../problemResponses.js';
import type { Services } from '../services.js';
import { exportProgress } from '../startExport.js';

const contentTypes = { csv: 'text/csv; charset=utf-8', jsonl: 'application/x-ndjson; charset=utf-8' } as const;

/** The files of exports, for whoever has a link that is good. */
export function exportFilesRouter(services: Services): Router {
  const { workspaces, objects, database, logger } = services;
  const router = Router();
  router
    .route('/:workspaceId/:file')
    .get(async (request, response) => {
      const link = parseExportLink(request.params.workspaceId, request.params.file, request.query);
      const workspace = link && (await workspaces.find(link.workspaceId));
      if (!link || !workspace || !isSignedLink(workspace.keys.export, link, request.query.signature))
        throw new Problem('export_link_refused', 'take the link anew from GET /v1/exports/{id}, whole');
      if (link.expiresAtMs <= Date.now())
        throw new Problem('export_link_refused', 'the link has expired: take a new one from GET /v1/exports/{id}');
      if (!objects || !(await objects.head(exportPartKey(link, 0)))) throw new Problem('export_gone', await whyGone(link));
      const { workspaceId, exportId, format } = link;
      await noteAudit(database, { workspaceId }, 'export.fetched', { actor: 'a link to the export' }, { exportId });
      response.set({
        'Content-Type': contentTypes[format],
        'Content-Disposition': `attachment; filename="messages-${exportId}.${format}"`,
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
      });
      await pipeline(Readable.from(partsOf(objects, workspace.keys.export, link)), response).catch((error: unknown) => {
        // Its client has gone, or a part has: whoever reads it finds it cut off, which is right.
        logger.warn({ event: 'export.fetch_ended', workspaceId, exportId, error: String(error) });
      });
    })
    .all(onlyMethods('GET'));
  return router;

  /** In words, as far as Temporal still remembers it. */
  async function whyGone({ workspaceId, exportId }: ExportLink): Promise<string> {
    const { endedBecause } = await exportProgress(services, workspaceId, exportId).catch(() => ({ endedBecause: null }));
    if (endedBecause === 'contactErased') return 'a contact that may be in it was erased: make another export, without it';
    return 'its time is over, or it was canceled';
  }
}

async function* partsOf(objects: ObjectStore, sealedBy: Buffer, link: ExportLink): AsyncIterable<Uint8Array> {
  for (let part = 0; part < link.parts; part++) {
    const key = exportPartKey(link, part);
    yield open(sealedBy, key, Buffer.from(await objects.get(key)).toString());
  }
}
