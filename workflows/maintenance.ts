export { pollStatuses } from './pollStatuses.js';
export { sweepMessages } from './sweepMessages.js';
