/** All workflows in one bundle: in production each worker has its own, but they replay the same. */
export { deliverWebhooks } from '../../workflows/deliverWebhooks.js';
export * from '../../workflows/index.js';
export * from '../../workflows/maintenance.js';
export { rateLimiter } from '../../workflows/rateLimiter.js';
