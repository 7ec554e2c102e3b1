import { fail, prepare } from './prepare.mjs';

await prepare({ force: process.argv.includes('--force') }).catch(fail);
