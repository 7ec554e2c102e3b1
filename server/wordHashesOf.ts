import { Problem } from '../domain/errors.js';
import { wordHash } from '../storage/wordHash.js';
import type { Services } from './services.js';

/**
 * Words that are looked for, as the index of a workspace has them. The longest comes first: it is the rarest, most often. Throws
 * Problem `word_search_off`.
 */
export async function wordHashesOf(
  { workspaces }: Pick<Services, 'workspaces'>,
  workspaceId: string,
  words: readonly string[],
): Promise<string[]> {
  const { wordSearch, keys } = await workspaces.get(workspaceId);
  if (!wordSearch) {
    const detail = 'the words of messages are not gathered: switch that on by PATCH /v1/workspace/search with {"words": true}';
    throw new Problem('word_search_off', detail, { errors: [{ field: 'words', message: 'is switched off' }] });
  }
  return [...words].sort((a, b) => b.length - a.length).map((word) => wordHash(keys.words, word));
}
