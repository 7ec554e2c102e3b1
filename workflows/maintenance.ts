export { anchorAudit } from './anchorAudit.js';
export { callWaiting } from './callWaiting.js';
export { cancelMessages } from './cancelMessages.js';
export { makePartitions } from './makePartitions.js';
export { pollStatuses } from './pollStatuses.js';
export { redriveMessages } from './redriveMessages.js';
export { sweepMessages } from './sweepMessages.js';
