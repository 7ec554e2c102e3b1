import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import { toE164 } from '../../domain/phoneNumber.js';
import { eraseContact, finishErasure } from '../../lives/eraseContact.js';
import { findContact } from '../../storage/contacts.js';
import { newestErasure } from '../../storage/erasures.js';
import { contactIdOf } from '../../storage/workspaces.js';
import { onlyMethods } from '../problemResponses.js';
import type { Services } from '../services.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

/** Who the workspace writes with: looked at, and erased. */
export function contactsRouter(services: Services): Router {
  const { database, workspaces, logger } = services;
  const router = Router();
  router
    .route('/:contact')
    .get(async (request, response) => {
      response.json(await viewOf(await contactOf(workspaceIdOf(response), request.params.contact)));
    })
    .delete(async (request, response) => {
      const contact = await contactOf(workspaceIdOf(response), request.params.contact);
      const known = await findContact(services, contact);
      const before = await newestErasure(database, contact);
      if (!known && !before) throw new Problem('not_found', 'this workspace has no contact with that number or id');
      // Erased, and not written to since: there is nothing to be erased once more.
      if (known && (!before || known.erasedAt === null)) {
        const erasure = { actor: actorOf(response), erasedAt: new Date() };
        await eraseContact(services, contact, erasure);
        logger.info({ event: 'contact.erased', ...contact });
        void finishErasure(services, { ...contact, erasedAt: erasure.erasedAt }).catch((error: unknown) => {
          // The scheduled run does it.
          logger.warn({ event: 'contact.erasure_not_finished', ...contact, error: String(error) });
        });
      }
      response.json(await viewOf(contact));
    })
    .all(onlyMethods('GET', 'DELETE'));
  return router;

  /** By number or by id. */
  async function contactOf(workspaceId: string, named: string) {
    if (isUuid(named)) return { workspaceId, contactId: named };
    const number = toE164(named);
    if (number === undefined) throw new Problem('not_found', 'a contact is named by its id, or by its number in E.164 form');
    return { workspaceId, contactId: contactIdOf((await workspaces.get(workspaceId)).keys.contactId, number) };
  }

  async function viewOf(contact: { workspaceId: string; contactId: string }) {
    const [found, erasure] = await Promise.all([findContact(services, contact), newestErasure(database, contact)]);
    if (!found && !erasure) throw new Problem('not_found', 'this workspace has no contact with that number or id');
    const { phoneNumber = null, name = null, erasedAt = erasure?.erasedAt ?? null } = found ?? {};
    return { id: contact.contactId, phoneNumber, name, erased: erasedAt !== null, erasure: erasure ?? null };
  }
}
