import { QueryCache, QueryClient } from '@tanstack/react-query';
import { Refusal } from './api.js';

const retriesMax = 2;

/** @param onUnauthorized gets the server's sentence as soon as any request is told that the key is not valid. */
export function createQueryClient(onUnauthorized: (sentence: string) => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof Refusal && error.status === 401) onUnauthorized(error.message);
      },
    }),
    defaultOptions: {
      queries: {
        // The browser's idea of being online is about the network card; whether the server answers, only asking tells.
        networkMode: 'always',
        // A refusal would be the same again.
        retry: (failures, error) => failures < retriesMax && !(error instanceof Refusal && error.status < 500),
        retryDelay: (failures) => 500 * 2 ** failures,
      },
    },
  });
}
