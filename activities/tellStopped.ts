import type { InboundMessage } from '../domain/message.js';
import { tellStopped as tell } from '../lives/tellStopped.js';
import type { Dependencies } from './dependencies.js';

/** Tells the workflows of the messages which this one took out of the queue; answers how many. */
export function tellStopped(dependencies: Dependencies) {
  return ({ workspaceId, contactId, createdAtMs }: InboundMessage): Promise<number> =>
    tell(dependencies, { workspaceId, contactId, stoppedAtMs: createdAtMs });
}
