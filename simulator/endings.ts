import type { Response } from 'express';
import type { Action } from './actions.js';
import type { Dialect } from './dialect.js';

/** The fault a request ends with, and whether its message was accepted before. */
export interface Ending {
  /** As noted in the list of requests. */
  outcome: string;
  isAccepted: boolean;
  answer: (response: Response) => void;
}

const garbage = '<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>';

/** Finds how an action makes a request end; null is the ordinary way, a 201 with the message. */
export function endingOf(action: Action | undefined, dialect: Dialect): Ending | null {
  if (action?.rateLimited) {
    const { retryAfterS } = action.rateLimited;
    const answer = (response: Response): void => {
      if (retryAfterS !== undefined) response.set('Retry-After', String(retryAfterS));
      dialect.refuse(response, 20429);
    };
    return { outcome: 'rateLimited', isAccepted: false, answer };
  }
  if (action?.error) {
    const { code, httpStatus } = action.error;
    return { outcome: `error:${code}`, isAccepted: false, answer: (response) => dialect.refuse(response, code, httpStatus) };
  }
  if (action?.http500) return ending('http500', action.http500, (response) => dialect.refuse(response, 20500));
  if (action?.cut) return ending('cut', action.cut, (response) => response.socket?.resetAndDestroy());
  // The connection stays open: only the client's patience, or the end of the simulator, closes it.
  if (action?.hang) return ending('hang', action.hang, () => undefined);
  if (action?.notJson) {
    const httpStatus = action.notJson === 'after' ? 200 : 500;
    return ending('notJson', action.notJson, (response) => response.status(httpStatus).type('html').send(garbage));
  }
  return null;
}

function ending(name: string, when: 'before' | 'after', answer: (response: Response) => void): Ending {
  return { outcome: `${name}:${when}`, isAccepted: when === 'after', answer };
}
