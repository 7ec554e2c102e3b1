import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** What is in the way of people on a page, by axe: the rule and the first place of each serious or critical finding. */
export async function barriersOn(page: Page): Promise<[rule: string, html: string | undefined][]> {
  // Our pages have no frames, for which axe would open a page of its own each time.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.map(({ id, nodes }) => [id, nodes[0]?.html]);
}
