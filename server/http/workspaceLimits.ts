import type { RequestHandler } from 'express';
import { z } from 'zod';
import { Problem } from '../../domain/errors.js';
import { burstMax, cooldownMaxMs, rateMaxPerSecond } from '../../domain/limits.js';
import { countings } from '../../domain/rateLimit.js';
import { callWaiting } from '../../lives/callWaiting.js';
import { changeLimits, readLimits } from '../../storage/limits.js';
import { changeSenderLimits } from '../../storage/senderLimits.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

const rate = z.number().int().min(1).max(rateMaxPerSecond);
const burst = z.number().int().min(1).max(burstMax);
const senderLimit = z
  .strictObject({ phoneNumber: z.string(), ratePerSecond: rate.nullable(), burst: burst.nullable() })
  .refine(({ ratePerSecond, burst: own }) => (ratePerSecond === null) === (own === null), {
    error: 'must have both ratePerSecond and burst, or null for both',
  });

/** A change of limits; what is not named stays, and null takes a sender's own limit away. */
const limitsRequest = z
  .strictObject({
    ratePerSecond: rate.optional(),
    burst: burst.optional(),
    cooldownMs: z.number().int().min(0).max(cooldownMaxMs).optional(),
    countBy: z.enum(countings).optional(),
    cooldownUntil: z.null().optional(),
    senders: z.array(senderLimit).max(1_000).optional(),
    reason: z.string().max(500).optional(),
  })
  .refine(({ reason: _, ...change }) => Object.values(change).some((value) => value !== undefined), {
    error: 'name at least one of ratePerSecond, burst, cooldownMs, countBy, cooldownUntil, senders',
  });

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
