import { describe, expect, test } from '@jest/globals';
import { asyncLocalStorage as activityScope, type Context } from '@temporalio/activity';
import { logScope } from '../../main/logScope.js';
import { requestScope } from '../../platform/requestScope.js';

describe('a line of the logs', () => {
  test('names the request for which it was written', () => {
    expect(requestScope.run({ requestId: 'r-12345678' }, logScope)).toEqual({ requestId: 'r-12345678' });
  });

  test('names the workflow and the activity for which it was written', () => {
    const context = { info: { activityType: 'persistAndReserve', workflowExecution: { workflowId: 'msg/w/m' } } };
    expect(activityScope.run(context as unknown as Context, logScope)).toEqual({ activity: 'persistAndReserve', workflowId: 'msg/w/m' });
  });

  test('has none of that otherwise', () => expect(logScope()).toEqual({}));
});
