/** Senders are numbers in E.164 form, or Messaging Services: groups of numbers of which Twilio chooses one. */

const messagingServiceSid = /^MG[0-9a-f]{32}$/i;

export type SenderKind = 'number' | 'messagingService';

export const senderKindOf = (address: string): SenderKind => (isMessagingService(address) ? 'messagingService' : 'number');

/** Whether a sender is a Messaging Service, by its SID, and not a number. */
export function isMessagingService(address: string): boolean {
  return messagingServiceSid.test(address);
}
