import { statfs } from 'node:fs/promises';
import path from 'node:path';

/** The share of a disk that is free for us, of the disk on which a path lies, or will lie once it is made. */
export async function diskFree(place: string): Promise<number> {
  try {
    const { bavail, blocks } = await statfs(place);
    return blocks > 0 ? bavail / blocks : 1;
  } catch (error) {
    const above = path.dirname(place);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === place) throw error;
    return diskFree(above);
  }
}
