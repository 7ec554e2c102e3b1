import { expect, test } from '@jest/globals';
import { type TwilioRequestOptions, twilioRequest } from '../../providers/twilio/twilioRequest.js';

test("the request is the client's own, at our origin", () => {
  const { url, ...request } = twilioRequest('http://127.0.0.1:4010', {
    method: 'post',
    uri: 'https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json?kept=1',
    username: 'AC1',
    password: 'tökén',
    headers: { 'user-agent': 'client' },
    params: { PageSize: 5, 'DateSent<': new Date(0) },
    data: { To: '+1 2', Body: 'ü&=', MediaUrl: ['http://a', 'http://b'] },
  } as TwilioRequestOptions);
  expect(url.href).toBe(
    'http://127.0.0.1:4010/2010-04-01/Accounts/AC1/Messages.json?kept=1&PageSize=5&DateSent%3C=1970-01-01T00%3A00%3A00.000Z',
  );
  expect(request).toEqual({
    method: 'post',
    headers: { 'user-agent': 'client', authorization: `Basic ${Buffer.from('AC1:tökén').toString('base64')}` },
    body: 'To=%2B1+2&Body=%C3%BC%26%3D&MediaUrl=http%3A%2F%2Fa&MediaUrl=http%3A%2F%2Fb',
  });
});
