import { existsSync } from 'node:fs';
import path from 'node:path';

function findRoot(directory: string): string {
  if (existsSync(path.join(directory, 'prisma/migrations'))) return directory;
  const parent = path.dirname(directory);
  if (parent === directory) throw new Error('the folder prisma/migrations is missing: run Postrider from a whole checkout or image');
  return findRoot(parent);
}

/** The folder with package.json and prisma/, whether the code runs compiled (dist/) or as it is written. */
export const projectRoot = findRoot(__dirname);
