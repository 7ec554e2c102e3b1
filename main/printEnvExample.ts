import { envExample } from '../platform/config.js';

process.stdout.write(envExample());
