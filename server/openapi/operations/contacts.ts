import { contact } from '../answers/message.js';
import type { Operations } from '../operation.js';

export const contacts = {
  '/contacts/:contact': {
    get: {
      id: 'getContact',
      scope: 'messages:read',
      summary: 'Look at a contact',
      params: { contact: 'contact' },
      answers: { 200: contact },
    },
    delete: {
      id: 'eraseContact',
      scope: 'contacts:erase',
      summary: 'Erase a contact for good',
      description:
        'Destroys its key: nothing of it can be read any more, wherever it lies. What waits for it is canceled. Its opt-outs hold on, by a hash. Erasing again changes nothing.',
      params: { contact: 'contact' },
      answers: { 200: contact },
    },
  },
} as const satisfies Operations;
