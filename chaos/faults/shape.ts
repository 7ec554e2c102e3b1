import type { Heal, Scene } from './fault.js';

/** Has the simulator treat a share of the sends by a rule; the heal takes the rule away, and answers how many sends it shaped. */
export async function shape({ site }: Pick<Scene, 'site'>, name: string, probability: number, action: object): Promise<Heal> {
  const { id } = await site.control<{ id: string }>('POST', '/rules', { name, probability, action });
  return async () => {
    const { rules } = await site.control<{ rules: { id: string; shaped: number }[] }>('GET', '/rules');
    await site.control('DELETE', `/rules/${id}`);
    return rules.find((rule) => rule.id === id)?.shaped ?? 0;
  };
}

/** Heals all, one after the other. */
export function allOf(heals: readonly Heal[]): Heal {
  return async () => {
    let hits = 0;
    for (const heal of heals) hits += await heal();
    return hits;
  };
}
