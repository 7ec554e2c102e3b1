import { createRequire } from 'node:module';
import path from 'node:path';
import { fail, prepare, root } from './prepare.mjs';

await prepare().catch(fail);
createRequire(import.meta.url)(path.join(root, 'dist/main/start.js'));
