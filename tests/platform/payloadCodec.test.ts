import { describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { MasterKeys } from '../../platform/masterKeys.js';
import { SealingCodec } from '../../platform/payloadCodec.js';

const [old, current] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as [Buffer, Buffer];
const codec = new SealingCodec(new MasterKeys(current));
const workspace = '0198c1f0-0000-7000-8000-000000000001';
const inWorkflow = (workflowId: string) => ({ type: 'workflow', namespace: 'default', workflowId }) as const;
const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value) as Payload;
const one = ([first]: Payload[]) => first as Payload;
const valueOf = (each: Payload) => defaultPayloadConverter.fromPayload(each);

describe('what lies in a history', () => {
  test('is sealed, and read again without any other knowledge', async () => {
    const sealed = one(await codec.encode([payload({ body: 'the canary sings' })], inWorkflow(`msg/${workspace}/1`)));
    expect(Buffer.from(sealed.data ?? []).toString('latin1')).not.toContain('canary');
    expect(Buffer.from(sealed.metadata?.['sealing-workspace'] ?? []).toString()).toBe(workspace);
    expect(valueOf(one(await new SealingCodec(new MasterKeys(current)).decode([sealed])))).toEqual({ body: 'the canary sings' });
  });

  test('is sealed by a key of its workspace: another one does not open it', async () => {
    const sealed = one(await codec.encode([payload('mine')], inWorkflow(`msg/${workspace}/1`)));
    const moved = { ...sealed, metadata: { ...sealed.metadata, 'sealing-workspace': Buffer.from(workspace.replace(/1$/, '2')) } };
    await expect(codec.decode([moved])).rejects.toThrow('sealed under master key');
    const renamed = { ...sealed, metadata: { ...sealed.metadata, 'sealed-encoding': Buffer.from('binary/plain') } };
    await expect(codec.decode([renamed])).rejects.toThrow('does not belong here');
  });

  test('of before a rotation is read while the old key is named', async () => {
    const sealed = one(await new SealingCodec(new MasterKeys(old)).encode([payload('before')]));
    expect(valueOf(one(await new SealingCodec(new MasterKeys(current, [old])).decode([sealed])))).toBe('before');
    await expect(codec.decode([sealed])).rejects.toThrow('ENCRYPTION_KEYS_OLD');
  });

  test.each([
    ['text', 'words'],
    ['nothing', undefined],
    ['null', null],
    ['bytes', new Uint8Array([0, 255])],
  ])('comes back as it was: %s', async (_what, value) => {
    expect(await codec.decode(await codec.encode([payload(value)]))).toEqual([
      { ...payload(value), ...(payload(value).data && { data: Buffer.from(payload(value).data ?? []) }) },
    ]);
  });

  test('that was never sealed stays as it is, and what is sealed is not sealed twice', async () => {
    expect(await codec.decode([payload('of before')])).toEqual([payload('of before')]);
    const sealed = await codec.encode([payload('once')]);
    expect(await codec.encode(sealed)).toEqual(sealed);
  });
});
