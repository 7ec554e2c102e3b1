import { z } from 'zod';

/** What variables of the environment are made of: a whole number within bounds. */
export const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

/** A list with commas between its entries; `parse` throws for one that is none. */
export const listOf = <T>(parse: (item: string) => T, problem: string) =>
  z.string().transform((text, context) => {
    try {
      return text.split(',').map((item) => parse(item.trim()));
    } catch {
      context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    }
  });

/** A URL with one of these protocols, as `https:`. */
export const urlOf = (protocols: string[], problem: string) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), { error: problem });

export const httpUrl = urlOf(['http:', 'https:'], 'must be an http(s) URL');

/** One declared variable: its schema, what it means, and a value that would do. */
interface Variable {
  schema: z.ZodType;
  about: string;
  example: string;
}

/** A variable, with what it means and a value that would do. */
export const variable = <T extends z.ZodType>(schema: T, about: string, example: string) => ({ schema, about, example }) satisfies Variable;
