import { MasterKeys } from '../../../platform/masterKeys.js';
import { checkKeys, checkMasterKeys, masterKeysInUse } from '../../../storage/checkKeys.js';
import { ContactKeys } from '../../../storage/contactKeys.js';
import { findContact, numberOfContact } from '../../../storage/contacts.js';
import {
  beginErasure,
  destroyContactKey,
  isKnownAgain,
  messagesErased,
  newestErasure,
  removeContents,
  removeIdentity,
  storeFinished,
  unfinishedErasures,
} from '../../../storage/erasures.js';
import { replayErasures } from '../../../storage/replayErasures.js';
import { rewrapWorkspaceKeys } from '../../../storage/rewrapWorkspaceKeys.js';
import { type SealCursor, sealRows, sealRowsStart } from '../../../storage/sealRows.js';
import type { Case } from './cases.js';
import type { Stage } from './stage.js';

const erasedAt = new Date(Date.now() - 60_000);
/** A contact with few messages, of whoever owns what is named. */
const somebody = ({ workspaceId, idOf }: Stage) => ({ workspaceId, contactId: idOf('contact', 0, 498) });

/** What is sealed, and erased, of one workspace. */
export const privacyCases: Record<string, Case> = {
  'contactKeys.ContactKeys': async (stage) => {
    const keys = new ContactKeys(stage.keys, () => Promise.resolve(stage.workspace.keys.contactKeys));
    const contact = { workspaceId: stage.workspaceId, contactId: stage.newId() };
    return [(await keys.ensure([contact])).size, (await keys.find([contact, somebody(stage)])).size];
  },
  'contacts.findContact': (stage) => findContact(stage, { workspaceId: stage.workspaceId, contactId: stage.owner.contactId }),
  'contacts.numberOfContact': (stage) => numberOfContact(stage, stage.workspaceId, stage.owner.contactId),
  'erasures.beginErasure': (stage) => beginErasure(stage.database, somebody(stage), { actor: 'operator', erasedAt }),
  'erasures.destroyContactKey': (stage) => destroyContactKey(stage.keys, somebody(stage), erasedAt),
  'erasures.newestErasure': (stage) => newestErasure(stage.database, somebody(stage)),
};

/** The same by the role that sees all workspaces. */
export const privacyMaintenanceCases: Record<string, Case> = {
  'checkKeys.checkKeys': ({ database, keys, world }) => checkKeys({ database, keys, masterKeys: new MasterKeys(world.masterKey) }),
  'checkKeys.checkMasterKeys': ({ database, world }) => checkMasterKeys(database, new MasterKeys(world.masterKey)),
  'checkKeys.masterKeysInUse': ({ database }) => masterKeysInUse(database),
  'erasures.isKnownAgain': (stage) => isKnownAgain(stage.database, somebody(stage), erasedAt),
  'erasures.messagesErased': (stage) =>
    messagesErased(stage.database, somebody(stage), erasedAt, new Date(Date.now() - 7 * 24 * 60 * 60_000)),
  'erasures.removeContents': (stage) => removeContents(stage.database, somebody(stage), erasedAt),
  'erasures.removeIdentity': (stage) => removeIdentity(stage.database, somebody(stage), erasedAt, '+12127770007'),
  'erasures.unfinishedErasures': ({ database }) => unfinishedErasures(database, 50),
  'erasures.storeFinished': (stage) => storeFinished(stage.database, somebody(stage), erasedAt),
  'replayErasures.replayErasures': ({ database, keys }) => replayErasures(database, keys),
  'rewrapWorkspaceKeys.rewrapWorkspaceKeys': ({ database, world }) => rewrapWorkspaceKeys(database, new MasterKeys(world.masterKey), 200),
  'sealRows.sealRows': async (stage) => {
    let cursor: SealCursor = sealRowsStart;
    // A page of each table.
    for (const table of ['contact', 'message', 'callback_receipt', 'suppression', 'webhook_delivery'] as const) {
      cursor = { table, after: null };
      await sealRows(stage, cursor, () => Promise.resolve(stage.newId()));
    }
    return cursor;
  },
};
