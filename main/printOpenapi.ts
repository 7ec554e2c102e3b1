import { openapiDocument } from '../server/openapi/document.js';

/** The file docs/reference/openapi.json. */
process.stdout.write(`${JSON.stringify(openapiDocument(), null, 2)}\n`);
