import type { RequestHandler } from 'express';
import { Problem } from '../../domain/errors.js';
import { callWaiting } from '../../lives/callWaiting.js';
import { changeLimits, readLimits } from '../../storage/limits.js';
import { changeSenderLimits } from '../../storage/senderLimits.js';
import type { Services } from '../services.js';
import { limitsRequest } from '../settingsSchemas.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

/** Limits of the workspace and of its senders, as they hold for every send from now on. */
export function workspaceLimits(services: Services): { get: RequestHandler; patch: RequestHandler } {
  const { database, workspaces } = services;

  const view = async (workspaceId: string) => {
    const limits = await readLimits(database, workspaceId);
    const { senders } = await workspaces.get(workspaceId);
    const time = (ms: number | null | undefined) => (ms == null ? null : new Date(ms).toISOString());
    return {
      ratePerSecond: limits.ratePerSecond,
      burst: limits.burst,
      cooldownMs: limits.cooldownMs,
      countBy: limits.countBy,
      epoch: limits.epoch,
      cooldownUntil: time(limits.cooldownUntilMs),
      senders: senders.map(({ id, phoneNumber }) => {
        const own = limits.senders[id];
        return {
          id,
          phoneNumber,
          ratePerSecond: own?.ratePerSecond ?? null,
          burst: own?.burst ?? null,
          cooldownUntil: time(own?.cooldownUntilMs),
        };
      }),
    };
  };

  return {
    get: async (_request, response) => void response.json(await view(workspaceIdOf(response))),
    patch: async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const { senders, reason, ...given } = validate(limitsRequest, request.body);
      const known = await workspaces.get(workspaceId);
      const changes = senders?.map(({ phoneNumber, ...limit }, index) => {
        const sender = known.senders.find((one) => one.phoneNumber === phoneNumber);
        if (!sender) {
          const field = `senders.${index}.phoneNumber`;
          throw new Problem('unknown_sender', `${field}: ${phoneNumber} is not a sender of this workspace`, {
            errors: [{ field, message: 'is not a sender of this workspace' }],
          });
        }
        return { senderId: sender.id, ...limit };
      });
      const before = await readLimits(database, workspaceId);
      const actor = actorOf(response);
      const why = reason === undefined ? {} : { reason };
      const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      if (Object.keys(change).length > 0) await changeLimits(database, workspaceId, { ...change, ...why }, actor);
      if (changes && changes.length > 0) await changeSenderLimits(database, workspaceId, changes, { actor, ...why });
      workspaces.forget(workspaceId);
      await callWaiting(services, workspaceId, before, await readLimits(database, workspaceId));
      response.json(await view(workspaceId));
    },
  };
}
