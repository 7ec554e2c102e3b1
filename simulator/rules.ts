import { z } from 'zod';
import { actionSchema, type ChosenAction } from './actions.js';
import type { MagicNumbers } from './magicNumbers.js';
import type { Random } from './random.js';
import type { SendRequest } from './sendRequest.js';

/** What `POST /_control/rules` takes. */
export const ruleSchema = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  match: z
    .strictObject({
      to: z.string().optional(),
      from: z.string().optional(),
      accountSid: z.string().optional(),
      bodyIncludes: z.string().optional(),
    })
    .default({}),
  times: z.number().int().min(1).optional(),
  probability: z.number().min(0).max(1).default(1),
  action: actionSchema,
});

export type RuleInput = z.input<typeof ruleSchema>;

/** A rule as the control API shows it; `shaped` counts the requests it took. */
export interface Rule extends z.output<typeof ruleSchema> {
  id: string;
  name: string;
  shaped: number;
}

/**
 * Rules in the order they were added. The first that matches, has times left and wins its draw shapes the request alone;
 * magic recipients come last, so that a test can always override them.
 */
export class RuleBook {
  private rules: Rule[] = [];
  private added = 0;

  constructor(
    private readonly random: Random,
    private readonly magicNumbers: MagicNumbers,
  ) {}

  add(input: z.output<typeof ruleSchema>): Rule {
    this.added += 1;
    const id = `rule-${this.added}`;
    const rule: Rule = { ...input, id, name: input.name ?? id, shaped: 0 };
    this.rules.push(rule);
    return rule;
  }

  list(): readonly Rule[] {
    return this.rules;
  }

  /** @returns how many rules were removed: 0 or 1 */
  remove(id: string): number {
    const before = this.rules.length;
    this.rules = this.rules.filter((rule) => rule.id !== id);
    return before - this.rules.length;
  }

  /** @returns how many rules were removed */
  clear(): number {
    return this.rules.splice(0).length;
  }

  /** Chooses what shapes this request, and counts it against the rule. */
  choose(request: SendRequest): ChosenAction | null {
    for (const rule of this.rules) {
      if (rule.shaped >= (rule.times ?? Infinity) || !matches(rule.match, request)) continue;
      if (rule.probability < 1 && this.random() >= rule.probability) continue;
      rule.shaped += 1;
      return { ruleName: rule.name, action: rule.action };
    }
    return this.magicNumbers.choose(request);
  }
}

function matches(match: Rule['match'], request: SendRequest): boolean {
  return (
    (match.to === undefined || match.to === request.to) &&
    (match.from === undefined || match.from === request.from || match.from === request.messagingServiceSid) &&
    (match.accountSid === undefined || match.accountSid === request.accountSid) &&
    (match.bodyIncludes === undefined || request.body.includes(match.bodyIncludes))
  );
}
