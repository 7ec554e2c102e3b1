import type { paths } from '../../../generated/api/schema.js';

type RedriveBody = NonNullable<paths['/v1/queues/failed/redrive']['post']['requestBody']>['content']['application/json'];
export type RedriveFilter = NonNullable<RedriveBody['filter']>;

/** A filter as somebody types it. */
export interface FilterWords {
  statuses: NonNullable<RedriveFilter['status']>;
  codes: string;
  from: string;
  /** As an input of the type datetime-local has them: by the time zone of this machine. */
  after: string;
  before: string;
  rate: string;
}

export const noWords: FilterWords = { statuses: ['failed'], codes: '', from: '', after: '', before: '', rate: '5' };

/** The same as the API takes it; what was left empty holds for all. */
export function filterOf({ statuses, codes, from, after, before }: FilterWords): RedriveFilter {
  const errorCode = codes.split(/[\s,;]+/).filter(Boolean);
  return {
    ...(statuses.length > 0 && { status: statuses }),
    ...(errorCode.length > 0 && { errorCode }),
    ...(from.trim() && { from: from.trim() }),
    ...(after && { acceptedAfter: new Date(after).toISOString() }),
    ...(before && { acceptedBefore: new Date(before).toISOString() }),
  };
}
