import { Router } from 'express';
import { narrowsCancellation } from '../../domain/cancellation.js';
import { Problem } from '../../domain/errors.js';
import { countCancelable } from '../../storage/cancelMatching.js';
import { onlyMethods } from '../problemResponses.js';
import { cancellationRequest } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { cancellationProgress, startCancellation } from '../startCancellation.js';
import { validate } from '../validate.js';
import { workspaceIdOf } from './authenticate.js';
import { filterOf } from './filterOf.js';
import { byHandOf } from './interventions.js';
import { optionalJsonBody } from './jsonBody.js';

/** Taking back messages that have not left, by a filter: counted, started, looked at. */
export function cancellationsRouter(services: Services): Router {
  const router = Router();

  router
    .route('/')
    .post(...optionalJsonBody, async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const { filter: given, dryRun, confirm, reason } = validate(cancellationRequest, request.body);
      const filter = await filterOf(services, workspaceId, given);
      const acceptedBeforeMs = Date.now();
      const shares = await countCancelable(services.database, workspaceId, filter, acceptedBeforeMs);
      const matched = shares.reduce((sum, { count }) => sum + count, 0);
      const mustConfirm = !narrowsCancellation(filter) && confirm === undefined;
      if (dryRun) {
        response.json({ dryRun, matched, shares, mustConfirm: mustConfirm ? ['everything'] : [] });
        return;
      }
      if (mustConfirm) {
        throw new Problem(
          'confirmation_required',
          `the filter matches everything that has not left, ${matched} messages now: name a lane, category, time or sender, ` +
            'or add "confirm": "everything"',
        );
      }
      const wanted = { workspaceId, filter, matched, acceptedBeforeMs };
      const { id, repeated } = await startCancellation(services, wanted, byHandOf(request, response, reason));
      response.status(202).location(`/v1/queues/outbound/cancel/${id}`);
      if (repeated) response.set('Idempotent-Replayed', 'true');
      response.json({ id, matched, shares });
    })
    .all(onlyMethods('POST'));

  router
    .route('/:id')
    .get(async (request, response) => {
      const { id } = request.params;
      response.json({ id, ...(await cancellationProgress(services, workspaceIdOf(response), id)) });
    })
    .all(onlyMethods('GET'));

  return router;
}
