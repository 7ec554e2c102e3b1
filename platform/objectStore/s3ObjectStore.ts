import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { objectStoreConnectMs, objectStoreIdleMs, objectStoreTriesMax } from '../../domain/archiveLimits.js';
import { checkedKey, type ObjectStore, ObjectStoreError, type ObjectStoreFailure } from './objectStore.js';

export interface S3Settings {
  bucket: string;
  region: string;
  /** A server other than AWS; its buckets are addressed by path. */
  endpoint?: string;
  /** Without them the SDK looks where AWS machines have theirs. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

const failures: Record<string, ObjectStoreFailure> = {
  NoSuchKey: 'missing',
  NotFound: 'missing',
  PreconditionFailed: 'exists',
  ConditionalRequestConflict: 'exists',
  QuotaExceeded: 'full',
  XMinioStorageFull: 'full',
  InsufficientStorage: 'full',
  NoSuchBucket: 'refused',
};

function failureOf(error: unknown, key: string): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  const { name, message, $metadata } = error as S3ServiceException;
  const status = $metadata?.httpStatusCode;
  const byStatus = { 403: 'refused', 401: 'refused', 404: 'missing', 412: 'exists', 507: 'full' } as const;
  const failure = failures[name] ?? byStatus[status as keyof typeof byStatus] ?? 'away';
  return new ObjectStoreError(failure, `object ${key}: ${name}${status ? ` (HTTP ${status})` : ''}: ${message}`, error);
}

/** A bucket of any server that speaks S3. */
export class S3ObjectStore implements ObjectStore {
  private readonly client: S3Client;
  private readonly bucket: string;

  constructor({ bucket, region, endpoint, credentials }: S3Settings) {
    this.bucket = bucket;
    this.client = new S3Client({
      region,
      ...(endpoint && { endpoint, forcePathStyle: true }),
      ...(credentials && { credentials }),
      maxAttempts: objectStoreTriesMax,
      requestHandler: { connectionTimeout: objectStoreConnectMs, requestTimeout: objectStoreIdleMs },
      // Not every S3 knows the newer checksums of its protocol. Whoever has to be sure reads back.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async put(
    key: string,
    body: AsyncIterable<Uint8Array> | Uint8Array,
    { ifAbsent = false }: { ifAbsent?: boolean } = {},
  ): Promise<{ bytes: number }> {
    const target = { Bucket: this.bucket, Key: checkedKey(key), ...(ifAbsent && { IfNoneMatch: '*' }) };
    let bytes = 0;
    let failed: { error: unknown } | undefined;
    try {
      if (body instanceof Uint8Array) {
        await this.client.send(new PutObjectCommand({ ...target, Body: body }));
        return { bytes: body.length };
      }
      async function* counted(chunks: AsyncIterable<Uint8Array>) {
        try {
          for await (const chunk of chunks) {
            bytes += chunk.length;
            yield chunk;
          }
        } catch (error) {
          failed = { error };
          throw error;
        }
      }
      // One part in memory and one on its way.
      const upload = new Upload({ client: this.client, params: { ...target, Body: Readable.from(counted(body)) }, queueSize: 1 });
      await upload.done();
      return { bytes };
    } catch (error) {
      // What the body threw is its own.
      throw failed ? failed.error : failureOf(error, key);
    }
  }

  async get(key: string, range?: { start: number; endExclusive: number }): Promise<Uint8Array> {
    if (range && range.endExclusive <= range.start) return new Uint8Array();
    try {
      const { Body } = await this.read(key, range && `bytes=${range.start}-${range.endExclusive - 1}`);
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (error) {
      // A range that begins at the end or later.
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416) return new Uint8Array();
      throw failureOf(error, key);
    }
  }

  async *stream(key: string): AsyncIterable<Uint8Array> {
    try {
      const { Body } = await this.read(key);
      if (Body instanceof Readable) for await (const chunk of Body) yield chunk as Buffer;
    } catch (error) {
      throw failureOf(error, key);
    }
  }

  async head(key: string): Promise<{ bytes: number } | undefined> {
    try {
      const { ContentLength } = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: checkedKey(key) }));
      return { bytes: ContentLength ?? 0 };
    } catch (error) {
      const failure = failureOf(error, key);
      if (failure.failure === 'missing') return undefined;
      throw failure;
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: checkedKey(key) }));
    } catch (error) {
      const failure = failureOf(error, key);
      if (failure.failure !== 'missing') throw failure;
    }
  }

  async *list(prefix: string): AsyncIterable<{ key: string; bytes: number }> {
    let after: string | undefined;
    do {
      const page = await this.client
        .send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ...(after && { ContinuationToken: after }) }))
        .catch((error: unknown) => {
          throw failureOf(error, prefix);
        });
      for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) yield { key: Key, bytes: Size ?? 0 };
      after = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (after);
  }

  private read(key: string, Range?: string): Promise<GetObjectCommandOutput> {
    return this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: checkedKey(key), ...(Range && { Range }) }));
  }
}
