import { nilUuid } from './ids.js';
import type { Category } from './message.js';

/** What a suppression stops: every message, or those of one category. */
export const topics = ['all', 'marketing'] as const satisfies ('all' | Category)[];
export type Topic = (typeof topics)[number];

/** Both stop alike. In review a person decides whether it was meant. */
export const suppressionStates = ['active', 'review'] as const;
export type SuppressionState = (typeof suppressionStates)[number];

/** Where a change of consent came from: an inbound message, a refusal of the provider, the API, or whoever runs the system. */
export type ConsentSource = 'message' | 'provider' | 'api' | 'operator';

/** What an inbound message says of consent. `review`: it may have been meant as a stop. */
export const consentMeanings = ['stop', 'start', 'help', 'review'] as const;
export type ConsentMeaning = (typeof consentMeanings)[number];

/** What was read in a message, and the words that say so. */
export interface ConsentReading {
  meaning: ConsentMeaning;
  words: string;
}

/** The same with what it did: how many queued messages it stopped. */
export interface InboundConsent extends ConsentReading {
  stopped: number;
}

/** What somebody's consent becomes. `start` gives it again, for one topic, or for all where there is none. */
export type ConsentChange = { meaning: 'stop' | 'review'; topic: Topic } | { meaning: 'start'; topic: Topic | null };

/** What a message changes of its sender's consent, if anything. */
export function consentChangeOf(meaning: ConsentMeaning | undefined): ConsentChange | null {
  switch (meaning) {
    case 'stop':
      return { meaning, topic: 'all' };
    case 'review':
      return { meaning, topic: 'marketing' };
    case 'start':
      return { meaning, topic: null };
    case 'help':
    case undefined:
      return null;
  }
}

/** Who the list is of that holds for all workspaces. */
export const everyWorkspace = nilUuid;
