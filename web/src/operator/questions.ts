import { createContext, useContext } from 'react';
import { createStore, type Store } from '../store.js';

/** Something to fill in before it is done. */
export interface QuestionField {
  name: string;
  label: string;
  kind?: 'text' | 'number' | 'email' | 'url' | 'choice';
  value?: string;
  /** For a choice: what is stored, and the words for it. */
  choices?: readonly (readonly [value: string, words: string])[];
  hint?: string;
}

/** What somebody is asked before something is done. */
export interface Question {
  title: string;
  /** What will come of it. */
  text: string;
  action: string;
  isDangerous?: boolean;
  fields?: readonly QuestionField[];
  /** Whether why it is done goes into the audit. */
  takesReason?: boolean;
  /** A refusal with this code can be answered by saying that one means it. */
  insist?: { code: string; words: string };
  /** Does it, and says what came of it. `insists` once somebody has said so. */
  act(answers: Record<string, string>, reason: string, insists: boolean): Promise<string>;
}

export const createQuestions = () => createStore<Question | null>(null);
export const QuestionContext = createContext<Store<Question | null> | null>(null);

/** Asks before something is done. The question stays open whatever becomes of the page behind it. */
export function useAsk(): (question: Question) => void {
  const questions = useContext(QuestionContext);
  if (!questions) throw new Error('useAsk belongs inside the operator’s room');
  return questions.set;
}
