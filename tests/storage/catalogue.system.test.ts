import { describeCatalogue } from '../support/catalogue/describeCatalogue.js';

describeCatalogue(200_000, { workspaces: 20, timeoutMs: 180_000 });
