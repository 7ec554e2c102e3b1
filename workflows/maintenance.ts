export { callWaiting } from './callWaiting.js';
export { pollStatuses } from './pollStatuses.js';
export { redriveMessages } from './redriveMessages.js';
export { sweepMessages } from './sweepMessages.js';
