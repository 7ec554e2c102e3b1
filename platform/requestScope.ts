import { AsyncLocalStorage } from 'node:async_hooks';

/** Which request is being answered, for the lines that are logged meanwhile. */
export const requestScope = new AsyncLocalStorage<{ requestId: string }>();
