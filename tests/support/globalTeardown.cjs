const { rmSync } = require('node:fs');

module.exports = async function globalTeardown() {
  for (const service of globalThis.postriderServices) await service.stop();
  rmSync(globalThis.postriderDirectory, { recursive: true, force: true });
};
