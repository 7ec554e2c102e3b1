export { sendMessage } from './sendMessage.js';
