import { afterAll, describe, expect, test } from '@jest/globals';
import { publicHosts } from '../../platform/publicHosts.js';
import { HttpGatewayProvider } from '../../providers/httpGateway/httpGatewayProvider.js';

const careful = new HttpGatewayProvider({ hosts: publicHosts, responseTimeoutMs: 1_000 });
const open = new HttpGatewayProvider({ hosts: undefined, responseTimeoutMs: 1_000 });
afterAll(() => {
  careful.close();
  open.close();
});

describe("a gateway's URL", () => {
  const faultOf = (provider: HttpGatewayProvider, url: string) =>
    provider.accountFields.url?.schema.safeParse(url).error?.issues[0]?.message;

  test.each([
    ['https://sms.example.com', undefined, undefined],
    ['https://sms.example.com:8443/postrider/', undefined, undefined],
    ['https://8.8.8.8/sms', undefined, undefined],
    ['http://sms.example.com', 'must be an https URL', undefined],
    ['https://127.0.0.1/sms', 'leads into a private network', undefined],
    ['https://[::ffff:10.0.0.1]/', 'leads into a private network', undefined],
    // Other ways to write an address, which the URL brings into its one form.
    ['https://2130706433/', 'leads into a private network', undefined],
    ['https://0x7f.1/', 'leads into a private network', undefined],
    ['https://localhost/', 'leads into a private network', undefined],
    ['http://127.0.0.1:4010/gateway/acme', 'must be an https URL', undefined],
    ['https://user:secret@sms.example.com', 'must not carry a user or a password: requests are signed', 'the same'],
    ['https://sms.example.com/?key=1', 'must not have a query or a fragment', 'the same'],
    ['https://sms.example.com/#x', 'must not have a query or a fragment', 'the same'],
    ['ftp://sms.example.com', 'must be an https URL', 'the same'],
    ['file:///etc/passwd', 'must be an https URL', 'the same'],
    ['sms.example.com', 'is not a URL', 'the same'],
    [`https://sms.example.com/${'x'.repeat(500)}`, 'is too long: at most 500 characters', 'the same'],
  ])('%s: %s where gateways are public, else %s', (url, whenPublic, whenAny) => {
    expect([faultOf(careful, url), faultOf(open, url)]).toEqual([whenPublic, whenAny === 'the same' ? whenPublic : whenAny]);
  });

  test('that was stored while private ones were allowed is not asked any more', async () => {
    const account = { accountSid: 'acme', authToken: `whsec_${'A'.repeat(32)}`, settings: { url: 'http://127.0.0.1:9' } };
    const request = { to: '+1', from: '+2', body: 'x', mediaUrls: [], reference: 'r', statusCallback: 'http://a', validitySeconds: 1 };
    const sent = await careful.send(
      account,
      request,
      () => Promise.resolve(true),
      () => true,
    );
    expect(sent).toEqual({ kind: 'notSent', reason: "the gateway's URL must be an https URL" });
    await expect(careful.fetchMessage(account, 'gw_1')).rejects.toThrow("the gateway's URL must be an https URL");
  });
});

describe("a gateway's report", () => {
  const report = (fields: object) => open.parseStatusCallback({ id: 'gw_1', status: 'failed', ...fields });

  test('has the codes of the contract; any other is kept in the words', () => {
    expect(report({ error: { code: 'recipient_invalid', message: 'no' } })?.error).toEqual({ code: 'recipient_invalid', message: 'no' });
    expect(report({ error: { code: 'moon_is_full' } })?.error).toEqual({ code: 'refused', message: 'moon_is_full' });
    // Codes of ours, and of others, are not a gateway's to give.
    for (const code of ['opted_out', 'database_timeout', '20429', '__proto__', 'constructor'])
      expect(report({ error: { code, message: 'x' } })?.error).toEqual({ code: 'refused', message: `${code}: x` });
  });

  test('with a word that is not in the contract keeps the word and says nothing about the state', () => {
    expect(report({ status: 'on the moon' })).toMatchObject({ status: undefined, providerStatus: 'on the moon' });
  });

  test('of a message that came in is read with its pictures and what was read in it', () => {
    const text = { id: 'in_1', from: '+1', to: '+2', text: 'STOP', mediaUrls: ['https://a.example/0'], optOut: 'STOP' };
    expect(open.parseInbound(text)).toEqual({
      providerMessageId: 'in_1',
      from: '+1',
      to: '+2',
      body: 'STOP',
      mediaUrls: ['https://a.example/0'],
      optOutType: 'STOP',
    });
    for (const missing of ['id', 'from', 'to']) expect(open.parseInbound({ ...text, [missing]: '' })).toBeUndefined();
  });
});
