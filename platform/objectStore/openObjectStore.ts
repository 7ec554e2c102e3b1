import { type Config, ConfigError } from '../config.js';
import { LocalObjectStore } from './localObjectStore.js';
import type { ObjectStore } from './objectStore.js';
import { S3ObjectStore } from './s3ObjectStore.js';

type ArchiveSettings = Pick<
  Config,
  'ARCHIVE_DIRECTORY' | 'S3_BUCKET' | 'S3_ENDPOINT' | 'S3_REGION' | 'S3_ACCESS_KEY_ID' | 'S3_SECRET_ACCESS_KEY'
>;

/** The store that the environment names: a bucket, else a directory; undefined where it names none. Throws ConfigError. */
export function openObjectStore(config: ArchiveSettings): ObjectStore | undefined {
  if (config.S3_BUCKET) {
    const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
    if (!accessKeyId !== !secretAccessKey)
      throw new ConfigError(['S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: set both or none']);
    return new S3ObjectStore({
      bucket: config.S3_BUCKET,
      region: config.S3_REGION,
      ...(config.S3_ENDPOINT && { endpoint: config.S3_ENDPOINT }),
      ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
    });
  }
  return config.ARCHIVE_DIRECTORY ? new LocalObjectStore(config.ARCHIVE_DIRECTORY) : undefined;
}
