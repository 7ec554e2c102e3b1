export { receiveMessage } from './receiveMessage.js';
export { sendMessage } from './sendMessage.js';
