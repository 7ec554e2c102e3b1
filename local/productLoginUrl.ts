import { createHash } from 'node:crypto';

/**
 * The URL by which the product connects to the database of `ownerUrl`: a login of its own, whose password is made of the owner's,
 * so that it is the same at each start and needs no place to be kept. It does not lead back to the owner's.
 */
export function productLoginUrl(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.password = createHash('sha256').update(`login of the product/${url.password}`).digest('base64url');
  url.username = 'postrider';
  return url.href;
}
