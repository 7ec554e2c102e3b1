import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { narrows, type RedriveFilter } from '../../domain/redrive.js';
import { countFailed } from '../../storage/failedMessages.js';
import { onlyMethods } from '../problemResponses.js';
import { byHandRequest, redriveRequest } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { cancelRedrive, redriveProgress, startRedrive } from '../startRedrive.js';
import { validate } from '../validate.js';
import { workspaceIdOf } from './authenticate.js';
import { filterOf } from './filterOf.js';
import { byHandOf } from './interventions.js';
import { optionalJsonBody } from './jsonBody.js';

/** Sending failed messages once more by a filter: counted, started, looked at, canceled. */
export function redrivesRouter(services: Services): Router {
  const router = Router();

  router
    .route('/')
    .post(...optionalJsonBody, async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const { filter: given, ratePerSecond, dryRun, confirm, reason } = validate(redriveRequest, request.body);
      const filter: RedriveFilter = await filterOf(services, workspaceId, given);
      const byStatus = await countFailed(services.database, workspaceId, filter);
      const matched = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
      const mustConfirm = !narrows(filter) && !confirm.includes('everything');
      if (dryRun) {
        const takesAboutS = Math.ceil(matched / ratePerSecond);
        response.json({ dryRun, matched, byStatus, ratePerSecond, takesAboutS, mustConfirm: mustConfirm ? ['everything'] : [] });
        return;
      }
      if (mustConfirm) {
        throw new Problem(
          'confirmation_required',
          `the filter matches everything in the failed queue, ${matched} messages now: name a status, errorCode, lane, time or sender, ` +
            'or add "confirm": "everything"',
        );
      }
      const mayHaveBeenSent = confirm.includes('may-have-been-sent');
      const wanted = { workspaceId, filter, ratePerSecond, mayHaveBeenSent, matched };
      const { id, repeated } = await startRedrive(services, wanted, byHandOf(request, response, reason));
      response.status(202).location(`/v1/queues/failed/redrive/${id}`);
      if (repeated) response.set('Idempotent-Replayed', 'true');
      response.json({ id, matched, byStatus, ratePerSecond });
    })
    .all(onlyMethods('POST'));

  router
    .route('/:id')
    .get(async (request, response) => {
      const { id } = request.params;
      response.json({ id, ...(await redriveProgress(services, workspaceIdOf(response), id)) });
    })
    .all(onlyMethods('GET'));

  router
    .route('/:id/cancel')
    .post(...optionalJsonBody, async (request, response) => {
      const id = request.params.id as string;
      const { reason } = validate(byHandRequest, request.body);
      response.json({ id, ...(await cancelRedrive(services, workspaceIdOf(response), id, byHandOf(request, response, reason))) });
    })
    .all(onlyMethods('POST'));

  return router;
}
